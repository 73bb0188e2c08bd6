from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, requires

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.test import AsyncClient, Client, override_settings
from django.utils.module_loading import import_string
from tests import views
from tests.meta.tree import pyproject
from tests.pages import responding, sent

from djangosecure.decorators import frame_deny_exempt
from security.middleware import BaseMiddleware

POLICY = "Content-Security-Policy"
REPORT = "Content-Security-Policy-Report-Only"
OURS = "security.middleware.SecurityMiddleware"
INTERNET_EXPLORER = "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)"


def names(*classes):
    return [f"security.middleware.{name}" for name in classes]


HEADER_MIDDLEWARES = names(
    "SecurityMiddleware",
    "ClearSiteDataMiddleware",
    "ContentNoSniff",
    "ContentSecurityPolicyMiddleware",
    "DoNotTrackMiddleware",
    "NoConfidentialCachingMiddleware",
    "P3PPolicyMiddleware",
    "ReferrerPolicyMiddleware",
    "StrictTransportSecurityMiddleware",
    "XFrameOptionsMiddleware",
    "XssProtectMiddleware",
)


@pytest.fixture(autouse=True)
def configured(settings):
    settings.CLEAR_SITE_DATA_URL_WHITELIST = ["logout/"]
    settings.NO_CONFIDENTIAL_CACHING = {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["home/"]}
    settings.P3P_COMPACT_POLICY = "NOI"
    settings.CSP_DICT = {"default-src": ["self"]}


def test_a_string_of_patterns_is_not_read_letter_by_letter(settings):
    settings.X_FRAME_OPTIONS_EXCLUDE_URLS = r"^/public/$"
    with pytest.raises(ImproperlyConfigured, match=r"^X_FRAME_OPTIONS_EXCLUDE_URLS must be a list"):
        import_string(*names("XFrameOptionsMiddleware"))(lambda request: None)


def test_an_exempt_pattern_matches_whole_segments(get, settings):
    settings.MIDDLEWARE = names("NoConfidentialCachingMiddleware")
    settings.NO_CONFIDENTIAL_CACHING = {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["public"]}
    assert get("/public-secret/")["Pragma"] == "no-cache"
    assert sent(get("/public/page/")) == {}


@pytest.mark.parametrize(
    ("directive", "value", "text"),
    [
        ("base-uri", ["self"], "base-uri 'self'"),
        ("script-src-elem", ["self"], "script-src-elem 'self'"),
        ("manifest-src", ["self"], "manifest-src 'self'"),
        ("upgrade-insecure-requests", True, "upgrade-insecure-requests"),
        ("report-to", "main", "report-to main"),
        ("require-trusted-types-for", ["script"], "require-trusted-types-for 'script'"),
        ("sandbox", ["allow-modals"], "sandbox allow-modals"),
    ],
)
def test_a_directive_of_today_is_sent(get, settings, directive, value, text):
    settings.MIDDLEWARE = names("ContentSecurityPolicyMiddleware")
    settings.CSP_DICT = {directive: value}
    assert get("/sync/", secure=True)[POLICY] == text


@pytest.mark.parametrize(
    "values",
    [
        {"CSP_MODE": "Enforce"},
        {"CSP_DICT": {"img-src": "self"}},
        {"CSP_DICT": {"imgsrc": ["self"]}},
    ],
)
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_no_site_is_served_without_the_policy_that_was_meant(settings, client, values):
    settings.MIDDLEWARE = names("ContentSecurityPolicyMiddleware")
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured):
        client().handler.load_middleware(is_async=client is AsyncClient)


def test_a_reported_policy_may_be_given_as_text(get, settings):
    settings.MIDDLEWARE = names("ContentSecurityPolicyMiddleware")
    del settings.CSP_DICT
    settings.CSP_MODE, settings.CSP_STRING = "report-only", "default-src 'self'"
    assert sent(get("/sync/")) == {REPORT: "default-src 'self'"}


def test_every_keyword_nonce_and_hash_is_quoted(get, settings):
    settings.MIDDLEWARE = names("ContentSecurityPolicyMiddleware")
    words = ["strict-dynamic", "nonce-abc", "sha256-YWJj", "unsafe-hashes", "report-sample"]
    settings.CSP_DICT = {"script-src": [*words, "wasm-unsafe-eval"]}
    quoted = " ".join(f"'{word}'" for word in [*words, "wasm-unsafe-eval"])
    assert get("/sync/")[POLICY] == f"script-src {quoted}"


def test_nosniff_is_sent_by_the_name_that_browsers_read(get, settings):
    settings.MIDDLEWARE = names("ContentNoSniff")
    assert get("/sync/")["X-Content-Type-Options"] == "nosniff"


def test_hsts_binds_nobody_for_months_unasked(get, settings):
    settings.MIDDLEWARE = names("StrictTransportSecurityMiddleware")
    assert sent(get("/sync/")) == {}
    assert "preload" not in get("/sync/", secure=True)["Strict-Transport-Security"]


@pytest.mark.parametrize("middleware", [*names("ContentSecurityPolicyMiddleware"), OURS])
def test_the_policy_is_the_same_for_every_browser(get, settings, middleware):
    settings.MIDDLEWARE = [middleware]
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    plain, old = get("/sync/"), get("/sync/", headers={"user-agent": INTERNET_EXPLORER})
    assert sent(old) == sent(plain)
    assert old[POLICY] == "default-src 'self'"


class Untold(dict):
    """A request's META in which nobody may look for the browser."""

    def __getitem__(self, name):
        assert name != "HTTP_USER_AGENT"
        return super().__getitem__(name)

    def get(self, name, default=None):
        assert name != "HTTP_USER_AGENT"
        return super().get(name, default)


@pytest.mark.parametrize("middleware", HEADER_MIDDLEWARES)
def test_no_header_depends_on_the_name_of_the_browser(rf, settings, middleware):
    request = rf.get("/sync/", headers={"user-agent": "x" * 65536})
    request.META = Untold(request.META)
    assert import_string(middleware)(views.sync_view)(request).status_code == 200


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("ContentSecurityPolicyMiddleware", POLICY, "default-src 'none'"),
        ("ReferrerPolicyMiddleware", "Referrer-Policy", "no-referrer"),
        ("XFrameOptionsMiddleware", "X-Frame-Options", "SAMEORIGIN"),
    ],
)
def test_what_the_view_set_stays(page, settings, name, header, value):
    for middleware in (names(name), [OURS]):
        settings.MIDDLEWARE = middleware
        assert page(responding({header: value}))[header] == value


@pytest.mark.parametrize("middleware", [*names("XFrameOptionsMiddleware"), OURS])
def test_an_exempt_view_is_sent_without_frame_options(page, settings, middleware):
    settings.MIDDLEWARE = [middleware]
    assert "X-Frame-Options" not in page(responding(xframe_options_exempt=True))


@pytest.mark.parametrize(
    "sources", [["none", "self"], ["x; script-src *"], ["x, script-src *"], ["x script-src"]]
)
def test_no_source_smuggles_another_directive_in(settings, sources):
    settings.CSP_DICT = {"img-src": sources}
    with pytest.raises(ImproperlyConfigured, match=r'^CSP_DICT\["img-src"\]'):
        import_string(*names("ContentSecurityPolicyMiddleware"))(lambda request: None)


def test_several_report_uris_are_sent_as_urls(get, settings):
    settings.MIDDLEWARE = names("ContentSecurityPolicyMiddleware")
    settings.CSP_DICT = {"report-uri": ["/a", "/b"]}
    assert get("/sync/")[POLICY] == "report-uri /a /b"


def test_allow_from_works_as_documented(get, settings):
    settings.MIDDLEWARE = names("XFrameOptionsMiddleware")
    settings.X_FRAME_OPTIONS = "allow-from https://Partner.example/Path"
    assert sent(get("/sync/")) == {
        "X-Frame-Options": "ALLOW-FROM https://Partner.example/Path",
        POLICY: "frame-ancestors https://Partner.example",
    }


@pytest.mark.parametrize(
    ("pattern", "path", "clears"),
    [("/home/", "/home/", True), ("/home/", "/", False), ("/", "/", True), ("/", "/home/", False)],
)
def test_a_page_that_clears_is_not_every_page(get, settings, pattern, path, clears):
    settings.MIDDLEWARE = names("ClearSiteDataMiddleware")
    settings.CLEAR_SITE_DATA_URL_WHITELIST = [pattern]
    assert ("Clear-Site-Data" in get(path)) is clears


@pytest.mark.parametrize("directives", ["cookies", ["cookie"], [], None])
def test_no_empty_clear_site_data_is_sent(settings, directives):
    settings.CLEAR_SITE_DATA_DIRECTIVES = directives
    with pytest.raises(ImproperlyConfigured, match=r"^CLEAR_SITE_DATA_DIRECTIVES"):
        import_string(*names("ClearSiteDataMiddleware"))(lambda request: None)


def test_below_a_prefix_confidential_pages_stay_confidential(wire, settings):
    settings.MIDDLEWARE = names("NoConfidentialCachingMiddleware")
    assert wire()(path="/app/home/", root="/app")["Pragma"] == "no-cache"


class Exacting(BaseMiddleware):
    REQUIRED_SETTINGS = ("EXACTLY",)

    def load_setting(self, setting, value):
        if value != 1:
            raise ImproperlyConfigured("EXACTLY must be 1.")


def test_a_live_middleware_does_not_raise_inside_the_test_of_another():
    with override_settings(EXACTLY=1):
        middleware = Exacting(views.sync_view)
        with override_settings(EXACTLY=2):
            pass
    with pytest.raises(ImproperlyConfigured):
        middleware(None)


@pytest.mark.parametrize("middleware", HEADER_MIDDLEWARES)
def test_a_header_middleware_listens_to_no_signal(middleware):
    before = len(setting_changed.receivers)
    instances = [import_string(middleware)(views.sync_view) for _ in range(3)]
    assert (len(instances), len(setting_changed.receivers)) == (3, before)


def test_django_is_all_that_the_package_requires():
    try:
        required = requires("django-bulwark")
    except PackageNotFoundError:  # run from the sources, as in the matrix
        required = pyproject()["project"]["dependencies"]
    assert [line.lower() for line in required if "extra ==" not in line] == ["django>=4.2"]


@pytest.mark.parametrize("module", ["security.middleware"])
def test_everything_can_be_imported_at_once(module):
    place = {}
    exec(f"from {module} import *", place)  # noqa: S102
    assert "SecurityMiddleware" in place


@pytest.mark.parametrize(("said", "echo"), [("1", "1"), ("0", "0"), ("x\ty", "0"), ("1, 1", "0")])
def test_dnt_is_echoed_as_the_bit_that_was_understood(get, settings, said, echo):
    settings.MIDDLEWARE = names("DoNotTrackMiddleware")
    response = get("/sync/", headers={"dnt": said})
    assert sent(response) == {"DNT": echo, "Vary": "DNT, Sec-GPC"}


@pytest.mark.parametrize(
    "policies", ["no-referrer, strict-origin", ["no-referrer", "strict-origin"]], ids=json.dumps
)
def test_several_referrer_policies_are_sent_in_order(get, settings, policies):
    settings.MIDDLEWARE = names("ReferrerPolicyMiddleware")
    settings.REFERRER_POLICY = policies
    assert sent(get("/sync/")) == {"Referrer-Policy": "no-referrer, strict-origin"}


@pytest.mark.parametrize("middleware", [OURS, "djangosecure.middleware.SecurityMiddleware"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_redirect_to_https_is_exact(wire, settings, middleware, method):
    settings.MIDDLEWARE, settings.SECURE_SSL_REDIRECT = [middleware], True
    settings.SECURE_REDIRECT_EXEMPT = ["insecure/"]
    site = wire()
    answer = site(path="/secret/insecure/", method=method, headers={"Host": "testserver:8000"})
    assert answer["Location"] == "https://testserver/secret/insecure/"
    assert answer.status == {"GET": 301, "POST": 308}[method]
    assert site(path="/insecure/").status == 404


def test_an_async_view_may_be_framed(page, settings):
    settings.MIDDLEWARE = ["djangosecure.middleware.SecurityMiddleware"]
    settings.SECURE_FRAME_DENY = True
    assert "X-Frame-Options" not in page(frame_deny_exempt(views.async_view))
