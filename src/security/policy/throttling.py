"""How long the next guess at a password has to wait. Only numbers, no clock, no storage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

FREE = 3  # failures of an account before its next attempt has to wait
FIRST_DELAY = 5  # seconds, after the third failure
MAX_DELAY = 24 * 60 * 60  # seconds
MEMORY = 48 * 60 * 60  # seconds without an attempt after which failures are forgotten
MAX_SLOTS: Final = 64  # of one record: devices and spellings that are counted apart
MAX_SPELLINGS: Final = 32  # of these slots; the others stay free for devices
MAX_TABLE: Final = 64  # counts whose delay a table lists one by one
UNKNOWN: Final = -1  # in a table: ask the function itself
MAIN: Final = ""  # the slot of the account, or of the address, as a whole

DelayFunction = Callable[[int, int], tuple[float, float]]
Table = list[tuple[int, int]]

# What a table is probed with beyond its end, and with which counts of the other kind.
_BEYOND = (MAX_TABLE + 1, 100, 1_000, 10_000, 1_000_000)
_OTHERS = (1, 2, 3, 5, 10, 50, 100, 1_000, 100_000)


def default_delay_function(account_attempt_count: int, ip_attempt_count: int) -> tuple[int, int]:
    """
    Return how long the next attempt on the account, and from the address, has to wait.

    Both are seconds since the last attempt. Two failures of an account cost nothing, the
    third costs five seconds, each further one twice as much, at most a day. An address is
    never slowed down: behind one there may be a whole company.
    """
    if account_attempt_count < FREE:
        return 0, 0
    doublings = min(account_attempt_count - FREE, MAX_DELAY.bit_length())
    return min(FIRST_DELAY << doublings, MAX_DELAY), 0


def delays(function: DelayFunction, account: int, ip: int) -> tuple[int, int]:
    """
    Return what a delay function says, in milliseconds, 0 to ``MEMORY``.

    Raises what the function raises, and ``ValueError`` or ``TypeError`` for what is no pair
    of numbers: then nobody may guess.
    """
    for_account, for_ip = function(account, ip)
    return _milliseconds(for_account), _milliseconds(for_ip)


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts were counted, and when the last one was (Unix milliseconds)."""

    count: int = 0
    last: int = 0

    def wait(self, delay: int, now: int) -> int:
        """
        Return the milliseconds until the next attempt, 0 for at once.

        Never more than ``delay``: the clocks of two machines may differ.
        """
        if not self.count or delay <= 0:
            return 0
        return min(max(self.last + delay - now, 0), delay)


NONE: Final = Attempts()


@dataclass(frozen=True, slots=True)
class Claim:
    """
    An attempt that was counted in advance: in which slot, and under which spelling.

    ``before`` and ``own`` are the times of the attempt before it and of its own.
    """

    slot: str = MAIN
    spelling: str = ""
    before: int = 0
    own: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """
    What is remembered of one account or one address.

    The slot ``""`` counts everybody who is not told apart. A device has a slot of its own
    (``d:...``), and so has each spelling of a name (``s:...``), whose share is taken back
    when somebody logs in under it. Spellings take at most ``MAX_SPELLINGS`` of the slots.
    """

    slots: Mapping[str, Attempts] = field(default_factory=dict)

    def __str__(self) -> str:
        return json.dumps({name: [a.count, a.last] for name, a in self.slots.items()})

    @classmethod
    def parse(cls, text: str | bytes | None) -> Self:
        """Read what ``str()`` wrote; nothing is an empty record. Raises ``ValueError``."""
        if not text:
            return cls()
        slots = {str(name): Attempts(*pair) for name, pair in dict(json.loads(text)).items()}
        return cls(slots)

    def __bool__(self) -> bool:
        return bool(self.slots)

    def slot(self, wanted: str) -> str:
        """Return the slot that counts for ``wanted``: the main one where there is no room."""
        return wanted if wanted in self.slots or len(self.slots) < MAX_SLOTS else MAIN

    def at(self, wanted: str = MAIN) -> Attempts:
        return self.slots.get(self.slot(wanted), NONE)

    def claimed(self, slot: str, spelling: str, now: int) -> Record:
        """Return the record with one more attempt."""
        slot = self.slot(slot)
        slots = {**self.slots, slot: Attempts(self.at(slot).count + 1, now)}
        if slot == MAIN and spelling and (spelling in slots or _has_room(slots)):
            slots[spelling] = Attempts(slots.get(spelling, NONE).count + 1, 0)
        return Record(slots)

    def refunded(self, claim: Claim) -> Record:
        """Return the record without this one attempt."""
        return self._less(claim, 1)

    def cleared(self, claim: Claim) -> Record:
        """Return the record without whatever was tried in this slot, under this spelling."""
        if claim.slot != MAIN:
            return self._less(claim, self.at(claim.slot).count)
        share = self.slots.get(claim.spelling, NONE).count if claim.spelling else 0
        return self._less(claim, max(share, 1))

    def _less(self, claim: Claim, number: int) -> Record:
        slots = dict(self.slots)
        if (now := slots.get(claim.slot)) is None:
            return self
        last = claim.before if now.last == claim.own else now.last
        _put(slots, claim.slot, Attempts(now.count - number, last))
        if claim.slot == MAIN:
            if claim.spelling and (spelled := slots.get(claim.spelling)) is not None:
                _put(slots, claim.spelling, Attempts(spelled.count - number, 0))
            if MAIN not in slots:  # nothing is left that a share could be of
                slots = {name: a for name, a in slots.items() if not name.startswith("s:")}
        return Record(slots)


def wait(function: DelayFunction, account: Attempts, ip: Attempts, now: int) -> int:
    """Return the milliseconds that an attempt has to wait for account and address."""
    for_account, for_ip = delays(function, account.count, ip.count)
    return max(account.wait(for_account, now), ip.wait(for_ip, now))


def tabulate(function: DelayFunction) -> tuple[Table, Table]:
    """
    Return the delays of accounts and of addresses as (from this count on, milliseconds).

    So a store can judge by itself. ``UNKNOWN`` stands where the function has to be asked:
    where the one delay seems to depend on the other count, or grows beyond the table. A
    table is a guess; who uses it asks the function about the counts that were found.
    """

    def account(count: int) -> int:
        return _alone(delays(function, count, other)[0] for other in (0, *_OTHERS))

    def ip(count: int) -> int:
        return _alone(delays(function, other, count)[1] for other in (0, *_OTHERS))

    return _table(account), _table(ip)


def _table(delay: Callable[[int], int]) -> Table:
    rows: Table = []
    try:
        for count in range(MAX_TABLE + 1):
            if (found := delay(count)) == UNKNOWN:
                return [(0, UNKNOWN)]
            if not rows or rows[-1][1] != found:
                rows.append((count, found))
        beyond = _alone(delay(count) for count in (MAX_TABLE, *_BEYOND))
    except Exception:  # a function of others, asked about counts that it may never see
        return [(0, UNKNOWN)] if len(rows) < MAX_TABLE // 2 else [*rows, (MAX_TABLE, UNKNOWN)]
    return rows if beyond != UNKNOWN else [*rows, (MAX_TABLE + 1, UNKNOWN)]


def _alone(values: Iterable[int]) -> int:
    """Return the one value that all of these are, or ``UNKNOWN``."""
    found = set(values)
    return found.pop() if len(found) == 1 else UNKNOWN


def _has_room(slots: Mapping[str, Attempts]) -> bool:
    """Tell whether one more spelling is counted: who invents spellings crowds out no device."""
    spellings = sum(name.startswith("s:") for name in slots)
    return spellings < MAX_SPELLINGS and len(slots) < MAX_SLOTS


def _put(slots: dict[str, Attempts], name: str, attempts: Attempts) -> None:
    if attempts.count > 0:
        slots[name] = attempts
    else:
        slots.pop(name, None)


def _milliseconds(delay: float) -> int:
    return round(min(max(delay, 0), MEMORY) * 1000)
