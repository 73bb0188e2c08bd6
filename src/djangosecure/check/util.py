"""The documented helper for writing a check, and one for explaining its codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TypeVar

Check = TypeVar("Check", bound=Callable[[], Iterable[str]])


def boolean_check(warning_code: str) -> Callable[[Callable[[], object]], Callable[[], set[str]]]:
    """Turn a function that tells whether all is well into a check with one code."""

    def decorator(check: Callable[[], object]) -> Callable[[], set[str]]:
        @wraps(check)
        def inner() -> set[str]:
            return set() if check() else {warning_code}

        return inner

    return decorator


def explained(**messages: str) -> Callable[[Check], Check]:
    """Give a check its documented ``messages``: code to text."""

    def decorator(check: Check) -> Check:
        check.__dict__["messages"] = messages
        return check

    return decorator
