from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from tests import views
from tests.pages import on_class, responding

from security.decorators import frame_options, referrer_policy, security_headers


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]


@pytest.mark.parametrize("view", [views.sync_view, views.async_view, views.SyncPage.as_view()])
def test_a_twin_says_what_it_wraps(view):
    before = dict(vars(view))
    twin = frame_options(None)(view)
    assert twin is not view
    assert (twin.__name__, twin.__module__, twin.__wrapped__) == (
        view.__name__,
        view.__module__,
        view,
    )
    assert vars(view) == before


STACKS = {
    "function": lambda outer, inner: outer(inner(views.sync_view)),
    "async function": lambda outer, inner: outer(inner(views.async_view)),
    "class": lambda outer, inner: on_class([outer, inner], views.SyncPage),
    "async class": lambda outer, inner: on_class([outer, inner], views.AsyncPage),
    "class twice": lambda outer, inner: method_decorator(outer, name="dispatch")(
        method_decorator(inner, name="dispatch")(type("Marked", (views.SyncPage,), {}))
    ).as_view(),
    "as_view of class": lambda outer, inner: outer(on_class(inner, views.SyncPage)),
    "subclass of class": lambda outer, inner: method_decorator(outer, name="dispatch")(
        type(
            "Child",
            (method_decorator(inner, name="dispatch")(type("P", (views.SyncPage,), {})),),
            {},
        )
    ).as_view(),
}


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
def test_marks_add_up(page, stack):
    response = page(stack(frame_options("SAMEORIGIN"), referrer_policy("origin")))
    sent = response["X-Frame-Options"], response["Referrer-Policy"], response.content
    assert sent == ("SAMEORIGIN", "origin", b"ok")


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
def test_of_two_marks_for_one_setting_the_outer_wins(page, stack):
    response = page(stack(referrer_policy("origin"), referrer_policy("no-referrer")))
    assert response["Referrer-Policy"] == "origin"


def test_a_subclass_changes_what_its_parent_asked_for(page):
    dispatch = {"name": "dispatch"}
    parent = type("Parent", (views.SyncPage,), {})
    parent = method_decorator(referrer_policy("no-referrer"), **dispatch)(parent)
    child = type("Child", (parent,), {})
    child = method_decorator(referrer_policy("origin"), **dispatch)(child)
    assert page(parent.as_view())["Referrer-Policy"] == "no-referrer"
    assert page(child.as_view())["Referrer-Policy"] == "origin"


FIRST, SECOND = referrer_policy("origin"), referrer_policy("no-referrer")


@pytest.mark.parametrize(
    ("outer", "inner", "value"), [(FIRST, SECOND, "origin"), (SECOND, FIRST, "no-referrer")]
)
@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
def test_it_does_not_matter_which_decorator_was_made_first(page, stack, outer, inner, value):
    assert page(stack(outer, inner))["Referrer-Policy"] == value


def test_a_subclass_inherits_the_marks(page):
    parent = method_decorator(frame_options(None), name="dispatch")(
        type("Parent", (views.SyncPage,), {})
    )
    response = page(type("Child", (parent,), {}).as_view())
    assert "X-Frame-Options" not in response


def test_a_header_of_another_decorator_wins(page):
    view = security_headers(SECURITY_CACHE_CONTROL=["public"])(
        cache_control(private=True)(views.sync_view)
    )
    assert page(view)["Cache-Control"] == "private"


def test_a_header_of_the_view_wins_over_its_mark(page):
    view = frame_options("DENY")(responding({"X-Frame-Options": "SAMEORIGIN"}))
    assert page(view)["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("value", [{}, None], ids=repr)
def test_a_mark_reaches_a_view_with_arguments(page, settings, value):
    @frame_options(None)
    def view(request, *args, **kwargs):
        return HttpResponse(repr((args, kwargs)))

    assert page(view).content == b"((), {})"
