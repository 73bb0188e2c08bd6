from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient, Client
from django.utils.module_loading import import_string
from tests.pages import responding, sent

import security.middleware

NO_STORE = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "-1",
}
YEAR = "max-age=31536000"
REFERRERS = [
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
]
DIRECTIVES = ["cache", "cookies", "storage", "executionContexts", "*"]

# Middleware, what the project sets, what /sync/ sends over HTTPS.
ROWS = [
    ("ContentNoSniff", {}, {"X-Content-Options": "nosniff", "X-Content-Type-Options": "nosniff"}),
    ("ClearSiteDataMiddleware", {"CLEAR_SITE_DATA_URL_WHITELIST": []}, {}),
    ("ClearSiteDataMiddleware", {"CLEAR_SITE_DATA_URL_WHITELIST": ["async"]}, {}),
    (
        "ClearSiteDataMiddleware",
        {"CLEAR_SITE_DATA_URL_WHITELIST": ["sync"]},
        {"Clear-Site-Data": '"cookies", "storage"'},
    ),
    *(
        (
            "ClearSiteDataMiddleware",
            {"CLEAR_SITE_DATA_URL_WHITELIST": ["sync"], "CLEAR_SITE_DATA_DIRECTIVES": [directive]},
            {"Clear-Site-Data": f'"{directive}"'},
        )
        for directive in DIRECTIVES
    ),
    (
        "ClearSiteDataMiddleware",
        {
            "CLEAR_SITE_DATA_URL_WHITELIST": ("sync",),
            "CLEAR_SITE_DATA_DIRECTIVES": ("storage", "cache"),
        },
        {"Clear-Site-Data": '"storage", "cache"'},
    ),
    ("NoConfidentialCachingMiddleware", {"NO_CONFIDENTIAL_CACHING": {}}, {}),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"WHITELIST_ON": True}},
        NO_STORE,
    ),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["sync"]}},
        {},
    ),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["async"]}},
        NO_STORE,
    ),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["sync"]}},
        NO_STORE,
    ),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["async"]}},
        {},
    ),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"BLACKLIST_ON": False, "BLACKLIST_REGEXES": ["sync"]}},
        {},
    ),
    (
        "NoConfidentialCachingMiddleware",
        {
            "NO_CONFIDENTIAL_CACHING": {
                "WHITELIST_ON": True,
                "WHITELIST_REGEXES": ["sync"],
                "BLACKLIST_ON": True,
                "BLACKLIST_REGEXES": ["sync/"],
            }
        },
        NO_STORE,
    ),
    (
        "P3PPolicyMiddleware",
        {"P3P_COMPACT_POLICY": "NON DSP COR"},
        {"P3P": 'policyref="/w3c/p3p.xml" CP="NON DSP COR"'},
    ),
    (
        "P3PPolicyMiddleware",
        {"P3P_COMPACT_POLICY": "NOI", "P3P_POLICY_URL": "https://example.com/p3p.xml"},
        {"P3P": 'policyref="https://example.com/p3p.xml" CP="NOI"'},
    ),
    ("ReferrerPolicyMiddleware", {}, {"Referrer-Policy": "same-origin"}),
    ("ReferrerPolicyMiddleware", {"REFERRER_POLICY": "off"}, {}),
    *(
        ("ReferrerPolicyMiddleware", {"REFERRER_POLICY": policy}, {"Referrer-Policy": policy})
        for policy in REFERRERS
    ),
    (
        "StrictTransportSecurityMiddleware",
        {},
        {"Strict-Transport-Security": f"{YEAR}; includeSubDomains"},
    ),
    (
        "StrictTransportSecurityMiddleware",
        {"STS_MAX_AGE": 60, "STS_INCLUDE_SUBDOMAINS": False},
        {"Strict-Transport-Security": "max-age=60"},
    ),
    (
        "StrictTransportSecurityMiddleware",
        {"STS_PRELOAD": True},
        {"Strict-Transport-Security": f"{YEAR}; includeSubDomains; preload"},
    ),
    (
        "StrictTransportSecurityMiddleware",
        {"STS_MAX_AGE": 0},
        {"Strict-Transport-Security": "max-age=0; includeSubDomains"},
    ),
    ("XssProtectMiddleware", {}, {"X-XSS-Protection": "1"}),
    ("XssProtectMiddleware", {"XSS_PROTECT": "sanitize"}, {"X-XSS-Protection": "1"}),
    ("XssProtectMiddleware", {"XSS_PROTECT": "on"}, {"X-XSS-Protection": "1; mode=block"}),
    ("XssProtectMiddleware", {"XSS_PROTECT": "off"}, {"X-XSS-Protection": "0"}),
]
PAGES = {"/sync/": 200, "/sync/stream/": 404}


def install(settings, name, values):
    settings.MIDDLEWARE = [f"security.middleware.{name}"]
    for setting, value in values.items():
        setattr(settings, setting, value)


def construct(name):
    return import_string(f"security.middleware.{name}")(lambda request: None)


@pytest.mark.parametrize(("name", "values", "headers"), ROWS, ids=str)
@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_a_middleware_sends_what_its_settings_say(
    get, settings, name, values, headers, path, status
):
    install(settings, name, values)
    response = get(path, secure=True)
    assert (response.status_code, sent(response)) == (status, headers)


@pytest.mark.parametrize(
    "path",
    ["/async/", "/sync-page/", "/async-page/", "/stream/", "/moved/", "/not-modified/", "/denied/"],
)
@pytest.mark.parametrize(
    ("name", "values", "headers"),
    [row for row in ROWS if row[0] != "ClearSiteDataMiddleware" and "REGEX" not in str(row[1])],
    ids=str,
)
def test_it_does_so_on_every_kind_of_page(get, settings, name, values, headers, path):
    install(settings, name, values)
    assert sent(get(path, secure=True)) == headers


def test_hsts_is_not_sent_over_plain_http(get, settings):
    install(settings, "StrictTransportSecurityMiddleware", {})
    assert sent(get("/sync/")) == {}


OWN = {
    "ContentNoSniff": {"X-Content-Type-Options": "own", "X-Content-Options": "own"},
    "ClearSiteDataMiddleware": {"Clear-Site-Data": '"cache"'},
    "NoConfidentialCachingMiddleware": {
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
        "Expires": "-1",
    },
    "P3PPolicyMiddleware": {"P3P": 'CP="OWN"'},
    "ReferrerPolicyMiddleware": {"Referrer-Policy": "origin"},
    "StrictTransportSecurityMiddleware": {"Strict-Transport-Security": "max-age=1"},
    "XssProtectMiddleware": {"X-XSS-Protection": "0"},
    "XFrameOptionsMiddleware": {"X-Frame-Options": "SAMEORIGIN"},
    "ContentSecurityPolicyMiddleware": {"Content-Security-Policy": "default-src 'none'"},
}


@pytest.mark.parametrize(("name", "headers"), OWN.items())
def test_a_header_that_the_view_set_wins(page, settings, name, headers):
    settings.CLEAR_SITE_DATA_URL_WHITELIST = ["page"]
    settings.NO_CONFIDENTIAL_CACHING = {"WHITELIST_ON": True}
    settings.P3P_COMPACT_POLICY = "NOI"
    settings.CSP_DICT = {"default-src": ["self"]}
    install(settings, name, {})
    assert sent(page(responding(headers), secure=True)) == headers


# Middleware, what the project sets, and how the message begins.
BROKEN = [
    ("ClearSiteDataMiddleware", {}, "CLEAR_SITE_DATA_URL_WHITELIST must be set"),
    (
        "ClearSiteDataMiddleware",
        {"CLEAR_SITE_DATA_URL_WHITELIST": ["x"], "CLEAR_SITE_DATA_DIRECTIVES": ["cookie"]},
        "CLEAR_SITE_DATA_DIRECTIVES[0] must be one of 'cache', 'cookies', 'storage', ",
    ),
    (
        "ClearSiteDataMiddleware",
        {"CLEAR_SITE_DATA_URL_WHITELIST": ["x"], "CLEAR_SITE_DATA_DIRECTIVES": "cookies"},
        "CLEAR_SITE_DATA_DIRECTIVES must be a list of directives (got 'cookies').",
    ),
    (
        "ClearSiteDataMiddleware",
        {"CLEAR_SITE_DATA_URL_WHITELIST": ["x"], "CLEAR_SITE_DATA_DIRECTIVES": []},
        "CLEAR_SITE_DATA_DIRECTIVES must be a list of directives with at least one member",
    ),
    ("NoConfidentialCachingMiddleware", {}, "NO_CONFIDENTIAL_CACHING must be set"),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"WHITELIST": True}},
        "NO_CONFIDENTIAL_CACHING must be made of the keys 'WHITELIST_ON', ",
    ),
    (
        "NoConfidentialCachingMiddleware",
        {"NO_CONFIDENTIAL_CACHING": {"WHITELIST_ON": "yes"}},
        "NO_CONFIDENTIAL_CACHING[\"WHITELIST_ON\"] must be True or False (got 'yes').",
    ),
    ("P3PPolicyMiddleware", {}, "P3P_COMPACT_POLICY must be set"),
    (
        "P3PPolicyMiddleware",
        {"P3P_COMPACT_POLICY": 'NOI" CP="ALL'},
        "P3P_COMPACT_POLICY must be a compact policy like 'NON DSP COR'",
    ),
    (
        "P3PPolicyMiddleware",
        {"P3P_COMPACT_POLICY": "NOI", "P3P_POLICY_URL": '/x" CP="ALL'},
        "P3P_POLICY_URL must be a URL without",
    ),
    *(
        ("ReferrerPolicyMiddleware", {"REFERRER_POLICY": bad}, "REFERRER_POLICY")
        for bad in ["same_origin", "", "OFF", "none", None, [], 1, ["off"]]
    ),
    *(
        ("StrictTransportSecurityMiddleware", {"STS_MAX_AGE": bad}, "STS_MAX_AGE must be ")
        for bad in ["1 year", -1, 1.5, True, None, 10**10]
    ),
    ("StrictTransportSecurityMiddleware", {"STS_PRELOAD": "no"}, "STS_PRELOAD must be True or"),
    (
        "StrictTransportSecurityMiddleware",
        {"STS_INCLUDE_SUBDOMAINS": 0},
        "STS_INCLUDE_SUBDOMAINS must be True or False (got 0).",
    ),
    *(
        (
            "XssProtectMiddleware",
            {"XSS_PROTECT": bad},
            "XSS_PROTECT must be one of 'sanitize', 'on', 'off' (got ",
        )
        for bad in ["block", True, "", 1]
    ),
]


@pytest.mark.parametrize(("name", "values", "message"), BROKEN, ids=str)
def test_a_setting_that_cannot_work_stops_the_start(settings, name, values, message):
    install(settings, name, values)
    with pytest.raises(ImproperlyConfigured) as error:
        construct(name)
    assert str(error.value).startswith(message)
    for client in (Client, AsyncClient):
        with pytest.raises(ImproperlyConfigured):
            client().handler.load_middleware(is_async=client is AsyncClient)


@pytest.mark.parametrize(("name", "values", "headers"), ROWS, ids=str)
def test_a_setting_overridden_in_a_test_is_seen_at_once(settings, name, values, headers):
    settings.CLEAR_SITE_DATA_URL_WHITELIST = ["moved"]
    settings.NO_CONFIDENTIAL_CACHING = {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["moved"]}
    settings.P3P_COMPACT_POLICY = "OLD"
    install(settings, name, {})
    client = Client()
    client.get("/sync/", secure=True)
    install(settings, name, values)
    assert sent(client.get("/sync/", secure=True)) == headers


def test_every_documented_name_is_exported():
    names = {name for name, _, _ in ROWS} | set(OWN)
    names |= {"BaseMiddleware", "DoNotTrackMiddleware", "XFrameOptionsDenyMiddleware"}
    assert names - set(security.middleware.__all__) == set()
