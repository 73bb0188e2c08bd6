"""``manage.py reportworker``: count the reports that ``RedisSink`` keeps in its stream."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connections

from security.policy.errors import must_be
from security.reports import sinks, storage, worker
from security.reports.sinks.redis import RedisSink

DOWN, FAILED = 1, 2  # exit codes; 0: the stream is empty, or somebody stopped the worker
MAX_IDLE: Final = 3_000.0  # seconds; well below the hour that receipts are kept
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Command(BaseCommand):
    """Work until a signal comes, or with ``--once`` until the stream is empty."""

    help = (
        "Count the reports that web processes left in Redis. Any number of workers may run. "
        "SIGTERM and SIGINT let it finish what it holds. Exit codes: 0 stopped, or nothing left; "
        "1 Redis or the database is down, with --once; 2 not configured."
    )
    requires_system_checks = ()  # what was accepted should be counted, whatever else is wrong

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--once", action="store_true", help="stop when the stream is empty")
        parser.add_argument(
            "--batch", type=int, default=100, metavar="N", help="entries read at once; 100"
        )
        parser.add_argument(
            "--name", default="", help="of this worker, unique among all; host, process and chance"
        )
        parser.add_argument(
            "--idle",
            type=float,
            default=60.0,
            metavar="SECONDS",
            help="take over what another worker has held for so long; 60",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit with 0, or raise ``CommandError`` with another code."""
        batch, idle = options["batch"], options["idle"]
        if not 1 <= batch <= worker.MAX_BATCH:
            raise _wrong("--batch", f"a number of entries, 1 to {worker.MAX_BATCH}", batch)
        if not 1 <= idle <= MAX_IDLE:
            raise _wrong("--idle", f"a number of seconds, 1 to {MAX_IDLE:g}", idle)
        running = worker.Worker(_sink(), name=options["name"], batch=batch, idle=idle)
        from redis.exceptions import RedisError  # noqa: PLC0415  # the sink has found it

        try:
            with self._logging(), _stopped_by_signals(running.stop):
                running.run(once=options["once"])
        except (RedisError, OSError, Error, storage.StorageUnavailable) as error:
            raise CommandError(f"{type(error).__name__}: {error}", returncode=DOWN) from error
        finally:
            connections.close_all()

    @contextmanager
    def _logging(self) -> Iterator[None]:
        """Show what the worker says where the project's logging takes it nowhere."""
        if worker.log.hasHandlers():
            yield
            return
        handler = logging.StreamHandler(self.stderr)
        level = worker.log.level
        worker.log.addHandler(handler)
        worker.log.setLevel(logging.INFO)
        try:
            yield
        finally:
            worker.log.removeHandler(handler)
            worker.log.setLevel(level)


def _sink() -> RedisSink:
    try:
        sink = sinks.sink()
    except ImproperlyConfigured as error:
        raise CommandError(str(error), returncode=FAILED) from error
    if not isinstance(sink, RedisSink):
        wrong = must_be("the path of RedisSink for a worker to have work", type(sink).__name__)
        raise CommandError(
            wrong.within("SINK").describe("SECURITY_REPORTS") + "\n    HINT: Write "
            'SECURITY_REPORTS = {"SINK": "security.reports.sinks.redis.RedisSink", '
            '"OPTIONS": {"url": "redis://localhost:6379/0"}}. '
            "The database sink counts by itself and needs no worker.",
            returncode=FAILED,
        )
    return sink


def _wrong(option: str, what: str, got: object) -> CommandError:
    return CommandError(must_be(what, got).describe(option), returncode=FAILED)


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let the first signal stop the work in peace; the next one acts as ever."""
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(number: int, frame: object) -> None:
        restore()
        stop()

    for number in SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
