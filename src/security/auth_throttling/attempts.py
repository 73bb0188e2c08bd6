"""An attempt to log in is counted before the password is looked at, and taken back if it fits."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from security.conf import conf
from security.parsers_accounts import Throttling
from security.policy.throttling import Claim, DelayFunction, delays, tabulate

from . import devices, names
from .stores import Entry, Rule, Store, StoreUnavailable, find
from .stores.base import Lasts, Operation, claims

logger = logging.getLogger("security.throttling")

QUIET: Final = 3600.0  # seconds between two log lines about the same account
MAX_LOGGED: Final = 1_000  # accounts with a log line of their own within that time


class Delayed(Exception):  # noqa: N818  # no error: it says what is the case
    """The attempt was not counted; the next may come in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def clock() -> float:
    """Return the time: Unix seconds. The one clock of all that is counted."""
    return time.time()


def milliseconds() -> int:
    return round(clock() * 1000)


def settings() -> Throttling:
    """Return ``AUTHENTICATION_THROTTLING``. Raises ``ImproperlyConfigured`` without it."""
    if (throttling := conf.AUTHENTICATION_THROTTLING) is None:
        raise ImproperlyConfigured(
            "AUTHENTICATION_THROTTLING must be set (got None).\n    HINT: Write "
            '{"LOGIN_URLS_WITH_TEMPLATES": [("accounts/login/", None)]}.'
        )
    return throttling


def store() -> Store:
    """Return where attempts are counted: in the default cache, if nothing else is said."""
    throttling = conf.AUTHENTICATION_THROTTLING or Throttling()
    return find(throttling.cache)


def verify() -> None:
    """Raise ``ImproperlyConfigured`` for what would let every login fail."""
    store()
    function = settings().delay_function
    try:
        delays(function, 0, 0)
    except Exception as error:
        raise ImproperlyConfigured(
            'AUTHENTICATION_THROTTLING["DELAY_FUNCTION"] must return two numbers of seconds '
            f"(got {type(error).__name__} for no failures: {error}).\n"
            "    HINT: Return (delay of the account, delay of the address)."
        ) from error


@lru_cache(maxsize=16)
def rule(function: DelayFunction) -> Rule:
    return Rule(function, tabulate(function))


class Reserved(NamedTuple):
    """
    A counted attempt: on which account, and what takes it back.

    ``typed`` is the spelling that came, ``spelled`` that of the account in the database. All
    three are empty where only the address is counted. ``operations`` say first what becomes
    of ``where``, then of an address that another attempt of the same request was counted on.
    """

    name: str
    typed: str
    spelled: str
    where: tuple[Entry, ...]
    operations: tuple[Operation, ...]
    lasts: Lasts | None = None  # what tells whether it is still counted, if that may change
    others: int = 0  # attempts that the address had before it

    @property
    def address(self) -> tuple[Operation, ...]:
        """What takes the address back: one operation, or none."""
        return self.operations[1:] if self.name else self.operations

    def without_address(self) -> Reserved:
        return self._replace(where=self.where[:1], operations=self.operations[:1])

    def refund(self) -> Sequence[Operation]:
        return self.operations

    def clear(self) -> Sequence[Operation]:
        """The account starts anew; the address gets back this one attempt, no more."""
        return (self.operations[0]._replace(clears=True), *self.operations[1:])


def entries(name: str, request: Any) -> list[Entry]:
    """
    Return where an attempt on an account is counted: on the account, and the address.

    ``name`` is the one that ``names.as_stored`` returned.
    """
    slot = devices.slot(request, name) if request is not None else ""
    return [Entry(names.key("username", name), slot, spelling(name)), *_address(request)]


def _address(request: Any) -> list[Entry]:
    address = names.client_address(request) if request is not None else None
    return [] if address is None else [Entry(names.key("ip", address))]


def spelling(name: str) -> str:
    """Return the slot in which the attempts under one spelling of a name are counted."""
    return f"s:{names.digest('spelling', names.spelled(name))[:16]}"


def reserve(name: str, request: Any, held: Reserved | None = None) -> Reserved:
    """
    Count an attempt on an account. Blocks.

    The address that ``held`` was counted on, in the same request, is not counted again: it
    belongs to the new attempt from then on. Raises ``Delayed`` when it has to wait,
    ``StoreUnavailable`` when nobody can tell.
    """
    asked, stored = rule(settings().delay_function), names.as_stored(name)
    where = entries(stored, request)
    if held is not None:
        where, asked = where[:1], asked.beside(held.others)
    new = _reserve(where, asked, name, request)
    return new._replace(
        name=names.fold(name),
        typed=names.spelled(name),
        spelled=names.spelled(stored),
        operations=(*new.operations, *(held.address if held else ())),
        others=held.others if held else new.others,
    )


def reserve_address(request: Any) -> Reserved | None:
    """
    Count an attempt on nobody knows yet which account. Blocks.

    Returns ``None`` where no address ever has to wait. Raises as ``reserve`` does.
    """
    asked, where = rule(settings().delay_function), _address(request)
    if not where or not asked.slows_addresses():
        return None
    return _reserve(where, asked.of_addresses(), "", request)


def _reserve(where: Sequence[Entry], asked: Rule, name: str, request: Any) -> Reserved:
    now, counting = milliseconds(), store()
    before = counting.reserve(where, asked, now)
    if wait := asked.wait(where, before, now):
        _log(name, request, wait / 1000)
        raise Delayed(wait / 1000)
    taken_back, lasts = tuple(claims(where, before, now)), counting.pending()
    return Reserved("", "", "", tuple(where), taken_back, lasts, before[-1].at().count)


def again(reserved: Reserved) -> Reserved:
    """
    Count an attempt once more that went with the transaction it was counted in. Blocks.

    Raises ``StoreUnavailable``.
    """
    now, counting = milliseconds(), store()
    before = counting.add(reserved.where, now)
    others = reserved.operations[len(reserved.where) :]
    taken_back = (*claims(reserved.where, before, now), *others)
    return reserved._replace(operations=taken_back, lasts=counting.pending())


def judge(name: str, request: Any) -> float:
    """Return the seconds that an attempt on an account would have to wait. Blocks."""
    where = entries(names.as_stored(name), request)
    found = store().look([entry.key for entry in where])
    return rule(settings().delay_function).wait(where, found, milliseconds()) / 1000


def settle(operations: Sequence[Operation]) -> None:
    """Take attempts back. Blocks. If the cache cannot do so just now, they stay counted."""
    try:
        store().settle(operations)
    except StoreUnavailable as error:
        logger.warning("An attempt stays counted, since the cache did not answer: %s", error)


def start_anew(name: str, request: Any) -> None:
    """Take back what was tried under one spelling of a name, in this browser. Blocks."""
    where = entries(name, request)[0]
    record = store().look([where.key])[0]
    slot = record.slot(where.slot)
    if (slot or where.spelling) in record.slots:
        store().settle([Operation(where.key, Claim(slot, where.spelling), clears=True)])


def forget(user: Any) -> None:
    """Let a user try again at once, under each of his names, on each of his devices. Blocks."""
    store().forget([names.key("username", name) for name in names.of_user(user)])


_logged: dict[str, float] = {}


def _log(name: str, request: Any, wait: float) -> None:
    """
    Log a refusal once an hour and account, by the digest that ``throttle status`` shows.

    Where nobody knows whose account it is, once an hour and address.
    """
    address, now = request and names.client_address(request), time.monotonic()
    kind, key = ("username", names.fold(name)) if name else ("ip", str(address))
    who = names.digest(kind, key)[:12]
    if now - _logged.get(who, -QUIET) < QUIET:
        return
    if len(_logged) >= MAX_LOGGED:
        _logged.clear()
    _logged[who] = now
    logger.warning(
        "Refused an attempt to log in on account %s from %s: too many before it, wait %.0f s. "
        "This is logged once an hour for each account.",
        who if name else "(unknown)",
        address,
        wait,
    )
