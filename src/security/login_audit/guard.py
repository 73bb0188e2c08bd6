"""What a view says about who may see it."""

from __future__ import annotations

from enum import IntEnum
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

import django

DJANGO: Final = django.__path__[0]

# Names in the code of a view that asks who is there, by itself.
_ASKING: Final = frozenset(
    {
        "PermissionDenied",
        "auser",
        "get_user",
        "handle_no_permission",
        "has_perm",
        "has_perms",
        "is_authenticated",
        "login_required",
        "permission_required",
        "redirect_to_login",
        "user",
    }
)


class Rank(IntEnum):
    """How much is asked of a visitor. Up to ``UNKNOWN`` an anonymous one may get in."""

    ANYONE = 0
    UNKNOWN = 1
    LOGIN = 2
    MORE = 3


class Guard(NamedTuple):
    """Who gets past one guard of a view, and which guard that is."""

    rank: Rank
    who: str
    why: str


def anyone(why: str) -> Guard:
    return Guard(Rank.ANYONE, "anyone", why)


def unknown(why: str) -> Guard:
    return Guard(Rank.UNKNOWN, "unknown", why)


def login(why: str) -> Guard:
    return Guard(Rank.LOGIN, "login", why)


def signed(why: str) -> Guard:
    return Guard(Rank.MORE, "signed link", why)


def staff(why: str) -> Guard:
    return Guard(Rank.MORE, "staff", why)


def permission(names: Any, why: str) -> Guard:
    """Return the guard that wants permissions; nobody is asked for none of them."""
    listed = (names,) if isinstance(names, str) else tuple(names)
    if not listed:
        return anyone(f"{why} names no permission")
    return Guard(Rank.MORE, f"permission {', '.join(map(str, listed))}", why)


def code_of(function: Any) -> CodeType | None:
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def is_of(code: CodeType, *names: str) -> bool:
    """Tell whether code stands in one of these files below Django's own folder."""
    return any(code.co_filename == f"{DJANGO}/{name}" for name in names)


def is_djangos(code: CodeType) -> bool:
    return code.co_filename.startswith(f"{DJANGO}/")


def enclosed(function: Any) -> dict[str, Any]:
    """Return what a function took along from where it was made, by name."""
    code = code_of(function)
    found = {}
    for name, cell in zip(
        code.co_freevars if code else (), getattr(function, "__closure__", None) or (), strict=False
    ):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return found


def asks(code: CodeType) -> bool:
    """Tell whether code, or a function within it, mentions the user."""
    return not _ASKING.isdisjoint(code.co_names) or any(
        isinstance(inner, CodeType) and asks(inner) for inner in code.co_consts
    )


def functions(values: Any) -> list[Any]:
    return [value for value in values if isinstance(value, FunctionType)]
