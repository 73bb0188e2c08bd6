"""What every store can do: count attempts so that no two count as one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from security.policy.throttling import Claim, DelayFunction, Record, Table, wait

Records = list[Record]
Change = Callable[[Records], Records | None]
Lasts = Callable[[], bool]


class StoreUnavailable(Exception):  # noqa: N818  # it says what is the case
    """The cache cannot count just now. Whoever catches it lets nobody in."""


class Entry(NamedTuple):
    """Where one attempt is counted: the key in the cache, and inside of its record."""

    key: str
    slot: str = ""
    spelling: str = ""


class Rule(NamedTuple):
    """
    How long an attempt has to wait, and a table of it for stores that judge by themselves.

    The first entry of an attempt is its account, the second, if any, its address.
    """

    function: DelayFunction
    tables: tuple[Table, Table]

    def wait(self, entries: Sequence[Entry], records: Records, now: int) -> int:
        """Return the milliseconds that the attempt has to wait; all times in milliseconds."""
        found = [record.at(entry.slot) for entry, record in zip(entries, records, strict=True)]
        return wait(self.function, found[0], found[1] if len(found) > 1 else Record().at(), now)

    def slows_addresses(self) -> bool:
        """Tell whether an address may ever have to wait."""
        return any(delay for _, delay in self.tables[1])

    def beside(self, others: int) -> Rule:
        """Return the rule for an account alone, from an address with so many attempts."""
        return Rule(lambda account, _: (self.function(account, others)[0], 0), self.tables)

    def of_addresses(self) -> Rule:
        """Return the rule for an address alone, whose entry then is the first."""
        return Rule(lambda count, _: (self.function(0, count)[1], 0), (self.tables[1], []))


class Operation(NamedTuple):
    """What becomes of an attempt that was counted: it is refunded, or its slot cleared."""

    key: str
    claim: Claim
    clears: bool = False

    def on(self, record: Record) -> Record:
        return record.cleared(self.claim) if self.clears else record.refunded(self.claim)


class Store(ABC):
    """
    Records of attempts in one of Django's caches, kept for ``MEMORY`` seconds.

    Every method raises ``StoreUnavailable`` when the cache does not answer.
    """

    def __init__(self, cache: Any) -> None:
        self.cache = cache

    @abstractmethod
    def change(self, keys: Sequence[str], step: Change) -> Records:
        """
        Replace records by what ``step`` makes of them, all at once; ``None`` changes nothing.

        ``step`` may be called several times. Returns the records that the last call saw.
        """

    def look(self, keys: Sequence[str]) -> Records:
        return self.change(keys, _nothing)

    def forget(self, keys: Sequence[str]) -> None:
        self.change(keys, lambda records: [Record() for _ in records])

    def reserve(self, entries: Sequence[Entry], rule: Rule, now: int) -> Records:
        """
        Count an attempt unless it has to wait; return the records before it.

        ``rule.wait(entries, records, now)`` tells what happened: it was counted if that is 0.
        """

        def step(records: Records) -> Records | None:
            return None if rule.wait(entries, records, now) else claim(entries, records, now)

        return self.change([entry.key for entry in entries], step)

    def add(self, entries: Sequence[Entry], now: int) -> Records:
        """Count an attempt, whether it would have to wait or not; return the records before."""
        return self.change([entry.key for entry in entries], partial(claim, entries, now=now))

    def pending(self) -> Lasts | None:
        """
        Return what tells, from now on, whether an attempt counted just now still is.

        ``None``: it is, whatever comes. Only a transaction can take it away again.
        """
        return None

    def settle(self, operations: Sequence[Operation]) -> None:
        """Do what the operations say, in their order."""
        keys = list(dict.fromkeys(operation.key for operation in operations))

        def step(records: Records) -> Records:
            now = dict(zip(keys, records, strict=True))
            for operation in operations:
                now[operation.key] = operation.on(now[operation.key])
            return list(now.values())

        self.change(keys, step)


def _nothing(records: Records) -> None:
    """Change nothing."""


def claims(entries: Sequence[Entry], before: Records, now: int) -> list[Operation]:
    """Return what takes an attempt back that was counted upon these records."""
    return [
        Operation(
            entry.key,
            Claim(record.slot(entry.slot), entry.spelling, record.at(entry.slot).last, now),
        )
        for entry, record in zip(entries, before, strict=False)
    ]


def claim(entries: Sequence[Entry], records: Records, now: int) -> Records:
    pairs = zip(entries, records, strict=True)
    return [record.claimed(entry.slot, entry.spelling, now) for entry, record in pairs]
