"""What RedisSink accepts and one worker counts: ``python -m benchmarks.report_fleet``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import threading
import time

import django
from tests import servers
from tests.working import places

CALLERS = 64
ENTRY = 64  # reports in an entry of the stream
DISTINCT = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_fleet", description=__doc__)
    parser.add_argument("--reports", type=int, default=200_000)
    options = parser.parse_args()
    with servers.redis() as redis, servers.postgresql() as postgresql:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": places.SITE,
            places.DATABASE: json.dumps(postgresql.settings),
        }
        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        call_command("migrate", "security", verbosity=0, skip_checks=True)
        measure(redis.url, options.reports)
        connections.close_all()


def measure(url: str, reports: int) -> None:
    from tests.working import made  # noqa: PLC0415

    from security.reports.entry import Arrival  # noqa: PLC0415
    from security.reports.sinks.redis import RedisSink  # noqa: PLC0415
    from security.reports.worker import Worker  # noqa: PLC0415

    entries = [made.entry(f"n{number}") for number in range(DISTINCT)]
    dice = random.Random(1)  # noqa: S311  # no secret
    now = int(time.time())
    sink = RedisSink(url)

    def some(count: int) -> list[Arrival]:
        return [Arrival(entry, now) for entry in dice.choices(entries, k=count)]

    each = reports // 4 // CALLERS

    def thread() -> None:
        for _ in range(each):
            sink.accept(some(1))

    async def task() -> None:
        for _ in range(each):
            await sink.aaccept(some(1))

    async def tasks() -> None:
        await asyncio.gather(*(task() for _ in range(CALLERS)))

    start = clocks()
    threads = [threading.Thread(target=thread) for _ in range(CALLERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    tell(f"accepted from {CALLERS} threads", each * CALLERS, start)
    start = clocks()
    asyncio.run(tasks())
    tell(f"accepted from {CALLERS} tasks", each * CALLERS, start)
    sink.client.flushdb()
    for _ in range(reports // ENTRY):
        sink.accept(some(ENTRY))
    start = clocks()
    Worker(sink).run(once=True)
    tell("counted by one worker", reports // ENTRY * ENTRY, start)
    assert sum(made.counted().values()) == reports // ENTRY * ENTRY


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def tell(what: str, reports: int, start: tuple[float, float]) -> None:
    seconds, own = (now - then for now, then in zip(clocks(), start, strict=True))
    print(
        f"{reports / seconds:>9,.0f} reports a second {what}, "
        f"{reports / own:,.0f} a second of this process's processor time",
        flush=True,
    )


if __name__ == "__main__":
    main()
