from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View
from tests.checks.catalogue import ids, say

from djangosecure.decorators import frame_deny_exempt
from security.decorators import (
    csp_exempt,
    csp_update,
    frame_options,
    no_store,
    referrer_policy,
    security_headers,
)

CHECK = "methods.check_marked_methods"
ADDED = csp_update({"img-src": ["https://img.example.com"]})


def page(decorator, name="get", base=View):
    """Return a class-based view with a decorator on one of its methods."""

    def method(self, request, *args, **kwargs):
        return HttpResponse()

    return type("Page", (base,), {"get": method, name: method_decorator(decorator)(method)})


def found(settings, *classes):
    routes = [path(f"{number}/", one.as_view()) for number, one in enumerate(classes)]
    return say(settings, CHECK, {"ROOT_URLCONF": (path("shop/", include(routes)),)})


@pytest.mark.parametrize(
    ("decorator", "setting"),
    [
        (ADDED, "SECURITY_CSP_ADD"),
        (csp_exempt, "SECURE_CSP, SECURE_CSP_REPORT_ONLY"),
        (frame_options("SAMEORIGIN"), "X_FRAME_OPTIONS"),
        (referrer_policy(None), "SECURE_REFERRER_POLICY"),
        (security_headers(SECURE_CONTENT_TYPE_NOSNIFF=False), "SECURE_CONTENT_TYPE_NOSNIFF"),
    ],
)
def test_a_decorator_that_a_method_cannot_have_is_named(settings, decorator, setting):
    (message,) = found(settings, page(decorator))
    assert message.msg == (
        f"{__name__}.Page.get() has a decorator that is read on views only, so that its "
        f"{setting} changes nothing."
    )


@pytest.mark.parametrize("decorator", [no_store, frame_deny_exempt])
def test_what_tells_the_response_may_stand_on_a_method(settings, decorator):
    assert found(settings, page(decorator)) == []


def test_dispatch_is_the_view(settings):
    assert found(settings, page(ADDED, "dispatch")) == []


def test_a_method_of_a_base_class_is_named_once(settings):
    class First(page(ADDED)):
        pass

    class Second(page(ADDED, "dispatch", First)):
        pass

    assert ids(found(settings, First, Second)) == ["bulwark.W071"]


def test_a_dispatch_that_another_one_hides_is_named(settings):
    class Hiding(page(ADDED, "dispatch")):
        def dispatch(self, request, *args, **kwargs):
            return super().dispatch(request, *args, **kwargs)

    (message,) = found(settings, Hiding)
    assert "Page.dispatch()" in message.msg


def test_a_project_without_urls_has_no_views(settings):
    assert say(settings, CHECK, {"ROOT_URLCONF": None}) == []
