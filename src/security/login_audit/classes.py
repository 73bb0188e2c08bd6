"""What class-based views ask for: mixins, decorated methods, permission classes of an API."""

from __future__ import annotations

import dis
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.views import View

from .guard import (
    Guard,
    anyone,
    asks,
    code_of,
    enclosed,
    is_djangos,
    is_of,
    login,
    permission,
    signed,
    staff,
    unknown,
)
from .passes import of_decorator

_MIXINS: Final = "django.contrib.auth.mixins"  # by name: its import needs the models of auth
_MEDIA_VIEW: Final = ("security.uploads.serve.view", "MediaView")
_REST: Final = "rest_framework"
_METHODS: Final = ("get", "post", "put", "patch", "delete", "setup", "options", "head")


def of_class(owner: type, given: Mapping[str, Any]) -> Iterator[Guard]:
    """Yield the guards of a class-based view; ``given`` is what ``as_view()`` was given."""
    yield from _of_dispatch(owner)
    if any(_named(each) == (f"{_REST}.views", "APIView") for each in owner.__mro__):
        yield _of_api(owner, given)
    if any(_named(each) == _MEDIA_VIEW for each in owner.__mro__):
        yield from _of_media(owner, given)
    for each in owner.__mro__:
        for name, function in vars(each).items():
            code = code_of(_innermost(function))
            if name in _METHODS and code is not None and not is_djangos(code) and asks(code):
                yield unknown(f"{each.__qualname__}.{name} asks for the user itself")


def _of_dispatch(owner: type) -> Iterator[Guard]:
    """
    Yield what stands before the handlers, in the order in which it is asked.

    A mixin behind ``View`` is never asked, and one behind a ``dispatch`` that may answer by
    itself not always.
    """
    for each in owner.__mro__:
        if each is View or _named(each) == (f"{_REST}.views", "APIView"):
            return
        if "dispatch" not in vars(each):
            continue
        function = vars(each)["dispatch"]
        yield from _of_method_decorators(function)
        if _named(each) == (_MIXINS, "LoginRequiredMixin"):
            yield login("LoginRequiredMixin")
        elif _named(each) == (_MIXINS, "PermissionRequiredMixin"):
            yield _of_permission_mixin(owner)
        elif _named(each) == (_MIXINS, "UserPassesTestMixin"):
            yield unknown(f"{_definer(owner, 'test_func').__qualname__}.test_func decides")
        elif not _passes_on(_innermost(function)):
            yield unknown(f"{each.__qualname__}.dispatch decides")
            return


def _of_media(owner: Any, given: Mapping[str, Any]) -> Iterator[Guard]:
    if given.get("signed", owner.signed):
        yield signed("MediaView.signed")
    if given.get("allow", owner.allow) is not None:
        yield unknown("MediaView.allow decides")


def _of_permission_mixin(owner: Any) -> Guard:
    for name in ("has_permission", "get_permission_required"):
        if _named(definer := _definer(owner, name)) != (_MIXINS, "PermissionRequiredMixin"):
            return unknown(f"{definer.__qualname__}.{name} decides")
    return permission(owner.permission_required or (), "PermissionRequiredMixin")


def _of_method_decorators(function: Any) -> Iterator[Guard]:
    """Yield what ``method_decorator`` put around a method."""
    while function is not None:
        code = code_of(function)
        if code is not None and is_of(code, "utils/decorators.py"):
            for decorator in enclosed(function).get("decorators") or ():
                yield from of_decorator(decorator)
        function = getattr(function, "__wrapped__", None)


def _passes_on(function: Any) -> bool:
    """Tell whether a ``dispatch`` ends in that of its parent, whatever happens."""
    code = code_of(function)
    if code is None:
        return False
    if is_djangos(code):
        return True
    returns = [each for each in dis.get_instructions(code) if each.opname.startswith("RETURN_")]
    return {"super", "dispatch"} <= set(code.co_names) and len(returns) == 1


def _of_api(owner: Any, given: Mapping[str, Any]) -> Guard:
    """Return what an API view asks for: the strongest of its permission classes."""
    for name in ("get_permissions", "check_permissions"):
        if _named(definer := _definer(owner, name)) != (f"{_REST}.views", "APIView"):
            return unknown(f"{definer.__qualname__}.{name} decides")
    listed = given.get("permission_classes", owner.permission_classes)
    found = [_of_permission_class(each) for each in listed]
    return max(found, key=lambda guard: guard.rank, default=anyone("permission_classes is empty"))


def _of_permission_class(asked: Any) -> Guard:
    operator = getattr(getattr(asked, "operator_class", None), "__name__", None)
    if operator in {"AND", "OR"}:
        pair = (_of_permission_class(asked.op1_class), _of_permission_class(asked.op2_class))
        return (max if operator == "AND" else min)(pair, key=lambda guard: guard.rank)
    if not isinstance(asked, type):
        return unknown("a combined permission class decides")
    module, name = _named(_definer(asked, "has_permission"))
    match name if module == f"{_REST}.permissions" else None:
        case "IsAuthenticated":
            return login(name)
        case "IsAdminUser":
            return staff(name)
        case "DjangoModelPermissions" if getattr(asked, "authenticated_users_only", False):
            return login(asked.__qualname__)
        case "IsAuthenticatedOrReadOnly" | "DjangoModelPermissions":
            return anyone(f"{asked.__qualname__} lets everybody read")
        case "AllowAny" | "BasePermission":
            return anyone(asked.__qualname__)
        case _:
            return unknown(f"{asked.__qualname__} decides")


def _definer(owner: type, name: str) -> type:
    return next((each for each in owner.__mro__ if name in vars(each)), owner)


def _named(each: type) -> tuple[str, str]:
    return each.__module__, each.__qualname__


def _innermost(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function
