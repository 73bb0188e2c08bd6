"""What counts the reports that web processes left in a stream of Redis."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import DataError, Error

from security.models import ReportReceipt
from security.reports import alerts, storage
from security.reports.entry import Arrival
from security.reports.sinks.redis import GROUP, RedisSink, unpacked
from security.reports.storage.connection import transact
from security.reports.storage.moments import moment

log = logging.getLogger("security.reports.worker")

MAX_BATCH: Final = 1_000  # entries; each has 256 kB at most
MAX_HELD: Final = 600  # seconds from reading to counting; receipts are kept for an hour
RECEIPTS_KEPT: Final = 3_600  # seconds
SKEW: Final = 600  # seconds that the clocks of Redis and of workers may differ
PAUSES: Final = (0.25, 0.5, 1, 2, 5, 10)  # seconds between tries while something is down
LOOK: Final = 0.2  # seconds between looks whether to stop
REPORT_EVERY: Final = 60  # seconds
TIDY_EVERY: Final = 300  # seconds
TELL_EVERY: Final = 60  # seconds
UNREADABLE: Final = "not-an-entry"  # the reason under which refused entries are counted

# KEYS[1]: the stream. ARGV: group, consumer. A consumer that holds entries would take them along.
LEAVE: Final = """
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) == 0 then
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
"""

Entries = Sequence[tuple[bytes, Mapping[bytes, bytes] | None]]


class Worker:
    """
    Count what the stream holds, each report once, whatever ends or starts anew meanwhile.

    Entries are read, counted in one transaction together with a receipt for each, and then
    taken off the stream. What a crash leaves between two of these steps is read again, by this
    worker or, after ``idle`` seconds, by another; the receipts tell what was counted. They are
    kept until nothing as old is left in the stream, an hour at least.

    ``batch`` is the number of entries read at once, ``name`` that of the consumer.
    """

    def __init__(
        self, sink: RedisSink, *, name: str = "", batch: int = 100, idle: float = 60
    ) -> None:
        self.client = sink.client
        self.stream = sink.stream
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.batch = batch
        self.idle = idle
        self.is_stopping = False
        # Within the time that the client waits for an answer, and for a signal.
        self._block = int(min(1.0, sink.timeout / 2) * 1000)
        self._begin()
        self._entries = self._reports = 0
        self._reported = self._tidied = self._told = time.monotonic()

    def stop(self) -> None:
        """Have ``run`` return when it has counted what it holds. Signal handlers may call it."""
        self.is_stopping = True

    def run(self, *, once: bool = False) -> None:
        """
        Count until ``stop``. ``once``: until nothing is left that this worker may take.

        Waits while Redis or the database is down, and says so once; ``once`` raises
        ``RedisError`` or ``StorageUnavailable`` instead.
        """
        from redis.exceptions import RedisError  # noqa: PLC0415  # an extra

        failed, since = 0, 0.0
        while not self.is_stopping:
            try:
                is_empty = self._turn(block=not once)
            except (RedisError, OSError, Error, storage.StorageUnavailable) as error:
                if once:
                    raise
                if not failed:
                    since = time.monotonic()
                    log.warning("Waiting: %s: %s", type(error).__name__, error)
                self._begin()
                self._sleep(PAUSES[min(failed, len(PAUSES) - 1)])
                failed += 1
                continue
            if failed:
                log.warning("Back after %d s.", time.monotonic() - since)
                failed = 0
            if once and is_empty:
                break
        self._leave()

    def _begin(self) -> None:
        """Start over: with what this consumer holds already, then what nobody works on."""
        self._has_joined = False
        self._may_hold = True
        self._claim_at = 0.0
        self._cursor: bytes | str = "0-0"

    def _turn(self, *, block: bool) -> bool:
        """Read and count once; tell whether there was nothing, not even of other consumers."""
        if not self._has_joined:
            self._join()
        read_at = time.time()
        if self._may_hold:
            entries = self._read("0", block=False)
            self._may_hold = bool(entries)
            is_empty = False
        elif time.monotonic() >= self._claim_at:
            entries = self._claim()
            is_empty = False
        else:
            entries = self._read(">", block=block)
            is_empty = not entries
            read_at = time.time()  # none of it was in our hands while we waited
        if entries:
            self._count(entries, read_at)
        self._do_now_and_then()
        return is_empty

    def _join(self) -> None:
        from redis.exceptions import ResponseError  # noqa: PLC0415  # an extra

        try:
            self.client.xgroup_create(self.stream, GROUP, "0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):  # it is there
                raise
        self._has_joined = True

    def _read(self, after: str, *, block: bool) -> Entries:
        found: list[tuple[bytes, Entries]] = self.client.xreadgroup(
            GROUP,
            self.name,
            {self.stream: after},
            count=self.batch,
            block=self._block if block else None,
        )
        return found[0][1] if found else []

    def _claim(self) -> Entries:
        """Take over what another has held for too long."""
        entries: Entries
        self._cursor, entries, *_ = self.client.xautoclaim(
            self.stream,
            GROUP,
            self.name,
            min_idle_time=int(self.idle * 1000),
            start_id=self._cursor,
            count=self.batch,
        )
        if self._cursor == b"0-0":
            self._claim_at = time.monotonic() + self.idle
        return entries

    def _count(self, entries: Entries, read_at: float) -> None:
        batches: dict[str, Sequence[Arrival]] = {}
        refused: Counter[str] = Counter()
        wrong = ""
        for number, fields in entries:
            name = number.decode("ascii")
            try:
                message = unpacked(fields or {})
            except ValueError as error:
                if fields:  # else somebody deleted it
                    wrong = f"{name}: {error}"
                    refused[UNREADABLE] += 1
                continue
            batches[f"{name}/{message.token}"] = message.arrivals
            refused.update(message.refused)
            if message.unreadable:
                wrong = f"{name}: a report of another release"
                refused[UNREADABLE] += message.unreadable
        if wrong:
            log.error("%d cannot be read; the last is %s", refused[UNREADABLE], wrong)
        if time.time() - read_at > MAX_HELD:
            log.warning("%d entries were held for too long; they are read again.", len(entries))
            self._begin()
            return
        self._reports += self._keep(batches, refused)
        self._entries += len(entries)
        ids = [number for number, _ in entries]
        with self.client.pipeline(transaction=True) as pipeline:
            pipeline.xack(self.stream, GROUP, *ids)
            pipeline.xdel(self.stream, *ids)
            pipeline.execute()
        if refused := +refused:
            # Last: some may be lost in a crash, none counts twice.
            storage.refused(refused, int(time.time()))

    def _keep(self, batches: Mapping[str, Sequence[Arrival]], refused: Counter[str]) -> int:
        """Count batches, and of one that the database does not take, what it takes."""
        try:
            return storage.keep(batches, now=int(time.time()))
        except DataError:
            if len(batches) > 1:
                return sum(self._keep({name: some}, refused) for name, some in batches.items())
            ((name, arrivals),) = batches.items()
            if len(arrivals) > 1:
                parts = ({f"{name}/{n}": [arrival]} for n, arrival in enumerate(arrivals))
                return sum(self._keep(part, refused) for part in parts)
            log.exception("A report of entry %s cannot be stored.", name)
            refused[UNREADABLE] += arrivals[0].count
            return 0

    def _do_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self._reported >= REPORT_EVERY:
            self._report()
        if now - self._tidied >= TIDY_EVERY:
            self._tidied = now
            self.tidy()
        if now - self._told >= TELL_EVERY:
            self._told = now
            alerts.run(time.time())

    def _report(self) -> None:
        now = time.monotonic()
        if self._entries:
            log.info(
                "Counted %d reports of %d entries in %d s; %d entries are left.",
                self._reports,
                self._entries,
                now - self._reported,
                self.client.xlen(self.stream),
            )
        self._entries = self._reports = 0
        self._reported = now

    def tidy(self) -> None:
        """Forget receipts of which the entries are gone, and consumers that are."""
        before = time.time() - RECEIPTS_KEPT
        # What is counted is deleted, so the first that is left is the oldest that may come again.
        for number, _ in self.client.xrange(self.stream, count=1):
            before = min(before, int(number.partition(b"-")[0]) / 1000 - SKEW)
        _forget_receipts(int(before))
        for consumer in self.client.xinfo_consumers(self.stream, GROUP):
            if not consumer["pending"] and consumer["idle"] > RECEIPTS_KEPT * 1000:
                self.client.eval(LEAVE, 1, self.stream, GROUP, consumer["name"])

    def _leave(self) -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415  # an extra

        try:
            self._report()
            self.client.eval(LEAVE, 1, self.stream, GROUP, self.name)
        except (RedisError, OSError):
            log.info("Redis does not know that this worker has ended.")

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.is_stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(LOOK, left))


def _forget_receipts(before: int) -> None:
    using = storage.alias(None)
    rows = ReportReceipt.objects.using(using).filter(counted__lt=moment(before))
    transact(using, rows.delete)
