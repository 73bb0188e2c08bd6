"""Measure how many violation reports a process takes in a second, beside two peers."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import logging
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from tests import servers

from . import collect_site as site
from .apart import APART, install_apart, version_of
from .pages import replace

SENDERS = 64
SECONDS = 4.0  # of each run, after one more to warm up
PROCESSES = 3
START = "<!-- bench-collect:start -->"
END = "<!-- bench-collect:end -->"
ROWS = (
    ("an empty view", site.EMPTY),
    ("ours, database sink", site.DATABASE),
    ("ours, redis sink", site.REDIS),
    ("django-security", site.SECURITY),
    ("django-csp-reports", site.REPORTS),
)
KINDS = ("sqlite", "postgresql")


def main() -> None:
    """Run every subject on every database, in turn, and report the medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collect", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each run")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="runs of each subject")
    parser.add_argument("--docs", type=Path, metavar="PAGE", help="put the table into PAGE")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(**json.loads(options.inside))))
        return
    if version_of("django-security", APART) is None:
        install_apart()
    found: dict[tuple[str, str], list[Any]] = {}
    for _ in range(options.processes):
        for kind in KINDS:
            for _, who in ROWS:
                run = outside({"who": who, "kind": kind, "seconds": options.seconds})
                found.setdefault((who, kind), []).append(run)
    text = report(found)
    print(text)
    if options.docs:
        replace(options.docs, text, (START, END))


def outside(given: dict[str, Any]) -> Any:
    """Return what a new process finds out."""
    command = [sys.executable, "-m", "benchmarks.collect", "--inside", json.dumps(given)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return {"trouble": lines[-1] if lines else f"exit status {done.returncode}"}
    return json.loads(done.stdout)


@contextmanager
def database(kind: str) -> Iterator[dict[str, Any]]:
    """Yield the settings of a new database that waits for the disk at each commit."""
    if kind == "postgresql":
        with servers.postgresql(2 * SENDERS, durable=True) as server:
            yield server.fresh()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(folder) / "bench.sqlite3"),
            "OPTIONS": {"timeout": 60},
        }


def inside(who: str, kind: str, seconds: float) -> dict[str, Any]:
    """Send reports from threads, and from tasks where the subject is asynchronous."""
    warnings.simplefilter("ignore")  # of packages that were written for another Django
    logging.disable(logging.CRITICAL)
    with database(kind) as settings, servers.redis() as redis:
        site.configure(who, settings, redis.url)
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        found = {"wsgi": threads(seconds)}
        if who in site.OURS:
            found["asgi"] = asyncio.run(tasks(seconds))
        if who == site.DATABASE:
            found["lost"] = sum(one["accepted"] for one in found.values()) - site.counted(who)()
        elif who not in site.OURS:
            found["lost"] = found["wsgi"]["accepted"] - site.counted(who)()
        connections.close_all()
    return found


def environ() -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/report/",
        "QUERY_STRING": "",
        "SERVER_NAME": site.HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.HOST,
        "HTTP_USER_AGENT": site.AGENT,
        "REMOTE_ADDR": "192.0.2.7",
        "CONTENT_TYPE": "application/json",  # the only one that django-security takes
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def threads(seconds: float) -> dict[str, Any]:
    """Call the WSGI handler from threads; return what was accepted, in all and in a second."""
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415

    handler = WSGIHandler()
    bodies = [site.body(number) for number in range(site.DISTINCT)]
    base, stop = environ(), threading.Event()
    sent = [0] * SENDERS
    wrong: list[str] = []

    def send(sender: int) -> None:
        number = sender * 17
        while not stop.is_set():
            number += 1
            body = bodies[number % len(bodies)]
            given = {**base, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
            status: list[str] = []
            response = handler(given, lambda *answer, status=status: status.append(answer[0]))
            b"".join(response)
            response.close()
            if status[0][:2] == "20":
                sent[sender] += 1
            else:
                wrong.append(status[0])

    senders = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for one in senders:
        one.start()
    time.sleep(1)
    began, before = time.perf_counter(), sum(sent)
    time.sleep(seconds)
    took, after = time.perf_counter() - began, sum(sent)
    stop.set()
    for one in senders:
        one.join()
    return {"rate": (after - before) / took, "accepted": sum(sent), "refused": len(wrong)}


async def tasks(seconds: float) -> dict[str, Any]:
    """Await the ASGI handler from tasks."""
    from django.core.handlers.asgi import ASGIHandler  # noqa: PLC0415

    handler = ASGIHandler()
    bodies = [site.body(number) for number in range(site.DISTINCT)]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/report-async/",
        "query_string": b"",
        "scheme": "https",
        "server": (site.HOST, 443),
        "client": ("192.0.2.7", 1024),
    }
    headers = [
        (b"host", site.HOST.encode()),
        (b"user-agent", site.AGENT.encode()),
        (b"content-type", b"application/json"),
    ]
    sent, wrong, running = [0] * SENDERS, [0], [True]

    async def send(sender: int) -> None:
        number = sender * 17
        while running[0]:
            number += 1
            body = bodies[number % len(bodies)]
            await ask(sender, body)

    async def ask(sender: int, body: bytes) -> None:
        gone = asyncio.Event()
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            if (message := next(messages, None)) is not None:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                if message["status"] // 10 == 20:
                    sent[sender] += 1
                else:
                    wrong[0] += 1

        length = (b"content-length", str(len(body)).encode())
        await handler({**scope, "headers": [*headers, length]}, receive, answer)

    senders = [asyncio.create_task(send(number)) for number in range(SENDERS)]
    await asyncio.sleep(1)
    began, before = time.perf_counter(), sum(sent)
    await asyncio.sleep(seconds)
    took, after = time.perf_counter() - began, sum(sent)
    running[0] = False
    await asyncio.gather(*senders)
    return {"rate": (after - before) / took, "accepted": sum(sent), "refused": wrong[0]}


def report(found: dict[tuple[str, str], list[Any]]) -> str:
    """Return the table: rates, and what share of the empty view's they are."""
    lines = [
        f"Reports a second that one process takes from {SENDERS} senders",
        f"Python {platform.python_version()}, Django {django.__version__}, "
        f"{site.DISTINCT:,} distinct violations, every commit on the disk",
        "",
        f"{'':24}{'SQLite':>10}{'PostgreSQL':>12}{'share':>8}{'ASGI':>10}{'share':>8}",
    ]
    empty = rate(found[site.EMPTY, "postgresql"], "wsgi")
    aempty = rate(found[site.EMPTY, "postgresql"], "asgi")
    for name, who in ROWS:
        runs = found[who, "postgresql"]
        if trouble := [run["trouble"] for run in runs if "trouble" in run]:
            lines.append(f"{name:24}{trouble[0]}")
            continue
        here, there = rate(found[who, "sqlite"], "wsgi"), rate(runs, "wsgi")
        line = f"{name:24}{here:10,.0f}{there:12,.0f}{there / empty:8.0%}"
        if "asgi" in runs[0]:
            line += f"{rate(runs, 'asgi'):10,.0f}{rate(runs, 'asgi') / aempty:8.0%}"
        lines.append(line)
    for kind in KINDS:
        ours = rate(found[site.DATABASE, kind], "wsgi")
        better = max(rate(found[who, kind], "wsgi") for who in (site.SECURITY, site.REPORTS))
        if better:
            lines.append(f"ours / the better peer, {kind}: {ours / better:.1f}")
    lost = sum(run.get("lost", 0) for runs in found.values() for run in runs)
    refused = sum(
        run[mode]["refused"]
        for runs in found.values()
        for run in runs
        for mode in ("wsgi", "asgi")
        if mode in run
    )
    lines.append(f"answered 2xx and not counted: {lost}; answered otherwise: {refused}")
    return "\n".join(lines)


def rate(runs: list[Any], mode: str) -> float:
    rates = [run[mode]["rate"] for run in runs if mode in run]
    return statistics.median(rates) if rates else 0.0


if __name__ == "__main__":
    main()
