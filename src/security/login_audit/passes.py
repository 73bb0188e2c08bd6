"""What the tests of ``user_passes_test`` and its descendants ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .guard import (
    Guard,
    asks,
    code_of,
    enclosed,
    is_djangos,
    is_of,
    login,
    permission,
    staff,
    unknown,
)

_DECORATORS = "contrib/auth/decorators.py"
_STAFF = "contrib/admin/views/decorators.py"


def of_test(test: Any) -> Guard:
    """Return what the function asks for that ``user_passes_test`` was given."""
    code = code_of(test)
    if code is not None and is_of(code, _DECORATORS):
        if code.co_qualname.startswith("login_required."):
            return login("login_required")
        if code.co_qualname.startswith("permission_required."):
            taken = enclosed(test)
            return permission(taken.get("perms", taken.get("perm", ())), "permission_required")
    if code is not None and is_of(code, _STAFF):
        return staff("staff_member_required")
    name = getattr(test, "__qualname__", type(test).__qualname__)
    return unknown(f"user_passes_test({name}) decides")


def of_decorator(decorator: Any) -> Iterator[Guard]:
    """Yield what a decorator asks for that is not applied yet."""
    code = code_of(decorator)
    if code is None:
        return
    taken = enclosed(decorator)
    if is_of(code, _DECORATORS):
        if code.co_qualname == "login_required":
            yield login("login_required")
        elif "test_func" in taken:
            yield of_test(taken["test_func"])
        elif code.co_qualname.startswith("permission_required."):
            names = taken.get("perms", taken.get("perm", ()))
            yield permission(names, "permission_required")
    elif is_of(code, _STAFF):
        yield staff("staff_member_required")
    elif not is_djangos(code) and asks(code):
        yield unknown(f"{code.co_qualname} asks for the user itself")
