from __future__ import annotations

import logging

import pytest
from django.views.decorators.clickjacking import (
    xframe_options_deny,
    xframe_options_exempt,
    xframe_options_sameorigin,
)
from tests import views
from tests.pages import responding

from djangosecure.decorators import frame_deny_exempt
from security.decorators import csp_override, frame_options

CSP = "Content-Security-Policy"
API = "default-src 'none'; base-uri 'none'; form-action 'none'"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURITY_PRESET = "api"


def framing(response):
    return response.headers.get("X-Frame-Options"), response.headers.get(CSP)


def policy(ancestors):
    return API if ancestors is None else f"{API}; frame-ancestors {ancestors}"


DECORATED = {
    "django exempt": (xframe_options_exempt, None, None),
    "django deny": (xframe_options_deny, "DENY", "'none'"),
    "django sameorigin": (xframe_options_sameorigin, "SAMEORIGIN", "'self'"),
    "old exempt": (frame_deny_exempt, None, None),
    "none": (frame_options(None), None, None),
    "sameorigin": (frame_options("SameOrigin"), "SameOrigin", "'self'"),
    "allow-from": (
        frame_options("allow-from https://a.example/x"),
        "ALLOW-FROM https://a.example/x",
        "https://a.example",
    ),
}


@pytest.mark.parametrize(("decorator", "options", "ancestors"), DECORATED.values(), ids=DECORATED)
@pytest.mark.parametrize("view", [views.sync_view, views.SyncPage.as_view()])
def test_the_policy_of_a_preset_follows_the_decorator(page, view, decorator, options, ancestors):
    assert framing(page(decorator(view))) == (options, policy(ancestors))


@pytest.mark.parametrize(
    ("decorator", "options", "ancestors"), list(DECORATED.values())[3:], ids=list(DECORATED)[3:]
)
def test_so_it_does_on_an_async_view(page, decorator, options, ancestors):
    assert framing(page(decorator(views.async_view))) == (options, policy(ancestors))


@pytest.mark.parametrize(
    ("own", "ancestors"),
    [
        ("DENY", "'none'"),
        ("SAMEORIGIN", "'self'"),
        ("sameorigin", "'self'"),
        ("ALLOW-FROM https://a.example", "https://a.example"),
    ],
)
def test_the_policy_of_a_preset_follows_the_header_of_the_view(page, own, ancestors):
    assert framing(page(responding({"X-Frame-Options": own}))) == (own, policy(ancestors))


@pytest.mark.parametrize("own", ["ALLOWALL", "DENY, SAMEORIGIN", "x" * 1000, "\u00e9"])
def test_a_header_that_no_browser_knows_keeps_the_policy_and_is_logged(page, caplog, own):
    caplog.set_level(logging.INFO)
    response = page(responding({"X-Frame-Options": own}))
    assert response[CSP] == policy("'none'")
    (record,) = (record for record in caplog.records if record.name == "security.csp")
    text = record.getMessage()
    assert text.startswith("A view sent X-Frame-Options: ")
    assert (text.isascii(), len(text) < 250) == (True, True)


@pytest.mark.parametrize("attribute", ["xframe_options_exempt", "_frame_deny_exempt"])
def test_an_exempt_response_has_neither(page, attribute):
    assert framing(page(responding(**{attribute: True}))) == (None, API)
    assert framing(page(responding(**{attribute: False}))) == ("DENY", policy("'none'"))


def test_an_excluded_path_has_neither(get, settings):
    settings.X_FRAME_OPTIONS_EXCLUDE_URLS = ["^/sync/"]
    assert framing(get("/sync/")) == (None, API)
    assert framing(get("/async/")) == ("DENY", policy("'none'"))


@pytest.mark.parametrize(
    ("options", "ancestors"),
    [
        ("SAMEORIGIN", "'self'"),
        ("allow-from https://a.example", "https://a.example"),
        (None, None),
    ],
)
def test_the_policy_of_a_preset_follows_setting_and_row(get, settings, options, ancestors):
    sent = options and options.replace("allow-from", "ALLOW-FROM")
    settings.SECURITY_ROUTES = {"sync": {"X_FRAME_OPTIONS": options}}
    assert framing(get("/sync/")) == (sent, policy(ancestors))
    assert framing(get("/async/")) == ("DENY", policy("'none'"))
    settings.X_FRAME_OPTIONS = options
    assert framing(get("/async/")) == (sent, policy(ancestors))


@pytest.mark.parametrize("decorator", [frame_options(None), xframe_options_exempt])
def test_a_policy_of_the_project_is_sent_as_written(page, settings, decorator):
    settings.SECURE_CSP = {"frame-ancestors": ["'none'"]}
    assert framing(page(decorator(views.sync_view))) == (None, "frame-ancestors 'none'")


def test_a_policy_of_the_view_is_sent_as_written(page):
    view = csp_override({"frame-ancestors": ["'self'"]})(frame_options(None)(views.sync_view))
    assert framing(page(view)) == (None, "frame-ancestors 'self'")


def test_allow_from_is_merged_into_a_policy_that_has_none(get, settings):
    settings.SECURE_CSP = {"img-src": "*"}
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    options = "ALLOW-FROM https://a.example"
    assert framing(get("/sync/")) == (options, "img-src *; frame-ancestors https://a.example")
    settings.SECURE_CSP = {}
    assert framing(get("/sync/")) == (options, "frame-ancestors https://a.example")
    settings.SECURE_CSP = {"frame-ancestors": "https://b.example"}
    assert framing(get("/sync/")) == (options, "frame-ancestors https://b.example")


def test_any_number_of_headers_of_views_takes_little_memory(settings):
    from django.test import Client
    from django.urls import path

    from security.conf import conf
    from security.middleware.shield import MAX_PLANS, Shield

    def view(request, number):
        return responding({"X-Frame-Options": f"allow-from https://{number}.example"})(request)

    settings.ROOT_URLCONF = (path("<int:number>/", view),)
    client = Client()
    for number in range(MAX_PLANS + 50):
        client.get(f"/{number}/")
    assert len(conf.memo[Shield].plans) <= MAX_PLANS
