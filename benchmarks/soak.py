"""Send reports steadily and watch the memory of what takes them: ``python -m benchmarks.soak``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import django
from tests import servers
from tests.faults import fleet
from tests.working import places

from .pages import replace

START: Final = "<!-- bench-soak:start -->"
END: Final = "<!-- bench-soak:end -->"
SINKS: Final = ("database", "redis")
WATCHED: Final = (("database", "web"), ("redis", "web"), ("redis", "worker"))
MOST_GROUPS: Final = 10_000  # new ones in an hour; the load brings more
MOST_AT_ONCE: Final = 32  # requests to a site
TICK: Final = 0.02  # seconds between two looks at what is due
KNOWN: Final = 500  # violations that come again and again
SHOWN: Final = (1, 2, 3, 5, 10, 15, 20, 30, 40, 50)  # minutes, and the last
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{}.0.0.0 Safari/537.36"


class Body(NamedTuple):
    """What one request brings; ``reports`` are those in it that can be read."""

    text: bytes
    agent: str
    reports: int


class Load(NamedTuple):
    """A site, and what it answered: requests by status, reports by the word "reports"."""

    site: fleet.Fleet
    told: Counter[Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=int, default=50, help="requests a second to each sink")
    parser.add_argument("--log", type=Path, metavar="FILE", help="add a line there each minute")
    parser.add_argument("--docs", type=Path, metavar="PAGE", help="put the table into PAGE")
    options = parser.parse_args()
    with ExitStack() as stack:
        loads = {sink: Load(stack.enter_context(site(sink)), Counter()) for sink in SINKS}
        samples = asyncio.run(watched(loads, options.minutes, options.rate, options.log))
        found = {sink: ended(load) for sink, load in loads.items()}
    text = report(samples, found, options.rate)
    print(text)
    if options.docs:
        replace(options.docs, text, (START, END))


@contextmanager
def site(sink: str) -> Iterator[fleet.Fleet]:
    """Run a site with a limit of groups that this load exceeds."""
    with fleet.running(sink) as running:
        reports = json.loads(running.environment[places.REPORTS])
        reports["MAX_GROUPS_PER_HOUR"] = MOST_GROUPS
        running.environment[places.REPORTS] = json.dumps(reports)
        for name in {"web", "worker"} & running.programs.keys():
            running.programs[name].kill()
            running.programs[name].run()
        yield running


async def watched(
    loads: dict[str, Load], minutes: int, rate: int, log: Path | None
) -> list[list[int]]:
    """Send until the time is over; return kB of resident memory, for each minute a row."""
    began = time.monotonic()
    until = began + 60 * minutes
    senders = [asyncio.create_task(send(load, rate, until)) for load in loads.values()]
    samples = [row(loads)]
    for minute in range(1, minutes + 1):
        await asyncio.sleep(max(0, began + 60 * minute - time.monotonic()))
        samples.append(row(loads))
        if log:
            told = {sink: {str(k): v for k, v in load.told.items()} for sink, load in loads.items()}
            with log.open("a", encoding="ascii") as file:
                file.write(json.dumps([minute, samples[-1], told]) + "\n")
    await asyncio.gather(*senders)
    return samples


def row(loads: dict[str, Load]) -> list[int]:
    return [resident(loads[sink].site.programs[name]) for sink, name in WATCHED]


def resident(program: fleet.Program) -> int:
    """Return how many kB of memory a process holds."""
    assert program.process is not None
    status = Path(f"/proc/{program.process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


async def send(load: Load, rate: int, until: float) -> None:
    """Send so many requests a second, each on a connection of its own."""
    began, number = time.monotonic(), 0
    room = asyncio.Semaphore(MOST_AT_ONCE)
    running: set[asyncio.Task[None]] = set()

    async def one(given: Body) -> None:
        try:
            status = await ask(load.site.web, given)
        finally:
            room.release()
        load.told[status] += 1
        if status == 204:
            load.told["reports"] += given.reports

    while (now := time.monotonic()) < until:
        while number < (now - began) * rate and time.monotonic() < until:
            await room.acquire()
            task = asyncio.create_task(one(body(number)))
            running.add(task)
            task.add_done_callback(running.discard)
            number += 1
        await asyncio.sleep(TICK)
    await asyncio.gather(*running)


async def ask(port: int, given: Body) -> int:
    """Return the status, 0 where there is no answer."""
    try:
        reader, writer = await asyncio.open_connection(servers.HOST, port)
        writer.write(
            f"POST /reports/ HTTP/1.1\r\nHost: {servers.HOST}\r\nConnection: close\r\n"
            f"User-Agent: {given.agent}\r\nContent-Type: application/reports+json\r\n"
            f"Content-Length: {len(given.text)}\r\n\r\n".encode()
            + given.text
        )
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return int(answer.split(b" ", 2)[1])
    except (OSError, IndexError, ValueError):
        return 0


def body(number: int) -> Body:
    """Return what browsers send: mostly what is known, much that is new, and some nonsense."""
    is_new = number % 10 in {1, 6}
    name = number if is_new else -number % KNOWN
    agent = AGENT.format(100 + name % 60)
    if number % 1_000 == 999:
        some = [violation(number * 1_000 + n) for n in range(100)]
        return Body(json.dumps(some).encode(), agent, len(some))
    if number % 100 == 98:
        return Body(b'{"csp-report": ' * 20, agent, 0)
    return Body(json.dumps([violation(name)]).encode(), agent, 1)


def violation(name: int) -> dict[str, Any]:
    """Return a violation of its own; some have a policy of their own, and each has a nonce."""
    policy = (
        f"script-src 'self' 'nonce-{time.monotonic_ns():x}' https://v{name % 30_000 // 10}.test"
    )
    page = f"https://www.example.com/shop/{name}/"
    return {
        "type": "csp-violation",
        "age": name % 5_000,
        "url": page,
        "user_agent": AGENT.format(100 + name % 60),
        "body": {
            "documentURL": page,
            "referrer": "",
            "effectiveDirective": "script-src-elem",
            "originalPolicy": policy,
            "disposition": "enforce",
            "blockedURL": f"https://cdn-{name}.example.net/widget.js",
            "lineNumber": 12,
            "columnNumber": 3,
            "sourceFile": page,
            "statusCode": 200,
            "sample": "",
        },
    }


def ended(load: Load) -> str:
    """Wait until everything is counted, and say what came out."""
    import psycopg  # noqa: PLC0415  # where servers are

    load.site.drain()
    place = {"host": servers.HOST, "port": load.site.database["PORT"], "user": servers.USER}
    with psycopg.connect(**place, dbname="postgres") as connection:
        query = "SELECT count(*), sum(count) FROM security_reportgroup"
        ((groups, counted),) = connection.execute(query).fetchall()
    told = Counter(load.told)
    reports, taken = told.pop("reports"), told.pop(204)
    return (
        f"{taken:,} requests answered 204, {told.total()} otherwise; "
        f"{reports:,} reports accepted, {counted - reports} more counted, {groups:,} groups"
    )


def report(samples: list[list[int]], found: dict[str, str], rate: int) -> str:
    """Return the table, and how far the second half goes up and down."""
    last = len(samples) - 1
    lines = [
        f"Resident memory in MB, {rate} requests a second to each sink for {last} minutes",
        f"Python {platform.python_version()}, Django {django.__version__}, PostgreSQL, "
        f"{os.cpu_count()} processors",
        "",
        f"{'minute':24}" + "".join(f"{f'{name}, {sink} sink':>22}" for sink, name in WATCHED),
    ]
    lines += [
        f"{minute:<24}" + "".join(f"{kb / 1024:22.1f}" for kb in samples[minute])
        for minute in [*(minute for minute in (0, *SHOWN) if minute < last), last]
    ]
    later = list(zip(*samples[last // 2 :], strict=True))
    spans = [f"{min(column) / 1024:.1f} to {max(column) / 1024:.1f}" for column in later]
    name = f"from minute {last // 2} on"
    lines += [f"{name:24}" + "".join(f"{span:>22}" for span in spans), ""]
    lines += [f"{sink} sink: {text}" for sink, text in found.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
