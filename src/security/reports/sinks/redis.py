"""The sink that hands reports to ``manage.py reportworker`` through a stream of Redis."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from security.policy.errors import must_be
from security.reports.entry import Arrival, Entry

from .base import SinkUnavailable
from .commit import GroupCommit

GROUP: Final = "security"  # the consumer group of every worker
MAX_ENTRY: Final = 262_144  # characters of an entry of the stream; one arrival may exceed it

MAX_TIMEOUT: Final = 600  # seconds
MEMORY: Final = 4096  # entries that a worker need not read again
MAX_REMEMBERED: Final = 4096  # characters of each; an honest one has under 1,000

# KEYS[1]: the stream. ARGV: how long it may get, then the fields of the new entry.
# Returns its id, or nothing where the stream is full. Nothing is ever cut off its other end.
ADD: Final = """
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
"""


class Message(NamedTuple):
    """
    An entry of the stream.

    ``token`` tells it from an entry of the same id in another Redis. ``unreadable`` says how
    many of its reports are not of this release, or of nobody's.
    """

    token: str
    arrivals: list[Arrival]
    refused: dict[str, int]
    unreadable: int = 0


class RedisSink:
    """
    Keep reports in a stream until a worker has counted them.

    Many requests share one ``XADD``. It is sent once: where its outcome is not known the
    sender is told to try again, and what was kept all the same is counted.

    ``most`` limits the entries of the stream, ``most_waiting`` the reports that wait in this
    process; beyond either, and while Redis is away, ``accept`` raises ``SinkUnavailable``.
    ``timeout`` is in seconds. A report is as durable as Redis is told to keep it.
    Raises ``ImproperlyConfigured``.
    """

    def __init__(
        self,
        url: str,
        stream: str = "security:reports",
        most: int = 1_000_000,
        most_waiting: int = 10_000,
        timeout: float = 5,
    ) -> None:
        given: dict[str, object] = {"most": most, "most_waiting": most_waiting}
        if not (type(stream) is str and stream):
            raise _wrong("stream", "the name of a key", stream)
        for name, value in given.items():
            if not (type(value) is int and value > 0):
                raise _wrong(name, "a whole number, 1 or more", value)
        if type(timeout) not in {int, float} or not 0 < timeout <= MAX_TIMEOUT:
            raise _wrong("timeout", f"seconds, more than 0, {MAX_TIMEOUT} at most", timeout)
        self.client = _connect(url, timeout)
        self.stream = stream
        self.most = most
        self.timeout = timeout
        self._commit = GroupCommit(self._write, most_waiting)
        self._refused: Counter[str] = Counter()
        self._lock = threading.Lock()

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        self._commit.run(arrivals)

    async def aaccept(self, arrivals: Sequence[Arrival]) -> None:
        await self._commit.arun(arrivals)

    def refuse(self, reason: str, count: int) -> None:
        """Note it for the next entry that is written."""
        with self._lock:
            self._refused[reason] += count

    def _write(self, arrivals: Sequence[Arrival]) -> None:
        with self._lock:
            refused, self._refused = self._refused, Counter()
        try:
            for fields in packed(arrivals, refused):
                self._add(fields)
        except SinkUnavailable:
            with self._lock:
                self._refused.update(refused)
            raise

    def _add(self, fields: Sequence[str]) -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415  # an extra

        try:
            # EVAL, not EVALSHA: the text is short, and a restarted Redis knows no hash of it.
            added = self.client.eval(ADD, 1, self.stream, self.most, *fields)
        except (RedisError, OSError) as error:
            raise SinkUnavailable(f"Redis: {type(error).__name__}: {error}") from error
        if added is None:
            raise SinkUnavailable(f"The stream {self.stream!r} is full: {self.most} entries.")


def packed(arrivals: Sequence[Arrival], refused: Mapping[str, int]) -> Iterator[list[str]]:
    """Yield the fields of entries that hold all this, of bounded size each."""
    rows: list[list[Any]] = []
    size = 0
    for arrival in arrivals:
        if rows and size + len(arrival.entry.text) > MAX_ENTRY:
            yield _fields(rows, {})
            rows, size = [], 0
        rows.append([arrival.entry.text, arrival.at, arrival.count])
        size += len(arrival.entry.text)
    yield _fields(rows, refused)


def unpacked(fields: Mapping[bytes, bytes]) -> Message:
    """Return what fields hold. Raises ``ValueError`` for those of somebody else."""
    try:
        rows = json.loads(fields[b"reports"])
        refused = {str(reason): int(n) for reason, n in json.loads(fields[b"refused"]).items()}
        token = fields[b"token"].decode("ascii")
        arrivals, unreadable = [], 0
        for text, at, count in rows:
            if not (type(at) is type(count) is int and at >= 0 and count > 0):
                raise ValueError("no moment, or no count")
            try:
                arrivals.append(Arrival(_entry(text), at, count))
            except ValueError:
                unreadable += count
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise ValueError(f"no entry of ours: {type(error).__name__}") from error
    return Message(token, arrivals, refused, unreadable)


def _fields(rows: Sequence[Any], refused: Mapping[str, int]) -> list[str]:
    reports = json.dumps(rows, separators=(",", ":"))
    return ["token", secrets.token_hex(8), "reports", reports, "refused", json.dumps(refused)]


def _entry(text: str) -> Entry:
    """Return an entry that was read before, where it was: a violation comes many times."""
    return (_remembered if len(text) <= MAX_REMEMBERED else Entry.load)(text)


@lru_cache(MEMORY)
def _remembered(text: str) -> Entry:
    return Entry.load(text)


def _connect(url: str, timeout: float) -> Any:
    """Return a client that asks once. Raises ``ImproperlyConfigured``."""
    try:
        import redis  # noqa: PLC0415  # an extra
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.connection import parse_url  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415
    except ImportError as error:
        raise _wrong(
            "url", "unset where redis is not installed", "***", 'Install "django-bulwark[redis]".'
        ) from error
    try:
        options: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    except (AttributeError, TypeError, ValueError):
        # Without its text and its cause: they may hold the password.
        raise _wrong("url", "like 'redis://localhost:6379/0'", type(url)) from None
    options |= {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    # Whatever the URL says of these: a command that is sent twice counts twice, and the
    # protocol decides what an answer looks like.
    options |= {"retry": Retry(NoBackoff(), 0), "decode_responses": False, "protocol": 2}
    return redis.Redis(connection_pool=redis.ConnectionPool(**options))


def _wrong(option: str, what: str, got: object, hint: str = "") -> ImproperlyConfigured:
    text = must_be(what, got).within("OPTIONS", option).describe("SECURITY_REPORTS")
    return ImproperlyConfigured(f"{text}\n    HINT: {hint}" if hint else text)
