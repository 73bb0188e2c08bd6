from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.views.decorators.clickjacking import (
    xframe_options_deny,
    xframe_options_exempt,
    xframe_options_sameorigin,
)
from tests import views
from tests.pages import responding, sent

from djangosecure.decorators import frame_deny_exempt
from security.decorators import frame_options
from security.middleware import XFrameOptionsDenyMiddleware, XFrameOptionsMiddleware

FRAMES = "security.middleware.XFrameOptionsMiddleware"
POLICY = "security.middleware.ContentSecurityPolicyMiddleware"
PARTNER = {
    "X-Frame-Options": "ALLOW-FROM https://partner.example/Shop",
    "Content-Security-Policy": "frame-ancestors https://partner.example",
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = [FRAMES]


def test_the_old_name_is_the_same_class():
    assert XFrameOptionsDenyMiddleware is XFrameOptionsMiddleware


def test_the_old_name_can_be_installed(get, settings):
    settings.MIDDLEWARE = ["security.middleware.XFrameOptionsDenyMiddleware"]
    assert sent(get("/sync/")) == {"X-Frame-Options": "DENY"}


@pytest.mark.parametrize(
    "value", ["deny", "DENY", "Deny", "sameorigin", "SAMEORIGIN", "SameOrigin"]
)
@pytest.mark.parametrize("path", ["/sync/", "/async/", "/sync-page/", "/async-page/", "/nowhere/"])
def test_the_value_is_sent_as_configured(get, settings, value, path):
    settings.X_FRAME_OPTIONS = value
    assert sent(get(path)) == {"X-Frame-Options": value}


@pytest.mark.parametrize(
    "value",
    [
        "allow-from https://partner.example/Shop",
        "allow-from: https://partner.example/Shop",
        "allow-from:https://partner.example/Shop",
        "ALLOW-FROM https://partner.example/Shop",
    ],
)
@pytest.mark.parametrize("path", ["/sync/", "/async/"])
def test_allow_from_also_sends_what_browsers_honour(get, settings, value, path):
    settings.X_FRAME_OPTIONS = value
    assert sent(get(path)) == PARTNER


@pytest.mark.parametrize(
    "value",
    [
        "none",
        "",
        "allow",
        "allow-from",
        "allow-from ",
        "allow-from partner.example",
        "allow-from javascript:alert(1)",
        "allow-from https://a.example https://b.example",
        "allow-from https://a.example; script-src *",
        "allow-from https://a.example,https://b.example",
        "allow-from https://*.example",
        "DENY, SAMEORIGIN",
        "DENY\r\nX: y",
        True,
        0,
        ["DENY"],
    ],
    ids=repr,
)
def test_a_bad_value_stops_the_start(settings, value):
    settings.X_FRAME_OPTIONS = value
    with pytest.raises(ImproperlyConfigured, match=r"^X_FRAME_OPTIONS must be "):
        XFrameOptionsMiddleware(lambda request: None)
    with pytest.raises(ImproperlyConfigured):
        Client().get("/sync/")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/sync/", {}),
        ("/sync-page/", {"X-Frame-Options": "DENY"}),
        ("/", {"X-Frame-Options": "DENY"}),
    ],
)
@pytest.mark.parametrize("patterns", [[r"^/sync/$"], ["/sync/"], ("sync/",)])
def test_excluded_paths_are_sent_without(get, settings, patterns, path, headers):
    settings.X_FRAME_OPTIONS_EXCLUDE_URLS = patterns
    assert sent(get(path)) == headers


def test_the_value_of_the_view_wins(page):
    response = page(responding({"X-Frame-Options": "SAMEORIGIN"}))
    assert sent(response) == {"X-Frame-Options": "SAMEORIGIN"}


DECORATED = {
    "exempt": (xframe_options_exempt, {}),
    "deny": (xframe_options_deny, {"X-Frame-Options": "DENY"}),
    "sameorigin": (xframe_options_sameorigin, {"X-Frame-Options": "SAMEORIGIN"}),
    "old exempt": (frame_deny_exempt, {}),
    "our none": (frame_options(None), {}),
    "our sameorigin": (frame_options("SAMEORIGIN"), {"X-Frame-Options": "SAMEORIGIN"}),
}


@pytest.mark.parametrize(("decorator", "headers"), DECORATED.values(), ids=DECORATED)
def test_the_decorator_of_a_view_wins(page, settings, decorator, headers):
    settings.X_FRAME_OPTIONS = "deny"
    assert sent(page(decorator(views.sync_view))) == headers


def test_the_old_attribute_of_a_response_exempts_it(page):
    assert sent(page(responding(_frame_deny_exempt=True))) == {}


@pytest.mark.parametrize("middleware", [[POLICY, FRAMES], [FRAMES, POLICY]], ids=["in", "out"])
@pytest.mark.parametrize(
    ("name", "value", "policy"),
    [
        ("CSP_DICT", {"img-src": ["self"]}, "img-src 'self'; frame-ancestors https://a.example"),
        ("CSP_STRING", "img-src 'self';", "img-src 'self'; frame-ancestors https://a.example"),
        ("CSP_STRING", "frame-ancestors 'none'", "frame-ancestors 'none'"),
        ("CSP_DICT", {"frame-ancestors": ["self"]}, "frame-ancestors 'self'"),
        ("SECURE_CSP", {"img-src": "*"}, "img-src *; frame-ancestors https://a.example"),
    ],
)
def test_allow_from_is_merged_into_a_policy_that_has_none(
    get, settings, middleware, name, value, policy
):
    settings.MIDDLEWARE = middleware
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    setattr(settings, name, value)
    assert get("/sync/")["Content-Security-Policy"] == policy


@pytest.mark.parametrize(
    ("own", "policy"),
    [
        ("img-src *", "img-src *; frame-ancestors https://a.example"),
        ("img-src *; ", "img-src *; frame-ancestors https://a.example"),
        ("FRAME-ANCESTORS 'self'", "FRAME-ANCESTORS 'self'"),
        ("img-src *, frame-ancestors *", "img-src *, frame-ancestors *"),
        (
            "img-src https://frame-ancestors.example",
            "img-src https://frame-ancestors.example; frame-ancestors https://a.example",
        ),
        (
            "report-uri /frame-ancestors",
            "report-uri /frame-ancestors; frame-ancestors https://a.example",
        ),
    ],
)
def test_allow_from_is_merged_into_the_policy_of_a_view(page, settings, own, policy):
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    response = page(responding({"Content-Security-Policy": own}))
    assert response["Content-Security-Policy"] == policy


@pytest.mark.parametrize("middleware", [[POLICY, FRAMES], [FRAMES, POLICY]], ids=["in", "out"])
@pytest.mark.parametrize(
    "view",
    [
        xframe_options_exempt(views.sync_view),
        frame_deny_exempt(views.sync_view),
        frame_options(None)(views.sync_view),
        responding(_frame_deny_exempt=True),
    ],
    ids=["django", "mark of old", "mark", "attribute"],
)
def test_an_exempt_view_is_exempt_from_both_headers(page, settings, middleware, view):
    settings.MIDDLEWARE = middleware
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    settings.CSP_DICT = {"img-src": ["self"]}
    assert sent(page(view)) == {"Content-Security-Policy": "img-src 'self'"}


@pytest.mark.parametrize("middleware", [[POLICY, FRAMES], [FRAMES, POLICY]], ids=["in", "out"])
def test_an_excluded_path_is_excluded_from_both_headers(get, settings, middleware):
    settings.MIDDLEWARE = middleware
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    settings.X_FRAME_OPTIONS_EXCLUDE_URLS = ["^/sync/"]
    settings.CSP_DICT = {"img-src": ["self"]}
    assert sent(get("/sync/")) == {"Content-Security-Policy": "img-src 'self'"}


class OwnFrames(XFrameOptionsMiddleware):
    """A subclass, under a name that nobody knows."""


@pytest.mark.parametrize("order", [1, -1])
def test_a_subclass_merges_as_its_parent_does(get, settings, order):
    settings.MIDDLEWARE = [POLICY, f"{__name__}.OwnFrames"][::order]
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    settings.CSP_DICT = {"img-src": ["self"]}
    policy = "img-src 'self'; frame-ancestors https://a.example"
    assert get("/sync/")["Content-Security-Policy"] == policy


def test_a_value_overridden_in_a_test_is_seen_at_once(settings):
    client = Client()
    client.get("/sync/")
    settings.X_FRAME_OPTIONS = "sameorigin"
    assert sent(client.get("/sync/")) == {"X-Frame-Options": "sameorigin"}
    settings.X_FRAME_OPTIONS_EXCLUDE_URLS = ["^/sync/"]
    assert sent(client.get("/sync/")) == {}


def test_no_header_is_sent_where_it_is_turned_off(get, settings):
    settings.X_FRAME_OPTIONS = None
    assert sent(get("/sync/")) == {}


def test_allow_from_leaves_the_report_only_policy_alone(get, settings):
    settings.MIDDLEWARE = [POLICY, FRAMES]
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    settings.CSP_DICT = {"img-src": ["self"]}
    settings.CSP_MODE = "report-only"
    assert sent(get("/sync/")) == {
        "X-Frame-Options": "ALLOW-FROM https://a.example",
        "Content-Security-Policy": "frame-ancestors https://a.example",
        "Content-Security-Policy-Report-Only": "img-src 'self'",
    }
