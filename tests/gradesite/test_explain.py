from __future__ import annotations

import django
import pytest
from tests.gradesite import site
from tests.gradesite.names import CACHE, CSP, FRAMES, HERE, HSTS, OPENER, OURS, REFERRER

from security.site_grade.explain import Explanation, Row
from security.site_grade.explain_text import as_table


@pytest.mark.parametrize(
    ("url", "header", "value", "reason"),
    [
        ("/", HSTS, "max-age=31536000; includeSubDomains",
         f"preset strict (SECURE_HSTS_SECONDS), sent by {OURS}"),
        ("/", REFERRER, "same-origin", f"preset strict (SECURE_REFERRER_POLICY), sent by {OURS}"),
        ("/", "Integrity-Policy", None, "SECURITY_INTEGRITY_POLICY is None by default"),
        ("home", FRAMES, "DENY", f"preset strict (X_FRAME_OPTIONS), sent by {OURS}"),
        ("post tea", FRAMES, "DENY", f"preset strict (X_FRAME_OPTIONS), sent by {OURS}"),
        ("http://shop.test/", HSTS, None, "plain HTTP: browsers ignore it there"),
        ("http://shop.test/", OPENER, None, "a redirect from plain HTTP, where browsers ignore it"),
        ("/marked/", FRAMES, "SAMEORIGIN",
         f"a decorator of {HERE}.page.<locals>.view (X_FRAME_OPTIONS), sent by {OURS}"),
        ("/marked/", CACHE, "no-cache, no-store, max-age=0, must-revalidate",
         f"a decorator of {HERE}.page.<locals>.view (SECURITY_CACHE_CONTROL), put on the response"),
        ("/unreferred/", REFERRER, None,
         f"SECURE_REFERRER_POLICY is None by a decorator of {HERE}.page.<locals>.view"),
        ("/unframed/", FRAMES, None, "@xframe_options_exempt on the view"),
        ("/opening/", OPENER, "unsafe-none",
         f"decorator {HERE}.opening of {HERE}.page.<locals>.view"),
        ("/token/", "Set-Cookie csrftoken", ...,
         "sent by django.middleware.csrf.CsrfViewMiddleware"),
    ],
)  # fmt: skip
def test_each_header_has_its_cause(rows, url, header, value, reason):
    sent, reasons = rows(url).rows[header]
    assert reasons == [reason]
    assert value is ... or sent == value


def test_a_view_is_named_with_the_line(rows):
    value, reasons = rows("/waiting/").rows[FRAMES]
    assert value == "SAMEORIGIN"
    assert reasons[0].startswith(f"view {HERE}.waiting, line ")


def test_a_method_of_a_class_is_a_view(rows):
    assert (
        rows("/classy/")
        .rows["X-Content-Type-Options"][1][0]
        .startswith(f"view {HERE}.Classy, line ")
    )


def test_code_that_a_view_calls_is_named_beside_it(rows):
    (reason,) = rows("/helping/").rows[REFERRER][1]
    assert reason.startswith(f"view {HERE}.helping, line ")
    assert reason.endswith(f", in {HERE}.helped")


def test_decorators_of_django_are_named(rows):
    (reason, *_) = rows("/uncached/").rows[CACHE][1]
    assert reason.startswith("decorator django.views.decorators.cache.never_cache of ")


@pytest.mark.parametrize(
    ("settings", "header", "value", "reason"),
    [
        ({"X_FRAME_OPTIONS": "SAMEORIGIN"}, FRAMES, "SAMEORIGIN", "setting X_FRAME_OPTIONS"),
        ({"SECURITY_PRESET": None}, FRAMES, "DENY", "default of X_FRAME_OPTIONS"),
        ({"SECURITY_ROUTES": {"home": {"X_FRAME_OPTIONS": "SAMEORIGIN"}}}, FRAMES, "SAMEORIGIN",
         "SECURITY_ROUTES['home'] (X_FRAME_OPTIONS)"),
        ({"SECURITY_HSTS_RAMP": [("2020-01-01", 60)]}, HSTS, ..., "setting SECURITY_HSTS_RAMP"),
        ({"SECURE_CSP": {"default-src": ["'self'"]}, "SECURITY_CSP_ADD": {"img-src": ["a.test"]}},
         CSP, "default-src 'self'; img-src 'self' a.test", "setting SECURE_CSP, SECURITY_CSP_ADD"),
        ({"NO_CONFIDENTIAL_CACHING": {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["public"]}},
         CACHE, ..., "setting NO_CONFIDENTIAL_CACHING"),
        ({"CLEAR_SITE_DATA_URL_WHITELIST": ["$"]}, "Clear-Site-Data", '"cookies", "storage"',
         "setting CLEAR_SITE_DATA_URL_WHITELIST"),
    ],
)  # fmt: skip
def test_settings_routes_and_defaults_are_told_apart(rows, settings, header, value, reason):
    sent, reasons = rows("/", **settings).rows[header]
    assert reasons == [f"{reason}, sent by {OURS}"]
    assert value is ... or sent == value


@pytest.mark.parametrize(
    ("settings", "header", "reason"),
    [
        ({"SECURE_HSTS_SECONDS": 0}, HSTS, "SECURE_HSTS_SECONDS is 0 in the settings"),
        ({"SECURITY_PRESET": None}, HSTS, "SECURE_HSTS_SECONDS is 0 by default"),
        ({"SECURITY_ROUTES": {"home": {"X_FRAME_OPTIONS": None}}}, FRAMES,
         "X_FRAME_OPTIONS is None by SECURITY_ROUTES['home']"),
        ({"SECURITY_HSTS_RAMP": [("2999-01-01", 60)]}, HSTS,
         "no step of SECURITY_HSTS_RAMP has begun"),
        ({"SECURITY_ROUTES": {"home": {"SECURE_CSP": lambda request, response: {}}}}, CSP,
         "SECURE_CSP is left to a callable by SECURITY_ROUTES['home']"),
        ({"SECURE_REFERRER_POLICY": None}, REFERRER,
         "SECURE_REFERRER_POLICY is None in the settings"),
        ({"X_FRAME_OPTIONS_EXCLUDE_URLS": ["^/$"]}, FRAMES,
         "X_FRAME_OPTIONS_EXCLUDE_URLS covers the path"),
        ({"CLEAR_SITE_DATA_URL_WHITELIST": ["bye"]}, "Clear-Site-Data",
         "CLEAR_SITE_DATA_URL_WHITELIST does not cover the path"),
        ({"MIDDLEWARE": []}, FRAMES,
         "not installed: no middleware in MIDDLEWARE is known to send it"),
        ({"MIDDLEWARE": [f"{HERE}.answering", OURS]}, HSTS,
         f"{HERE}.answering answered before {OURS} was asked"),
    ],
)  # fmt: skip
def test_what_is_absent_has_its_reason(rows, settings, header, reason):
    assert rows("/", **settings).rows[header] == (None, [reason])


def test_a_user_may_look(rows, alice):
    found = rows("/private/", "--user", "alice")
    assert (found.status, found.visitor) == (200, "alice")
    assert rows("/private/").status == 302


def test_a_view_that_raises_is_explained_by_its_error_page(rows):
    found = rows("/failing/")
    assert (found.status, found.code) == (500, 0)
    assert found.error.startswith(f"ZeroDivisionError in {HERE}.failing")
    assert found.rows[FRAMES][0] == "DENY"


def test_a_view_that_ends_the_process_is_an_answer_that_never_came(rows):
    found = rows("/leaving/")
    assert (found.status, found.code, found.rows) == (0, 2, {})


def test_every_header_that_is_spoken_of_has_a_reason(rows):
    for value, reasons in rows("/").rows.values():
        assert reasons
        assert all(reasons)
        assert value != ""


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_table_is_as_wide_as_it_may_be(width):
    row = Row("Cross-Origin-Embedder-Policy", "require-corp " * 9, ("because of that " * 9,))
    found = Explanation("https://shop.test/", "", 200, rows=(row,))
    lines = as_table(found, width).splitlines()
    assert width - 16 < max(map(len, lines)) <= width


def test_the_table_fits_and_calls_middlewares_by_their_last_name(run):
    lines = run("--explain", "/").out.splitlines()
    assert max(map(len, lines)) <= 100
    assert "HEADER" in lines[4]
    assert "sent by SecurityMiddleware" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--explain", "ftp://shop.test/"],
        ["--explain", "nobody"],
        ["--explain", "/", "/"],
        ["--explain", "/", "--format", "jsonl"],
    ],
)
def test_what_cannot_be_explained_is_refused(run, arguments):
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.complaint


FLOOD = type("Flood", (), {"urlpatterns": site.flooding})
CANDIDATE = {"POLICY": {"default-src": ["'none'"]}, "PERCENT": 100}


@pytest.mark.parametrize(
    ("url", "header", "reason"),
    [
        ("/same/", CSP, "304: the page keeps the policy that it came with"),
        ("/deny/", FRAMES, "@frame_deny_exempt on the view"),
        ("/given/", CSP, "Django's csp_override on the view"),
    ],
)
def test_what_a_response_asks_for_is_a_reason(rows, url, header, reason):
    assert rows(url, urls=FLOOD).rows[header] == (None, [reason])


def test_a_page_of_debug_is_a_reason(rows):
    if django.VERSION >= (6, 0):  # there Django says it itself, by csp_override
        return
    found = rows("/failing/", DEBUG=True).rows[CSP]
    assert found == (None, ["a page of DEBUG has styles of its own"])


def test_everybody_with_a_say_in_a_policy_is_named(rows):
    settings = {
        "SECURITY_CSP_ROLLOUT": CANDIDATE,
        "SECURITY_CSP_CALLABLE": f"{HERE}.nothing",
        "SECURITY_ROUTES": {"home": {"SECURITY_CSP_ADD": {"img-src": ["a.test"]}}},
    }
    (reason,) = rows("/", **settings).rows[CSP][1]
    for part in ("ROLLOUT, by visitor", "_CALLABLE", "SECURITY_ROUTES['home'] (SECURITY_CSP_ADD)"):
        assert part in reason
    allowed = {"X_FRAME_OPTIONS": "allow-from https://a.test", "SECURITY_PRESET": None}
    assert rows("/", **allowed).rows[CSP][1] == [f"setting X_FRAME_OPTIONS, sent by {OURS}"]


def test_headers_of_an_error_page_name_the_function_that_set_them(rows):
    found = rows("/failing/", urls=type("Urls", (), {
        "urlpatterns": [site.path("failing/", site.failing)], "handler500": site.framed_error,
    })).rows[FRAMES]  # fmt: skip
    assert found[0] == "SAMEORIGIN"
    assert found[1][0].startswith(f"{HERE}.framed_error, line ")


def test_a_response_out_of_a_cache_was_made_by_the_view(rows):
    found = rows("/cached/", urls=FLOOD).rows[FRAMES]
    assert found == ("SAMEORIGIN", [f"view {HERE}.keeping"])
