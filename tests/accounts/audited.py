"""Views under every kind of guard, for the audit."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.auth.mixins import (
    LoginRequiredMixin,
    PermissionRequiredMixin,
    UserPassesTestMixin,
)
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.generic import TemplateView
from django.views.static import serve

from security.decorators import login_not_required
from security.uploads.serve import MediaView


def plain(request: HttpRequest, **given: Any) -> HttpResponse:
    return HttpResponse()


async def waiting(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def asking(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user))


def is_editor(user: Any) -> bool:
    return bool(user)


def wrapping(view: Any) -> Any:
    @wraps(view)
    def wrapper(*args: Any) -> Any:
        return view(*args)

    return wrapper


def hiding(view: Any) -> Any:
    def hidden(*args: Any) -> Any:
        return view(*args)

    return hidden


def checking(view: Any) -> Any:
    @wraps(view)
    def checked(request: Any) -> Any:
        return view(request) if request.user else None

    return checked


class Called:
    @login_required
    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Site(admin.AdminSite):
    def has_permission(self, request: Any) -> bool:
        return True


class Page(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Members(LoginRequiredMixin, Page): ...


class Behind(Page, LoginRequiredMixin): ...


class Permitted(PermissionRequiredMixin, Page):
    permission_required = ("shop.add_item", "shop.change_item")


class PermittedByOwn(PermissionRequiredMixin, Page):
    def has_permission(self) -> bool:
        return True


class PermittedNothing(PermissionRequiredMixin, Page):
    permission_required = ()


class Tested(UserPassesTestMixin, Page):
    def test_func(self) -> bool:
        return True


class MembersTested(LoginRequiredMixin, Tested): ...


class Passing(LoginRequiredMixin, Page):
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.started = True
        return super().dispatch(request, *args, **kwargs)


class Branching(LoginRequiredMixin, Page):
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET:
            return HttpResponse()
        return super().dispatch(request, *args, **kwargs)


class AskingPage(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.user))


@method_decorator([never_cache, login_required], name="dispatch")
class Decorated(Page): ...


@method_decorator(permission_required("shop.view_item"), name="dispatch")
class DecoratedPermitted(Page): ...


@method_decorator(user_passes_test(is_editor), name="dispatch")
class DecoratedTested(Page): ...


@method_decorator(staff_member_required, name="dispatch")
class DecoratedStaff(Page): ...


@method_decorator(checking, name="dispatch")
class DecoratedOwn(Page): ...


class Caller:
    """A test, a decorator or a method that is an object."""

    def __init__(self) -> None:
        self.__annotations__ = {}  # as_view() copies them

    def __call__(self, given: Any) -> Any:
        return given


class Odd(LoginRequiredMixin, Page):
    dispatch = Caller()  # type: ignore[assignment]


@method_decorator(Caller(), name="dispatch")
class DecoratedByObject(Page): ...


@method_decorator(wrapping, name="dispatch")
class DecoratedPlainly(Page): ...


@method_decorator(user_passes_test, name="dispatch")
class DecoratedOddly(Page): ...


def foreign(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


foreign.view_class = Called  # type: ignore[attr-defined]


def unfilled() -> Any:
    def view(request: HttpRequest) -> Any:
        return later(request)

    if view is None:
        later = plain
    return view


NO_GUARD = ("anyone", "no guard found")
LOGIN = ("login", "login_required")
VIEWS = {
    "plain": (plain, *NO_GUARD),
    "waiting": (waiting, *NO_GUARD),
    "asking": (asking, "unknown", "asking asks for the user itself"),
    "login": (login_required(plain), *LOGIN),
    "login-async": (never_cache(login_required(plain)), *LOGIN),
    "permission": (
        permission_required("shop.add_item")(plain),
        "permission shop.add_item",
        "permission_required",
    ),
    "permissions": (
        permission_required(["a.b", "a.c"], raise_exception=True)(plain),
        "permission a.b, a.c",
        "permission_required",
    ),
    "no-permission": (
        permission_required([])(plain),
        "anyone",
        "permission_required names no permission",
    ),
    "staff": (staff_member_required(plain), "staff", "staff_member_required"),
    "test": (user_passes_test(is_editor)(plain), "unknown", "user_passes_test(is_editor) decides"),
    "test-object": (
        user_passes_test(Caller())(plain),
        "unknown",
        "user_passes_test(Caller) decides",
    ),
    "test-odd": (
        user_passes_test(user_passes_test)(plain),
        "unknown",
        "user_passes_test(user_passes_test) decides",
    ),
    "decorated-oddly": (DecoratedOddly.as_view(), *NO_GUARD),
    "foreign": (foreign, *NO_GUARD),
    "unfilled": (unfilled(), *NO_GUARD),
    "odd": (Odd.as_view(), "unknown", "Odd.dispatch decides"),
    "decorated-by-object": (DecoratedByObject.as_view(), *NO_GUARD),
    "decorated-plainly": (DecoratedPlainly.as_view(), *NO_GUARD),
    "login-and-test": (login_required(user_passes_test(is_editor)(plain)), *LOGIN),
    "wrapped": (wrapping(login_required(plain)), *LOGIN),
    "hidden": (
        hiding(login_required(plain)),
        "unknown",
        "hiding.<locals>.hidden hides what it calls",
    ),
    "checked": (checking(plain), "unknown", "checking.<locals>.checked asks for the user itself"),
    "partial": (partial(login_required(plain), rest=1), *LOGIN),
    "object": (Called(), *LOGIN),
    "builtin": (print, *NO_GUARD),
    "admin-view": (admin.site.admin_view(plain), "staff", "admin site 'admin'"),
    "admin-own": (Site().admin_view(plain), "unknown", "Site.has_permission decides"),
    "page": (Page.as_view(), *NO_GUARD),
    "media": (MediaView.as_view(), *NO_GUARD),
    "media-allow": (MediaView.as_view(allow=bool), "unknown", "MediaView.allow decides"),
    "media-signed": (MediaView.as_view(signed=True), "signed link", "MediaView.signed"),
    "template": (TemplateView.as_view(template_name="x"), *NO_GUARD),
    "page-login": (csrf_protect(login_required(Page.as_view())), *LOGIN),
    "mixin": (Members.as_view(), "login", "LoginRequiredMixin"),
    "mixin-partial": (partial(Members.as_view()), "login", "LoginRequiredMixin"),
    "mixin-behind": (Behind.as_view(), *NO_GUARD),
    "mixin-permission": (
        Permitted.as_view(),
        "permission shop.add_item, shop.change_item",
        "PermissionRequiredMixin",
    ),
    "mixin-own": (PermittedByOwn.as_view(), "unknown", "PermittedByOwn.has_permission decides"),
    "mixin-nothing": (
        PermittedNothing.as_view(),
        "anyone",
        "PermissionRequiredMixin names no permission",
    ),
    "mixin-test": (Tested.as_view(), "unknown", "Tested.test_func decides"),
    "mixin-both": (MembersTested.as_view(), "login", "LoginRequiredMixin"),
    "mixin-passing": (Passing.as_view(), "login", "LoginRequiredMixin"),
    "mixin-branching": (Branching.as_view(), "unknown", "Branching.dispatch decides"),
    "page-asking": (AskingPage.as_view(), "unknown", "AskingPage.get asks for the user itself"),
    "decorated": (Decorated.as_view(), *LOGIN),
    "decorated-permission": (
        DecoratedPermitted.as_view(),
        "permission shop.view_item",
        "permission_required",
    ),
    "decorated-test": (
        DecoratedTested.as_view(),
        "unknown",
        "user_passes_test(is_editor) decides",
    ),
    "decorated-staff": (DecoratedStaff.as_view(), "staff", "staff_member_required"),
    "decorated-own": (DecoratedOwn.as_view(), "unknown", "checking asks for the user itself"),
    "files": (serve, "anyone", "django.views.static serves files"),
    "marked": (login_not_required(plain), *NO_GUARD),
}
