"""What the decorators of a view ask for, found without running any of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, Final

from .classes import of_class
from .guard import (
    Guard,
    anyone,
    asks,
    code_of,
    enclosed,
    functions,
    is_djangos,
    is_of,
    staff,
    unknown,
)
from .passes import of_test

MAX_LAYERS: Final = 100  # functions in one another; honest views have under ten
_ADMIN_FILES: Final = ("contrib/admin/sites.py", "contrib/admin/options.py")
_ADMIN_WRAPPERS: Final = (".wrap.<locals>.wrapper", ".admin_view.<locals>.inner")


def guards(view: Any) -> list[Guard]:
    """
    Return every guard of a view, and of what it is wrapped around.

    What is no guard that we know, and asks for the user in its own code, is ``unknown``.
    """
    found: list[Guard] = []
    for layer in islice(_layers(view), MAX_LAYERS):
        found.extend(_of_layer(layer))
    if (owner := _class_of(view)) is not None:
        given = getattr(view, "view_initkwargs", None) or getattr(view, "initkwargs", None)
        found.extend(of_class(owner, given or {}))
    return found


def _layers(view: Any) -> Iterator[Any]:
    """Yield a view and the functions that it wraps, the outermost first."""
    waiting, seen = [view], set()
    while waiting:
        layer = waiting.pop(0)
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        yield layer
        if isinstance(layer, partial):
            waiting.append(layer.func)
        elif hasattr(layer, "__func__"):  # a method
            waiting.append(layer.__func__)
        elif code_of(layer) is None and _class_of(layer) is None:  # an object that is called
            waiting.append(type(layer).__call__)
        if hasattr(layer, "__wrapped__"):
            waiting.append(layer.__wrapped__)
        code = code_of(layer)
        if code is not None and is_djangos(code):
            waiting.extend(functions(enclosed(layer).values()))


def _of_layer(layer: Any) -> Iterator[Guard]:
    code = code_of(layer)
    if code is None:
        return
    taken = enclosed(layer)
    if is_of(code, "contrib/auth/decorators.py"):
        if "test_func" in taken:
            yield of_test(taken["test_func"])
    elif is_of(code, *_ADMIN_FILES) and code.co_qualname.endswith(_ADMIN_WRAPPERS):
        yield _of_admin(taken.get("self"))
    elif is_of(code, "views/static.py", "contrib/staticfiles/views.py"):
        yield anyone("django.views.static serves files")
    elif is_djangos(code):
        return
    elif asks(code):
        yield unknown(f"{code.co_qualname} asks for the user itself")
    elif not hasattr(layer, "__wrapped__") and functions(taken.values()):
        yield unknown(f"{code.co_qualname} hides what it calls")


def _of_admin(owner: Any) -> Guard:
    from django.contrib.admin import AdminSite  # noqa: PLC0415  # only where it is installed

    site = getattr(owner, "admin_site", owner)
    if type(site).has_permission is AdminSite.has_permission:
        return staff(f"admin site {site.name!r}")
    return unknown(f"{type(site).__qualname__}.has_permission decides")


def _class_of(view: Any) -> type | None:
    """Return the class of a class-based view, Django's or of Django REST framework."""
    while True:
        found = getattr(view, "cls", None) or getattr(view, "view_class", None)
        if isinstance(found, type):
            return found
        if not isinstance(view, partial):
            return None
        view = view.func
