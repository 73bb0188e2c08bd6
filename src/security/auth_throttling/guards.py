"""What one request does about logging in: what it was counted for, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth import get_user_model

from . import names
from .attempts import Reserved
from .stores.base import Operation

HIDDEN: Final = "*" * 20  # what Django tells in the place of a name in a field like access_key


@dataclass(slots=True, eq=False)
class Trial:
    """One reserved attempt of the request at hand, and what was seen of it."""

    reserved: Reserved
    posted: bool = False  # it was counted before the view, for what came with the request
    checked: bool = False  # authenticate() was called for it
    failed: bool = False

    def is_lost(self) -> bool:
        """Tell whether the attempt was counted in a transaction that was rolled back."""
        return self.reserved.lasts is not None and not self.reserved.lasts()


@dataclass(slots=True, eq=False)
class Guard:
    """What one request did about logging in. Signals write to it, the middleware reads."""

    request: Any
    listed: bool = False  # it asks for a listed login page
    attempt: bool = False  # ... with a method that may carry a password
    trials: list[Trial] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)  # looked at and wrong, and not yet counted
    users: list[Any] = field(default_factory=list)  # who logged in
    wait: float = 0.0  # seconds; the longest delay that an attempt ran into
    unavailable: bool = False

    def failed(self, name: str) -> None:
        """
        Note that a password was wrong: of the last attempt on the account still open.

        Where there is none, a listed page looked at a password under a name that nobody could
        read in advance. What our backend refused was not looked at.
        """
        still = [trial for trial in reversed(self.trials) if not trial.failed]
        same = [trial for trial in still if trial.reserved.typed == names.spelled(name)]
        account = [trial for trial in still if trial.reserved.name == names.fold(name)]
        if found := (*same, *account)[:1]:
            found[0].failed = True
        elif self.listed and not (self.wait or self.unavailable):
            self.missed.append(name)

    def failed_unnamed(self) -> None:
        """
        Note that a password was wrong under a name that Django hides.

        It may be of any attempt that was looked at, so all of them stay counted. Where our
        backend did not look, it is of what was counted before the view.
        """
        still = [trial for trial in self.trials if not trial.failed]
        looked = [trial for trial in still if trial.checked]
        refused = self.wait or self.unavailable
        for trial in looked or ([] if refused else still):
            trial.failed = True

    def unvouched(self) -> list[str]:
        """Return the names of those who logged in on a listed page with nothing counted."""
        if not (self.attempt and self.users):
            return []
        found = {names.fold(name): name for name in (str(u.get_username()) for u in self.users)}
        still = [trial.reserved for trial in self.trials if not trial.failed]
        counted = {"", *(t.name for t in still), *(names.fold(t.spelled) for t in still)}
        return [name for account, name in found.items() if account not in counted]

    def idle(self) -> Trial | None:
        """Return an attempt counted before the view whose address still stands for no check."""
        waiting = (t for t in self.trials if t.posted and not (t.checked or t.failed))
        return next((t for t in waiting if t.reserved.address), None)

    def add(self, trial: Trial, held: Trial | None) -> None:
        """Note an attempt, which took over the address of ``held``."""
        if held is not None:
            if held.reserved.name:
                held.reserved = held.reserved.without_address()
            else:
                self.trials.remove(held)
        self.trials.append(trial)

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
        certain = [str(user.get_username()) for user in self.users]
        return [*certain, *checked] if len(self.users) == len(checked) == 1 else certain

    def operations(self, status: int, addresses: Collection[str]) -> list[Operation]:
        """
        Return what is taken back, given the status of the response and what ``addresses`` found.

        Whatever has not shown that its password was right stays counted.
        """
        found: list[Operation] = []
        theirs = {names.spelled(user.get_username()) for user in self.users}
        for trial in self.trials:
            if trial.failed:
                continue
            if not trial.reserved.name:
                if self.users or status < 500:
                    found.extend(trial.reserved.refund())
                continue
            named = trial.reserved.spelled in theirs or trial.reserved.name in addresses
            if named or (trial.checked and (self.users or status < 400)):
                found.extend(trial.reserved.clear())
            elif self.users or (trial.checked and status < 500):
                found.extend(trial.reserved.refund())
        return found

    def addresses(self) -> list[str]:
        """
        Return the address of the user who logged in, folded, if nothing else was asked for.

        One query where it was posted: it may be the user name of somebody else. Blocks.
        """
        posted = [trial for trial in self.trials if trial.posted]
        doubtful = len(posted) != 1 or any(trial.failed for trial in self.trials)
        if len(self.users) != 1 or (doubtful and len(self.trials) != 1):
            return []
        tried = {trial.reserved.name for trial in self.trials}
        name, *others = names.of_user(self.users[0])
        return [
            names.fold(each)
            for each in others
            if names.fold(each) in tried and not _is_of_another(each, name)
        ]


def _is_of_another(address: str, name: str) -> bool:
    """Tell whether an address is the user name of an account that is not the one of ``name``."""
    model = get_user_model()
    field = model.USERNAME_FIELD
    if model._meta.get_field(field).is_relation:  # which no text is compared with
        return False
    same = model._default_manager.filter(**{f"{field}__iexact": names.spelled(address)})
    return same.exclude(**{field: name}).exists()


# The request at hand, also for authenticate() calls that are not given one.
current: ContextVar[Guard | None] = ContextVar("security.throttling", default=None)
