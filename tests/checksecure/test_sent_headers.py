"""The checks judge each header by the value that a visitor gets."""

from __future__ import annotations

from datetime import date

import django
import pytest
from tests.checksecure.codes import (
    DJANGO,
    FILTER,
    FRAME,
    HSTS,
    MIDDLEWARE,
    NOSNIFF,
    OURS,
    PROXIED,
    REDIRECT,
    STRICT_CSP,
    SUBDOMAINS,
)
from tests.checksecure.conftest import OLD

from security.middleware import plan


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(plan, "today", lambda: date(2030, 1, 15))


@pytest.mark.parametrize(
    ("preset", "codes"),
    [
        ("strict", {REDIRECT}),
        ("api", {REDIRECT}),
        ("balanced", {REDIRECT, SUBDOMAINS, FRAME, FILTER}),
    ],
)
def test_a_preset_is_judged_by_what_it_sends(found, preset, codes):
    assert found([OURS], {"SECURITY_PRESET": preset}) == codes


def test_one_setting_may_undo_a_part_of_a_preset(found):
    values = {"SECURITY_PRESET": "strict", "SECURE_HSTS_SECONDS": 0, "SECURE_SSL_REDIRECT": True}
    assert found([OURS], values) == {HSTS}
    assert found([OURS], {"SECURE_CONTENT_TYPE_NOSNIFF": False}) == {HSTS, NOSNIFF}


@pytest.mark.parametrize("path", [OURS, OLD])
@pytest.mark.parametrize(
    ("ramp", "is_on"),
    [
        ([("2030-01-01", 300), ("2030-02-01", 3600)], True),
        ([("2030-02-01", 300)], True),
        ([("2030-01-15", 0), ("2030-02-01", 300)], True),
        ([("2029-01-01", 300), ("2030-01-15", 0)], False),
        ([("2029-01-01", 300), ("2030-02-01", 0)], True),
        ([("2030-02-01", 0)], False),
    ],
)
def test_a_ramp_counts_when_it_sends_or_is_about_to(found, today, path, ramp, is_on):
    values = {"SECURITY_HSTS_RAMP": ramp, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True}
    assert (HSTS in found([path], values)) is not is_on
    assert SUBDOMAINS not in found([path])


def test_a_ramp_that_no_installed_middleware_reads_sends_nothing(found, today):
    ramp = {"SECURITY_HSTS_RAMP": [("2030-02-01", 300)]}
    assert HSTS in found([DJANGO], ramp)
    assert HSTS not in found([DJANGO, OLD])


def test_a_ramp_that_is_at_its_end_and_does_not_arrive_does_not_count(found, today):
    values = {"SECURITY_HSTS_RAMP": [("2030-01-01", 3600)]}
    assert HSTS not in found([OURS], values)
    values["SECURE_PROXY_SSL_HEADER"] = PROXIED["SECURE_PROXY_SSL_HEADER"]
    assert HSTS in found([OURS], values)


@pytest.mark.parametrize(
    ("csp", "is_denied"),
    [
        ({"frame-ancestors": ["'none'"]}, True),
        ({"frame-ancestors": ["'NONE'"]}, True),
        ({"frame-ancestors": ["'self'"]}, False),
        ({"frame-ancestors": ["https://a.example"]}, False),
        ({"img-src": ["'self'"]}, True),
    ],
    ids=str,
)
def test_a_browser_reads_frame_ancestors_before_x_frame_options(found, csp, is_denied):
    values = {"SECURE_CSP": csp, "X_FRAME_OPTIONS": "DENY"}
    assert (FRAME in found([OURS], values)) is not is_denied


def test_frame_ancestors_does_without_x_frame_options(found):
    values = {"SECURE_CSP": {"frame-ancestors": ["'none'"]}, "X_FRAME_OPTIONS": None}
    assert FRAME not in found([OURS], values)
    assert FRAME in found([OURS], {"SECURE_CSP": {}})


@pytest.mark.parametrize("value", ["SAMEORIGIN", "ALLOW-FROM https://a.example"])
def test_frames_of_others_are_not_denied(found, value):
    assert FRAME in found([OURS], {"X_FRAME_OPTIONS": value})


@pytest.mark.parametrize(
    ("csp", "is_safe"),
    [
        ({"script-src": ["'self'"]}, True),
        ({"default-src": ["'self'"]}, True),
        ({"script-src": ["'self'", "'unsafe-inline'"]}, False),
        ({"script-src": ["'strict-dynamic'", "'unsafe-inline'"]}, True),
        ({"script-src": ["'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"]}, True),
        ({"script-src-elem": ["'self'"], "script-src": ["'unsafe-inline'"]}, False),
        ({"script-src-elem": ["'self'"]}, False),
        ({"script-src-elem": ["'self'"], "script-src-attr": ["'none'"]}, True),
        ({"img-src": ["'self'"]}, False),
    ],
    ids=str,
)
def test_a_policy_that_stops_scripts_does_more_than_the_old_filter(found, csp, is_safe):
    assert (FILTER in found([OURS], {"SECURE_CSP": csp})) is not is_safe


@pytest.mark.parametrize(
    ("mode", "is_on"), [("on", True), ("sanitize", True), ("off", False), (None, False)]
)
def test_the_old_filter_counts_when_it_is_on(found, mode, is_on):
    assert (FILTER in found([OURS], {"XSS_PROTECT": mode})) is not is_on


def test_the_documented_policy_middleware_counts(found):
    path = "security.middleware.ContentSecurityPolicyMiddleware"
    policy = {"CSP_STRING": "script-src 'self', frame-ancestors 'none'"}
    assert found([path], policy) == {MIDDLEWARE, HSTS, SUBDOMAINS, REDIRECT}


def test_djangos_policy_middleware_counts(found):
    path = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    left = {HSTS, SUBDOMAINS, FRAME, FILTER, REDIRECT}
    gone = {FILTER} if django.VERSION >= (6, 0) else set()
    assert found([DJANGO, path], STRICT_CSP) == left - gone


def test_a_report_only_policy_stops_nothing(found):
    values = {"SECURE_CSP_REPORT_ONLY": {"script-src": ["'self'"], "frame-ancestors": ["'none'"]}}
    assert {FILTER, FRAME} <= found([OURS], {**values, "X_FRAME_OPTIONS": None})
