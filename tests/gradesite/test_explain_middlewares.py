from __future__ import annotations

import django
import pytest
from tests.gradesite.names import CACHE, CSP, FRAMES, HERE, HSTS, OURS, REFERRER

DJANGO = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
DOCUMENTED = "security.middleware.ContentSecurityPolicyMiddleware"
DJANGOSECURE = "djangosecure.middleware.SecurityMiddleware"


@pytest.mark.parametrize(
    ("middleware", "header", "value", "reasons"),
    [
        (["adding", OURS], "X-Powered-By", "tea", [f"sent by {HERE}.adding"]),
        (["adding", OURS], REFERRER, "origin",
         [f"preset strict (SECURE_REFERRER_POLICY), sent by {OURS}", f"changed by {HERE}.adding"]),
        (["taking", OURS], FRAMES, None,
         [f"preset strict (X_FRAME_OPTIONS), sent by {OURS}", f"removed by {HERE}.taking"]),
        ([OURS, "answering"], FRAMES, "SAMEORIGIN", [f"sent by {HERE}.answering"]),
        ([OURS, "Viewing"], REFERRER, "origin", [f"sent by {HERE}.Viewing, beside the view"]),
        ([OURS, "Asynchronous"], "Permissions-Policy", "camera=()",
         [f"sent by {HERE}.Asynchronous"]),
    ],
)  # fmt: skip
def test_other_middlewares_are_named_in_the_order_of_what_they_did(
    rows, middleware, header, value, reasons
):
    paths = [path if "." in path else f"{HERE}.{path}" for path in middleware]
    assert rows("/", MIDDLEWARE=paths).rows[header] == (value, reasons)


@pytest.mark.parametrize(
    ("settings", "header", "reason"),
    [
        ({}, FRAMES, "default of X_FRAME_OPTIONS"),
        ({"X_FRAME_OPTIONS": "SAMEORIGIN"}, FRAMES, "setting X_FRAME_OPTIONS"),
        ({"SECURE_HSTS_SECONDS": 60}, HSTS, "setting SECURE_HSTS_SECONDS"),
        ({}, REFERRER, "default of SECURE_REFERRER_POLICY"),
    ],
)
def test_django_s_middlewares_know_no_preset(rows, settings, header, reason):
    ((_, reasons),) = [rows("/", MIDDLEWARE=DJANGO, **settings).rows[header]]
    place = DJANGO[header == FRAMES]
    assert reasons == [f"{reason}, sent by {place}"]
    assert rows("/", MIDDLEWARE=DJANGO).rows[HSTS][1] == ["SECURE_HSTS_SECONDS is 0 by default"]


@pytest.mark.parametrize(
    ("name", "settings", "header", "reason"),
    [
        ("StrictTransportSecurityMiddleware", {}, HSTS, "default of STS_MAX_AGE"),
        ("ReferrerPolicyMiddleware", {"REFERRER_POLICY": "origin"}, REFERRER,
         "setting REFERRER_POLICY"),
        ("XFrameOptionsMiddleware", {"X_FRAME_OPTIONS": "deny"}, FRAMES, "setting X_FRAME_OPTIONS"),
        ("ContentSecurityPolicyMiddleware", {"CSP_DICT": {"default-src": ["self"]}}, CSP,
         "setting CSP_DICT"),
        ("ContentSecurityPolicyMiddleware", {"CSP_STRING": "default-src 'self'"}, CSP,
         "setting CSP_STRING"),
    ],
)  # fmt: skip
def test_the_documented_middlewares_have_settings_of_their_own(
    rows, name, settings, header, reason
):
    path = f"security.middleware.{name}"
    found = rows("/", MIDDLEWARE=[path], SECURITY_PRESET=None, **settings).rows
    assert found[header][1] == [f"{reason}, sent by {path}"]


def test_a_mode_that_only_reports_is_the_reason_for_no_policy(rows):
    settings = {"CSP_DICT": {"default-src": ["self"]}, "CSP_MODE": "report-only"}
    path = "security.middleware.ContentSecurityPolicyMiddleware"
    found = rows("/", MIDDLEWARE=[path], SECURITY_PRESET=None, **settings).rows
    assert found[CSP] == (None, ["CSP_MODE is 'report-only' in the settings"])
    assert found[f"{CSP}-Report-Only"][1] == [f"setting CSP_DICT, sent by {path}"]


def test_django_s_own_policy_is_known(rows):
    if django.VERSION < (6, 0):  # no middleware of Django sends a policy there
        return
    path = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    found = rows("/", MIDDLEWARE=[path], SECURE_CSP={"default-src": ["'self'"]}).rows
    assert found[CSP][1] == [f"setting SECURE_CSP, sent by {path}"]


def test_the_answer_of_a_middleware_and_the_keys_of_the_table_are_told(rows):
    found = rows("http://shop.test/post/tea/")
    assert (found.status, found.answered_by, found.keys) == (301, OURS, [])
    assert rows("/admin/login/").keys == ["admin", "admin:*", "admin:login"]


@pytest.mark.parametrize(
    ("path", "settings", "header", "reason"),
    [
        (DJANGOSECURE, {"SECURE_FRAME_DENY": True}, FRAMES, "setting SECURE_FRAME_DENY"),
        (DJANGOSECURE,
         {"SECURE_FRAME_DENY": True, "SECURITY_ROUTES": {"home": {"X_FRAME_OPTIONS": "DENY"}}},
         FRAMES, "SECURITY_ROUTES['home'] (X_FRAME_OPTIONS)"),
        (DOCUMENTED, {"SECURE_CSP": {"default-src": ["'self'"]}}, CSP, "setting SECURE_CSP"),
        (DOCUMENTED,
         {"CSP_STRING": "default-src 'self'",
          "SECURITY_ROUTES": {"home": {"SECURE_CSP": {"default-src": ["'none'"]}}}},
         CSP, "SECURITY_ROUTES['home'] (SECURE_CSP)"),
        ("security.middleware.ContentNoSniff", {}, "X-Content-Type-Options", ""),
        ("security.middleware.NoConfidentialCachingMiddleware",
         {"NO_CONFIDENTIAL_CACHING": {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["a"]}},
         "Pragma", "setting NO_CONFIDENTIAL_CACHING"),
    ],
)  # fmt: skip
def test_older_middlewares_are_known_with_their_settings(rows, path, settings, header, reason):
    found = rows("/", MIDDLEWARE=[path], SECURITY_PRESET=None, **settings).rows[header][1]
    assert found == [f"{reason}, sent by {path}".removeprefix(", ")]


def test_older_middlewares_have_reasons_for_nothing(rows):
    path = "security.middleware.NoConfidentialCachingMiddleware"
    settings = {"NO_CONFIDENTIAL_CACHING": {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["a"]}}
    found = rows("/", MIDDLEWARE=[path], **settings).rows[CACHE]
    assert found == (None, ["NO_CONFIDENTIAL_CACHING does not cover the path"])


def test_the_view_is_named_first_where_a_middleware_changed_its_header(rows):
    found = rows("/helping/", MIDDLEWARE=[f"{HERE}.adding"]).rows[REFERRER]
    assert found[0] == "origin"
    assert found[1][0].startswith(f"view {HERE}.helping, line ")
    assert found[1][1:] == [f"changed by {HERE}.adding"]
    assert rows("/helping/", MIDDLEWARE=[]).rows[REFERRER] == ("no-referrer", found[1][:1])
