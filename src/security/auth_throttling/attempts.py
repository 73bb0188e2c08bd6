"""An attempt to log in is counted before the password is looked at, and taken back if it fits."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
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

    ``typed`` is the spelling that came, ``spelled`` that of the account in the database.
    """

    name: str
    typed: str
    spelled: str
    where: tuple[Entry, ...]
    operations: tuple[Operation, ...]
    lasts: Lasts | None = None  # what tells whether it is still counted, if that may change

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
    found = [Entry(names.key("username", name), slot, spelling(name))]
    if request is not None and (address := names.client_address(request)) is not None:
        found.append(Entry(names.key("ip", address)))
    return found


def spelling(name: str) -> str:
    """Return the slot in which the attempts under one spelling of a name are counted."""
    return f"s:{names.digest('spelling', names.spelled(name))[:16]}"


def reserve(name: str, request: Any) -> Reserved:
    """
    Count an attempt on an account. Blocks.

    Raises ``Delayed`` when it has to wait, ``StoreUnavailable`` when nobody can tell.
    """
    now, asked = milliseconds(), rule(settings().delay_function)
    stored, counting = names.as_stored(name), store()
    where = entries(stored, request)
    before = counting.reserve(where, asked, now)
    if wait := asked.wait(where, before, now):
        _log(name, request, wait / 1000)
        raise Delayed(wait / 1000)
    taken_back = tuple(claims(where, before, now))
    folded, typed, spelled = names.fold(name), names.spelled(name), names.spelled(stored)
    return Reserved(folded, typed, spelled, tuple(where), taken_back, counting.pending())


def again(reserved: Reserved) -> Reserved:
    """
    Count an attempt once more that went with the transaction it was counted in. Blocks.

    Raises ``StoreUnavailable``.
    """
    now, counting = milliseconds(), store()
    before = counting.add(reserved.where, now)
    taken_back = tuple(claims(reserved.where, before, now))
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


@dataclass(slots=True, eq=False)
class Trial:
    """One reserved attempt of the request at hand, and what was seen of it."""

    reserved: Reserved
    posted: bool = False  # its name came with the form of a login page
    checked: bool = False  # authenticate() was called for it
    failed: bool = False

    def is_lost(self) -> bool:
        """Tell whether the attempt was counted in a transaction that was rolled back."""
        return self.reserved.lasts is not None and not self.reserved.lasts()


@dataclass(slots=True, eq=False)
class Guard:
    """What one request did about logging in. Signals write to it, the middleware reads."""

    request: Any
    trials: list[Trial] = field(default_factory=list)
    users: list[Any] = field(default_factory=list)  # who logged in
    wait: float = 0.0  # seconds; the longest delay that an attempt ran into
    unavailable: bool = False

    def failed(self, name: str) -> None:
        """Note that a password was wrong: of the last attempt on the account still open."""
        still = [trial for trial in reversed(self.trials) if not trial.failed]
        same = [trial for trial in still if trial.reserved.typed == names.spelled(name)]
        account = [trial for trial in still if trial.reserved.name == names.fold(name)]
        for trial in (*same, *account)[:1]:
            trial.failed = True

    def unchecked(self, name: str) -> Trial | None:
        """Return the attempt that the middleware reserved, before ``authenticate()`` ran."""
        typed = names.spelled(name)
        return next((t for t in self.trials if t.reserved.typed == typed and not t.checked), None)

    def misspelled(self, name: str) -> Trial | None:
        """Return such an attempt on the same account, reserved under another spelling."""
        account = names.fold(name)
        return next((t for t in self.trials if t.reserved.name == account and not t.checked), None)

    def proven(self) -> list[str]:
        """
        Return the names of accounts whose password was right, and that logged in, as spelled.

        No address of e-mail unless a password was checked for it: it may be another's.
        """
        checked = [t.reserved.spelled for t in self.trials if t.checked and not t.failed]
        certain = [user.get_username() for user in self.users]
        return [*certain, *checked] if len(self.users) == len(checked) == 1 else certain

    def operations(self, status: int) -> list[Operation]:
        """
        Return what is taken back, given the status of the response.

        Whatever has not shown that its password was right stays counted.
        """
        found: list[Operation] = []
        theirs = {names.spelled(user.get_username()) for user in self.users}
        addresses = {names.fold(each) for each in self._addresses()}
        for trial in self.trials:
            if trial.failed:
                continue
            named = trial.reserved.spelled in theirs or trial.reserved.name in addresses
            if named or (trial.checked and (self.users or status < 400)):
                found.extend(trial.reserved.clear())
            elif self.users or (trial.checked and status < 500):
                found.extend(trial.reserved.refund())
        return found

    def _addresses(self) -> list[str]:
        """Return the address of the user who logged in, if nothing else was asked for."""
        posted = [trial for trial in self.trials if trial.posted]
        doubtful = len(posted) != 1 or any(trial.failed for trial in self.trials)
        if len(self.users) != 1 or (doubtful and len(self.trials) != 1):
            return []
        return list(names.of_user(self.users[0]))[1:]


# The request at hand, also for authenticate() calls that are not given one.
current: ContextVar[Guard | None] = ContextVar("security.throttling", default=None)

_logged: dict[str, float] = {}


def _log(name: str, request: Any, wait: float) -> None:
    """Log a refusal once an hour and account, by the digest that ``throttle status`` shows."""
    who, now = names.digest("username", names.fold(name))[:12], time.monotonic()
    if now - _logged.get(who, -QUIET) < QUIET:
        return
    if len(_logged) >= MAX_LOGGED:
        _logged.clear()
    _logged[who] = now
    logger.warning(
        "Refused an attempt to log in on account %s from %s: too many before it, wait %.0f s. "
        "This is logged once an hour for each account.",
        who,
        request and names.client_address(request),
        wait,
    )
