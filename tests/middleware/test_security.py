from __future__ import annotations

import pytest
from django.test import Client
from tests.pages import responding, sent

from security.conf import declared
from security.middleware import SecurityMiddleware

DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NO_STORE = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "-1",
}
YEAR = 31_536_000
CSP, PERMISSIONS = "Content-Security-Policy", "Permissions-Policy"
OPENER, EMBEDDER = "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"

# Setting, value, header, what it says over HTTPS; ``None`` for no such header.
ROWS = [
    ("SECURE_HSTS_SECONDS", 0, "Strict-Transport-Security", None),
    ("SECURE_HSTS_SECONDS", YEAR, "Strict-Transport-Security", "max-age=31536000"),
    ("SECURITY_HSTS_RAMP", [("2020-01-01", 9)], "Strict-Transport-Security", "max-age=9"),
    ("SECURITY_HSTS_RAMP", None, "Strict-Transport-Security", None),
    ("SECURE_CONTENT_TYPE_NOSNIFF", True, "X-Content-Type-Options", "nosniff"),
    ("SECURE_CONTENT_TYPE_NOSNIFF", False, "X-Content-Type-Options", None),
    ("X_FRAME_OPTIONS", "SAMEORIGIN", "X-Frame-Options", "SAMEORIGIN"),
    ("X_FRAME_OPTIONS", "deny", "X-Frame-Options", "deny"),
    ("X_FRAME_OPTIONS", None, "X-Frame-Options", None),
    ("X_FRAME_OPTIONS_EXCLUDE_URLS", ["^/sync/"], "X-Frame-Options", None),
    ("SECURE_REFERRER_POLICY", "no-referrer", "Referrer-Policy", "no-referrer"),
    ("SECURE_REFERRER_POLICY", ["origin", "same-origin"], "Referrer-Policy", "origin, same-origin"),
    ("SECURE_REFERRER_POLICY", "origin,same-origin", "Referrer-Policy", "origin, same-origin"),
    ("SECURE_REFERRER_POLICY", None, "Referrer-Policy", None),
    ("SECURE_CROSS_ORIGIN_OPENER_POLICY", "unsafe-none", OPENER, "unsafe-none"),
    ("SECURE_CROSS_ORIGIN_OPENER_POLICY", "noopener-allow-popups", OPENER, "noopener-allow-popups"),
    ("SECURE_CROSS_ORIGIN_OPENER_POLICY", None, OPENER, None),
    (
        "SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY",
        "same-origin",
        f"{OPENER}-Report-Only",
        "same-origin",
    ),
    ("SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY", "require-corp", EMBEDDER, "require-corp"),
    ("SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY", None, EMBEDDER, None),
    (
        "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY",
        "credentialless",
        f"{EMBEDDER}-Report-Only",
        "credentialless",
    ),
    (
        "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY",
        "same-site",
        "Cross-Origin-Resource-Policy",
        "same-site",
    ),
    ("SECURITY_ORIGIN_AGENT_CLUSTER", True, "Origin-Agent-Cluster", "?1"),
    ("SECURITY_ORIGIN_AGENT_CLUSTER", False, "Origin-Agent-Cluster", "?0"),
    ("PERMISSIONS_POLICY", {}, PERMISSIONS, None),
    ("PERMISSIONS_POLICY", {"geolocation": []}, PERMISSIONS, "geolocation=()"),
    (
        "PERMISSIONS_POLICY",
        {"camera": ["self", "https://a.example"], "fullscreen": "*"},
        PERMISSIONS,
        'camera=(self "https://a.example"), fullscreen=*',
    ),
    (
        "PERMISSIONS_POLICY_REPORT_ONLY",
        {"usb": "self"},
        f"{PERMISSIONS}-Report-Only",
        "usb=(self)",
    ),
    ("SECURE_CSP", {}, CSP, None),
    (
        "SECURE_CSP",
        {"default-src": ["'self'"], "img-src": "*", "upgrade-insecure-requests": True},
        CSP,
        "default-src 'self'; img-src *; upgrade-insecure-requests",
    ),
    ("SECURE_CSP_REPORT_ONLY", {"img-src": ["'none'"]}, f"{CSP}-Report-Only", "img-src 'none'"),
    (
        "SECURITY_INTEGRITY_POLICY",
        {"blocked-destinations": ["script"], "endpoints": ["main"]},
        "Integrity-Policy",
        "blocked-destinations=(script), sources=(inline), endpoints=(main)",
    ),
    ("SECURITY_INTEGRITY_POLICY", {}, "Integrity-Policy", None),
    (
        "SECURITY_INTEGRITY_POLICY_REPORT_ONLY",
        {"blocked-destinations": ["script", "style"]},
        "Integrity-Policy-Report-Only",
        "blocked-destinations=(script style), sources=(inline)",
    ),
    (
        "SECURITY_REPORTING_ENDPOINTS",
        {"main": "https://r.example/", "own": "/r/"},
        "Reporting-Endpoints",
        'main="https://r.example/", own="/r/"',
    ),
    ("SECURITY_CACHE_CONTROL", ["no-store"], "Cache-Control", "no-store"),
    ("SECURITY_CACHE_CONTROL", ("private", "max-age=0"), "Cache-Control", "private, max-age=0"),
    ("SECURITY_CLEAR_SITE_DATA", ["*"], "Clear-Site-Data", '"*"'),
    (
        "SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES",
        "none",
        "X-Permitted-Cross-Domain-Policies",
        "none",
    ),
    ("SECURITY_DNS_PREFETCH_CONTROL", False, "X-DNS-Prefetch-Control", "off"),
    ("SECURITY_DNS_PREFETCH_CONTROL", True, "X-DNS-Prefetch-Control", "on"),
    ("XSS_PROTECT", "off", "X-XSS-Protection", "0"),
    ("XSS_PROTECT", "sanitize", "X-XSS-Protection", "1"),
    ("CLEAR_SITE_DATA_URL_WHITELIST", ["sync/"], "Clear-Site-Data", '"cookies", "storage"'),
    ("CLEAR_SITE_DATA_URL_WHITELIST", ["async/"], "Clear-Site-Data", None),
    ("P3P_COMPACT_POLICY", "NOI", "P3P", 'policyref="/w3c/p3p.xml" CP="NOI"'),
]
HTTPS_ONLY = {"Strict-Transport-Security", "Reporting-Endpoints"}
NO_HEADER_ALONE = {
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURITY_CSP_ADD",
    "SECURITY_CSP_REMOVE",
    "SECURITY_CSP_REPLACE",
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]


def expected(header, value):
    """Return the defaults with one header changed, added or taken away."""
    headers = DEFAULTS | {header: value}
    return {name: text for name, text in headers.items() if text is not None}


def test_every_header_setting_has_a_row():
    settings = {name for name, setting in declared().items() if setting.header}
    assert settings - NO_HEADER_ALONE - {row[0] for row in ROWS} == set()


@pytest.mark.parametrize("path", ["/sync/", "/async/", "/nowhere/"])
@pytest.mark.parametrize("secure", [False, True])
def test_django_and_we_have_defaults(get, path, secure):
    assert sent(get(path, secure=secure)) == DEFAULTS


@pytest.mark.parametrize("setting", sorted(NO_HEADER_ALONE))
def test_what_changes_a_header_sends_none_alone(get, settings, setting):
    edit = {"img-src": ["https:"]}
    setattr(settings, setting, edit if setting.startswith("SECURITY_CSP") else True)
    assert sent(get("/sync/", secure=True)) == DEFAULTS


@pytest.mark.parametrize(("setting", "value", "header", "text"), ROWS)
def test_a_setting_reaches_its_header(get, settings, setting, value, header, text):
    setattr(settings, setting, value)
    assert sent(get("/sync/", secure=True)) == expected(header, text)
    plain = None if header in HTTPS_ONLY else text
    assert sent(get("/sync/")) == expected(header, plain)


@pytest.mark.parametrize(("setting", "value", "header", "text"), ROWS)
def test_a_setting_overridden_in_a_test_is_seen_at_once(settings, setting, value, header, text):
    client = Client()
    assert sent(client.get("/sync/", secure=True)) == DEFAULTS
    setattr(settings, setting, value)
    assert sent(client.get("/sync/", secure=True)) == expected(header, text)


@pytest.mark.parametrize(("setting", "value", "header", "text"), ROWS)
def test_a_header_that_the_view_set_is_left_alone(page, settings, setting, value, header, text):
    setattr(settings, setting, value)
    response = page(responding({header.lower(): "of the view"}), secure=True)
    assert (response[header], list(response.headers).count(header.lower())) == ("of the view", 1)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "max-age=60"),
        ({"SECURE_HSTS_INCLUDE_SUBDOMAINS": True}, "max-age=60; includeSubDomains"),
        ({"SECURE_HSTS_PRELOAD": True}, "max-age=60; preload"),
        (
            {"SECURE_HSTS_INCLUDE_SUBDOMAINS": True, "SECURE_HSTS_PRELOAD": True},
            "max-age=60; includeSubDomains; preload",
        ),
    ],
)
def test_hsts_takes_its_companions(get, settings, values, text):
    settings.SECURE_HSTS_SECONDS = 60
    for name, value in values.items():
        setattr(settings, name, value)
    assert get("/sync/", secure=True)["Strict-Transport-Security"] == text


@pytest.mark.parametrize(
    ("value", "sync", "other"),
    [
        ({"WHITELIST_ON": True, "WHITELIST_REGEXES": ["sync/"]}, {}, NO_STORE),
        ({"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["sync/"]}, NO_STORE, {}),
    ],
)
def test_confidential_pages_stay_out_of_caches(get, settings, value, sync, other):
    settings.NO_CONFIDENTIAL_CACHING = value
    assert sent(get("/sync/")) == DEFAULTS | sync
    assert sent(get("/async/")) == DEFAULTS | other


def test_a_confidential_page_is_stricter_than_the_rest(get, settings):
    settings.SECURITY_CACHE_CONTROL = ["private"]
    settings.NO_CONFIDENTIAL_CACHING = {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["sync/"]}
    assert sent(get("/sync/")) == DEFAULTS | NO_STORE
    assert sent(get("/async/")) == DEFAULTS | {"Cache-Control": "private"}


def test_an_endpoint_may_be_the_name_of_a_url(get, settings):
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "https://r.example/", "own": "shop:about"}
    text = 'main="https://r.example/", own="/shop/about/"'
    assert get("/sync/", secure=True)["Reporting-Endpoints"] == text


def test_an_endpoint_named_by_its_url_is_below_the_prefix_of_the_site(wire, settings):
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "shop:about"}
    answer = wire()(path="/app/sync/", root="/app", scheme="https")
    assert answer["Reporting-Endpoints"] == 'main="/app/shop/about/"'


def test_responses_do_not_share_their_headers(settings):
    client = Client()
    client.get("/sync/").headers["X-Frame-Options"] = "changed"
    assert sent(client.get("/sync/")) == DEFAULTS


def test_two_middlewares_of_the_package_agree(get, settings):
    settings.MIDDLEWARE = [
        "security.middleware.SecurityMiddleware",
        "security.middleware.ReferrerPolicyMiddleware",
        "security.middleware.XFrameOptionsMiddleware",
    ]
    assert sent(get("/sync/")) == DEFAULTS


def test_djangos_own_middlewares_change_nothing(get, settings):
    settings.MIDDLEWARE = [
        "security.middleware.SecurityMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    assert sent(get("/sync/")) == DEFAULTS


class Inherited(SecurityMiddleware):
    def process_response(self, request, response):
        response.headers["X-Ours"] = "yes"
        return super().process_response(request, response)


def test_a_subclass_may_add_its_own(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Inherited"]
    assert sent(get("/sync/")) == DEFAULTS | {"X-Ours": "yes"}
