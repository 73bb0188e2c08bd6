"""Settings for which no middleware is there, and names that are no settings."""

from __future__ import annotations

import pytest
from tests.checks.catalogue import AUTHENTICATION, CSRF, MIDDLEWARE, OURS, SESSIONS, ids, say

CLASSES = "tests.checks.classes"
DJANGO = "django.middleware.security.SecurityMiddleware"
DJANGO_FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
DJANGOSECURE = "djangosecure.middleware.SecurityMiddleware"
SINGLE = "security.middleware.{}".format
BACKEND = "security.auth_throttling.backends.ThrottlingBackend"
PAGES = {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["public"]}
POLICY = {"default-src": ["self"]}
NO_PRESET = {"SECURITY_PRESET": None}


def texts(found):
    return [str(message.msg) for message in found]


def test_every_setting_that_nobody_reads_is_named(settings):
    values = {
        "MIDDLEWARE": MIDDLEWARE[1:],
        "SECURITY_ORIGIN_AGENT_CLUSTER": True,
        "SECURITY_CSP_ROLLOUT": None,
    }
    (found,) = say(settings, "unread.check_unread", values)
    assert "so SECURITY_PRESET and SECURITY_ORIGIN_AGENT_CLUSTER do nothing." in found.msg


@pytest.mark.parametrize("path", [OURS, SINGLE("ContentNoSniff"), f"{CLASSES}.OwnSecurity"])
def test_one_of_ours_is_enough_to_read_settings(settings, path):
    assert say(settings, "unread.check_unread", {"MIDDLEWARE": [path]}) == []


def test_nothing_set_is_nothing_unread(settings):
    assert say(settings, "unread.check_unread", {"MIDDLEWARE": [], **NO_PRESET}) == []


@pytest.mark.parametrize(
    ("name", "value", "reader"),
    [
        ("CSP_DICT", POLICY, SINGLE("ContentSecurityPolicyMiddleware")),
        ("CSP_STRING", "default-src 'self'", SINGLE("ContentSecurityPolicyMiddleware")),
        ("STS_MAX_AGE", 60, SINGLE("StrictTransportSecurityMiddleware")),
        ("REFERRER_POLICY", "origin", SINGLE("ReferrerPolicyMiddleware")),
        ("SECURE_BROWSER_XSS_FILTER", True, DJANGOSECURE),
        ("LOGIN_EXEMPT_URLS", ["public"], SINGLE("LoginRequiredMiddleware")),
        ("SESSION_INACTIVITY_TIMEOUT", 5, SINGLE("SessionExpiryPolicyMiddleware")),
        ("AUTHENTICATION_THROTTLING", {}, "security.auth_throttling.Middleware"),
    ],
)
def test_a_documented_setting_is_read_by_its_own_middleware_only(settings, name, value, reader):
    value = value or {"LOGIN_URLS_WITH_TEMPLATES": [("accounts/login/", None)]}
    (found,) = say(settings, "unread.check_unread", {name: value})
    assert found.msg == f"MIDDLEWARE has nothing that reads it, so {name} does nothing."
    assert f'MIDDLEWARE.append("{reader}")' in found.hint
    values = {name: value, "MIDDLEWARE": [*MIDDLEWARE, reader]}
    assert say(settings, "unread.check_unread", values) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_CONFIDENTIAL_CACHING", PAGES),
        ("CLEAR_SITE_DATA_URL_WHITELIST", ["/logout/"]),
        ("P3P_COMPACT_POLICY", "PRIVATE"),
        ("X_FRAME_OPTIONS_EXCLUDE_URLS", ["^/embed/"]),
        ("XSS_PROTECT", "off"),
    ],
)
def test_what_the_one_middleware_reads_too_needs_no_other(settings, name, value):
    values = {name: value, **NO_PRESET}
    assert say(settings, "unread.check_unread", values) == []
    (found,) = say(settings, "unread.check_unread", values, {"MIDDLEWARE": [DJANGO]})
    assert f"so {name} does nothing." in found.msg


def test_several_settings_of_one_middleware_are_told_at_once(settings):
    values = {"CSP_DICT": POLICY, "CSP_REPORT_STRING": "default-src 'self'", "STS_PRELOAD": False}
    assert texts(say(settings, "unread.check_unread", values)) == [
        "MIDDLEWARE has nothing that reads them, so CSP_DICT and CSP_REPORT_STRING do nothing."
    ]


def test_a_middleware_of_the_project_may_read_the_setting(settings):
    values = {"REFERRER_POLICY": "origin", "MIDDLEWARE": [*MIDDLEWARE, f"{CLASSES}.Reading"]}
    assert say(settings, "unread.check_unread", values) == []


def test_a_middleware_that_cannot_be_read_reads_nothing(settings):
    values = {"REFERRER_POLICY": "origin", "MIDDLEWARE": [*MIDDLEWARE, "shop.Mine", "zipimport.x"]}
    assert ids(say(settings, "unread.check_unread", values)) == ["bulwark.W037"]


def test_a_backend_that_counts_reads_the_limits(settings):
    values = {
        "AUTHENTICATION_THROTTLING": {"LOGIN_URLS_WITH_TEMPLATES": []},
        "AUTHENTICATION_BACKENDS": [BACKEND],
    }
    assert say(settings, "unread.check_unread", values) == []


@pytest.mark.parametrize(
    ("options", "middleware", "said"),
    [
        ("DENY", [OURS], []),
        ("DENY", [DJANGO_FRAMES], []),
        ("DENY", [SESSIONS, CSRF, AUTHENTICATION], ["bulwark.W037"]),
        ("SAMEORIGIN", [OURS], ["bulwark.W037"]),
        ("SAMEORIGIN", [DJANGOSECURE], []),
    ],
)
def test_frames_that_are_denied_anyway_are_denied(settings, options, middleware, said):
    values = {
        "SECURE_FRAME_DENY": True,
        "X_FRAME_OPTIONS": options,
        "MIDDLEWARE": middleware,
        **NO_PRESET,
    }
    assert ids(say(settings, "unread.check_unread", values)) == said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SECURITY_PRESETS", "SECURITY_PRESET"),
        ("SECURTY_PRESET", "SECURITY_PRESET"),
        ("SECURE_PRESET", "SECURITY_PRESET"),
        ("SECURITY_HSTS_SECONDS", "SECURE_HSTS_SECONDS"),
        ("SECURE_PERMISSIONS_POLICY", "PERMISSIONS_POLICY"),
        ("SECURE_X_FRAME_OPTIONS", "X_FRAME_OPTIONS"),
        ("SECURE_HSTS_SECOND", "SECURE_HSTS_SECONDS"),
        ("SECURITY_TRUSTED_PROXY", "SECURITY_TRUSTED_PROXIES"),
        ("LOGIN_EXEMPT_URL", "LOGIN_EXEMPT_URLS"),
        ("SESSION_COOKIES_SECURE", "SESSION_COOKIE_SECURE"),
        ("CSRF_TRUSTED_ORIGIN", "CSRF_TRUSTED_ORIGINS"),
        ("X_FRAME_OPTION", "X_FRAME_OPTIONS"),
        ("MANDATORY_PASWORD_CHANGE", "MANDATORY_PASSWORD_CHANGE"),
    ],
)
def test_a_slip_of_the_pen_is_told_what_was_meant(settings, typed, meant):
    (found,) = say(settings, "names.check_names", {typed: True})
    assert found.msg == f"{typed} is the name of no setting, so it does nothing."
    assert found.hint.startswith(f"Did you mean {meant!r}?")


def test_what_begins_like_ours_and_is_like_none_is_told_too(settings):
    (found,) = say(settings, "names.check_names", {"SECURITY_" + "Q" * 70: 1})
    assert found.hint.startswith("No setting that begins with SECURITY_ is like it.")


# Of packages, and of projects: none of them is a mistake.
@pytest.mark.parametrize(
    "name",
    [
        "CORS_ALLOWED_ORIGINS",
        "CSP_DEFAULT_SRC",
        "CSP_INCLUDE_NONCE_IN",
        "CSP_REPORT_ONLY",
        "CSP_REPORT_URI",
        "CONTENT_SECURITY_POLICY",
        "FEATURE_POLICY",
        "LOGIN_URLS",
        "LOGIN_URL_NAME",
        "LOGIN_REQUIRED_IGNORE_PATHS",
        "SECURE_API_TOKEN",
        "SECURE_CHECKS",
        "SECURE_CSP",
        "SECURE_FILES_ROOT",
        "SESSION_COOKIE_SAMESITE_FORCE_ALL",
        "SESSION_REDIS",
        "SESSION_SECURITY_EXPIRE_AFTER",
        "SESSION_TIMEOUT",
        "CSRF_COOKIE_SAMESITE_FORCE",
        "REPORTS",
        "ROUTES",
        "UPLOADS",
        "security_preset",
    ],
)
def test_a_name_of_others_is_none_of_our_business(settings, name):
    assert say(settings, "names.check_names", {name: {}}) == []
