"""The checks judge what a visitor gets, whoever sends it."""

from __future__ import annotations

import logging
from datetime import date

import django
import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpResponseRedirect
from django.middleware.security import SecurityMiddleware as DjangosMiddleware
from django.test import Client
from tests.checksecure.conftest import OLD

from djangosecure.check import get_check
from security.conf import conf
from security.management.sent import KNOWN, sent
from security.middleware import plan
from security.middleware.shield import Shield

OURS = "security.middleware.SecurityMiddleware"
DJANGO = "django.middleware.security.SecurityMiddleware"
FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
PLACE = "djangosecure.check.djangosecure"
MIDDLEWARE, HSTS, SUBDOMAINS, FRAME, NOSNIFF, FILTER, REDIRECT = (
    "SECURITY_MIDDLEWARE_NOT_INSTALLED",
    "STRICT_TRANSPORT_SECURITY_NOT_ENABLED",
    "STRICT_TRANSPORT_SECURITY_NO_SUBDOMAINS",
    "FRAME_DENY_NOT_ENABLED",
    "CONTENT_TYPE_NOSNIFF_NOT_ENABLED",
    "BROWSER_XSS_FILTER_NOT_ENABLED",
    "SSL_REDIRECT_NOT_ENABLED",
)
HEADERS = {HSTS, SUBDOMAINS, FRAME, NOSNIFF, FILTER, REDIRECT}
CHECKS = (
    "check_security_middleware",
    "check_sts",
    "check_sts_include_subdomains",
    "check_frame_deny",
    "check_content_type_nosniff",
    "check_xss_filter",
    "check_ssl_redirect",
)
PROXIED = {
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURITY_TRUSTED_PROXIES": ["10.0.0.0/8"],
}
ALL_OF_DJANGO = {
    "SECURE_HSTS_SECONDS": 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_SSL_REDIRECT": True,
    "X_FRAME_OPTIONS": "DENY",
}
STRICT_CSP = {"SECURE_CSP": {"script-src": ["'self'"]}}


@pytest.fixture
def found(settings):
    """Return what the seven checks of the middleware find in these settings."""

    def judge(middleware, values=None):
        settings.MIDDLEWARE = middleware
        for name, value in (values or {}).items():
            setattr(settings, name, value)
        return {code for name in CHECKS for code in get_check(f"{PLACE}.{name}")()}

    return judge


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(plan, "today", lambda: date(2030, 1, 15))


SINGLES = {
    "security.middleware.StrictTransportSecurityMiddleware": {HSTS, SUBDOMAINS},
    "security.middleware.XFrameOptionsMiddleware": {FRAME},
    "security.middleware.XFrameOptionsDenyMiddleware": {FRAME},
    "security.middleware.ContentNoSniff": {NOSNIFF},
    "security.middleware.XssProtectMiddleware": {FILTER},
    FRAMES: {FRAME},
}


@pytest.mark.parametrize("path", SINGLES)
def test_a_single_header_counts_whoever_sends_it(found, path):
    off = {"SECURE_CONTENT_TYPE_NOSNIFF": False}
    assert found([], off) == {MIDDLEWARE, *HEADERS}
    assert found([path]) == {MIDDLEWARE, *HEADERS} - SINGLES[path]


def test_single_middlewares_do_the_work_of_the_general_one_together(found):
    proxied = {**PROXIED, "SECURITY_PROXY_REDIRECTS": True}
    assert found(list(SINGLES), proxied) == set()
    assert found(list(SINGLES)[1:]) >= {MIDDLEWARE}


@pytest.mark.parametrize("path", [OURS, OLD, DJANGO])
def test_each_general_middleware_is_one(found, path):
    assert MIDDLEWARE not in found([path])


def test_django_alone_can_give_all_but_the_filter(found):
    assert found([DJANGO, FRAMES]) == {HSTS, SUBDOMAINS, FILTER, REDIRECT}
    assert found([DJANGO, FRAMES], ALL_OF_DJANGO) == {FILTER}


def test_a_setting_that_no_installed_middleware_reads_protects_nobody(found):
    values = {**ALL_OF_DJANGO, "SECURE_FRAME_DENY": True, "SECURE_BROWSER_XSS_FILTER": True}
    assert found([DJANGO], values) == {FRAME, FILTER}


def test_without_any_middleware_the_settings_are_judged_as_documented(found):
    values = {**ALL_OF_DJANGO, "SECURE_FRAME_DENY": True, "SECURE_BROWSER_XSS_FILTER": True}
    assert found([], values) == {MIDDLEWARE}
    assert found([], {"SECURE_HSTS_SECONDS": 0}) == {MIDDLEWARE, HSTS}


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


@pytest.mark.parametrize("path", [OURS, OLD, DJANGO])
def test_an_exempt_page_does_not_exempt_the_others(found, path):
    values = {**ALL_OF_DJANGO, "SECURE_REDIRECT_EXEMPT": [r"^health/$"]}
    assert REDIRECT not in found([path], values)


@pytest.mark.parametrize("hosts", [[], ["*"], [".example.com"], ["a.example", "b.example"]])
@pytest.mark.parametrize("path", [OURS, OLD, DJANGO])
def test_no_allowed_hosts_make_a_difference(found, path, hosts):
    assert not found([path, FRAMES], {**ALL_OF_DJANGO, "ALLOWED_HOSTS": hosts}) & {REDIRECT, HSTS}


@pytest.mark.parametrize("path", [OURS, DJANGO])
@pytest.mark.parametrize("proxies", [["10.0.0.0/8"], ["unix"], ["2001:db8::/32", "10.0.0.5"]])
def test_a_visit_comes_by_way_of_the_declared_proxy(found, path, proxies):
    values = {**ALL_OF_DJANGO, **PROXIED, "SECURITY_TRUSTED_PROXIES": proxies}
    assert found([path, FRAMES], values | STRICT_CSP) <= {FILTER}


@pytest.mark.parametrize("path", [OLD, DJANGO])
def test_django_believes_the_header_of_its_setting(found, path):
    values = {**ALL_OF_DJANGO, "SECURE_PROXY_SSL_HEADER": ("HTTP_X_TLS", "on")}
    assert not found([path], values) & {HSTS, REDIRECT}


def test_of_two_that_send_a_header_the_inner_one_counts(found):
    values = {"SECURE_FRAME_DENY": True, "X_FRAME_OPTIONS": "SAMEORIGIN"}
    assert FRAME not in found([OURS, OLD], values)
    assert FRAME in found([OLD, OURS])


def test_a_proxy_of_ours_may_be_declared_by_its_address_alone(found):
    values = {**ALL_OF_DJANGO, "SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]}
    assert found([OURS], values) == {FILTER}


def test_https_that_is_believed_from_nobody_sends_no_hsts(found, caplog):
    values = {**ALL_OF_DJANGO, "SECURE_PROXY_SSL_HEADER": PROXIED["SECURE_PROXY_SSL_HEADER"]}
    with caplog.at_level(logging.DEBUG):
        assert found([OURS], values) == {HSTS, FILTER}
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("values", "is_redirected"),
    [
        ({"SECURITY_PROXY_REDIRECTS": True}, False),
        ({"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]}, False),
        ({"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"], "SECURITY_PROXY_REDIRECTS": False}, False),
        ({"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"], "SECURITY_PROXY_REDIRECTS": True}, True),
    ],
)
def test_a_declared_proxy_redirects_where_the_project_says_so(found, values, is_redirected):
    assert (REDIRECT in found([OURS], values)) is not is_redirected


def test_a_word_is_no_declaration(found):
    with pytest.raises(ImproperlyConfigured) as raised:
        found([OURS], {"SECURITY_PROXY_REDIRECTS": "False"})
    assert str(raised.value) == "SECURITY_PROXY_REDIRECTS must be True or False (got 'False')."


def test_a_setting_that_cannot_work_is_said_and_not_passed_over(found, settings, checksecure):
    with pytest.raises(ImproperlyConfigured):
        found([OURS], {"SECURE_HSTS_SECONDS": "1 year"})
    settings.SECURE_CHECKS = [f"{PLACE}.check_sts"]
    code, _, err = checksecure(verbosity=0)
    assert code == 2
    assert err.startswith(
        f"{PLACE}.check_sts could not be run. ImproperlyConfigured: SECURE_HSTS_SECONDS must be "
        "a whole number of seconds, 0 or more (got '1 year')."
    )


class Weaker(DjangosMiddleware):
    """One of a project, that takes a header away again."""

    def process_response(self, request, response):
        response = super().process_response(request, response)
        del response.headers["X-Content-Type-Options"]
        return response


class Sideways(DjangosMiddleware):
    """One of a project, that redirects, and not to HTTPS."""

    def process_request(self, request):
        return HttpResponseRedirect("http://testserver/closed/")


class Unused(DjangosMiddleware):
    def __init__(self, get_response):
        raise MiddlewareNotUsed


class Writing:
    """One of a project, with consequences: it must not be run."""

    def __init__(self, get_response):
        raise AssertionError

    __call__ = __init__


def test_a_class_made_from_a_known_one_is_asked_itself(found):
    assert found([f"{__name__}.Weaker", FRAMES], ALL_OF_DJANGO) == {NOSNIFF, FILTER}


def test_a_redirect_that_leads_elsewhere_is_none_to_https(found):
    assert REDIRECT in found([f"{__name__}.Sideways"], ALL_OF_DJANGO)


def test_a_middleware_that_takes_itself_out_sends_nothing(found):
    assert HSTS in found([f"{__name__}.Unused"], ALL_OF_DJANGO)


def test_a_middleware_of_the_project_is_not_run(found):
    assert found([f"{__name__}.Writing", DJANGO, FRAMES], ALL_OF_DJANGO) == {FILTER}


def test_no_other_middleware_of_ours_is_known_to_be_harmless():
    assert len(set(KNOWN)) == len(KNOWN) == 10


@pytest.mark.parametrize("hosts", [[], ["testserver"]])
def test_asking_leaves_nothing_behind_in_the_running_site(settings, hosts):
    settings.MIDDLEWARE = [OURS]
    settings.ALLOWED_HOSTS = hosts
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    client.get("/sync/")
    before = conf.memo[Shield]
    known, exempt = set(before.accepted), set(before.exempt)
    sent()
    assert conf.memo[Shield] is before
    assert (before.accepted, before.exempt) == (known, exempt)
    assert client.get("/sync/", headers={"host": "localhost"}).status_code == 400


def test_asking_before_the_first_request_leaves_nothing_either(settings):
    settings.MIDDLEWARE = [OURS]
    sent()
    assert Shield not in conf.memo
