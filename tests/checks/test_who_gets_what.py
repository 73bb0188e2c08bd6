"""Cookies, sessions, hosts and proxies: where each check begins and where it ends."""

from __future__ import annotations

import pytest
from tests.checks.catalogue import (
    AUTHENTICATION,
    CSRF,
    MIDDLEWARE,
    OURS,
    SESSIONS,
    ids,
    say,
)

CLASSES = "tests.checks.classes"
OWN = [OURS, f"{CLASSES}.OwnSessions", f"{CLASSES}.OwnCsrf"]
EXPIRY = "security.middleware.SessionExpiryPolicyMiddleware"
NO_APP = ["django.contrib.auth", "django.contrib.contenttypes", "security"]


def texts(found):
    return [str(message.msg) for message in found]


@pytest.mark.parametrize(
    ("values", "settings_named"),
    [
        ({"SESSION_COOKIE_NAME": "__HOST-s", "SESSION_COOKIE_SECURE": False}, ["SECURE"]),
        ({"SESSION_COOKIE_DOMAIN": "example.com"}, ["DOMAIN"]),
        ({"SESSION_COOKIE_DOMAIN": ""}, []),
        ({"SESSION_COOKIE_PATH": None, "SESSION_COOKIE_SECURE": False}, ["SECURE", "PATH"]),
        ({"SESSION_COOKIE_NAME": "__Secure-s", "SESSION_COOKIE_PATH": "/shop/"}, []),
        ({"SESSION_COOKIE_NAME": "__secure-s", "SESSION_COOKIE_SECURE": 0}, ["SECURE"]),
        ({"SESSION_COOKIE_NAME": "s__Host-", "SESSION_COOKIE_PATH": "/shop/"}, []),
    ],
)
def test_a_prefix_promises_what_it_promises(settings, values, settings_named):
    found = texts(say(settings, "cookies.check_cookie_prefixes", values))
    assert [text.split()[0] for text in found] == [f"SESSION_COOKIE_{n}" for n in settings_named]


@pytest.mark.parametrize(
    "silent",
    [{"MIDDLEWARE": [OURS]}, {"MIDDLEWARE": [OURS, CSRF], "CSRF_USE_SESSIONS": True}],
    ids=["no middleware", "a secret in the session"],
)
def test_a_cookie_that_is_not_sent_is_not_judged(settings, silent):
    spoiled = {"CSRF_COOKIE_SECURE": False, "CSRF_COOKIE_SAMESITE": "None"}
    for check in ("check_cookie_prefixes", "check_cross_site_cookies", "check_same_site"):
        assert say(settings, f"cookies.{check}", spoiled, silent) == []


def test_what_django_asks_is_not_asked_again(settings):
    plain = {
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
        "SESSION_COOKIE_HTTPONLY": False,
    }
    assert say(settings, "cookies.check_secure_cookies", plain) == []
    assert say(settings, "cookies.check_httponly_cookie", plain) == []
    own = {"MIDDLEWARE": OWN}  # Django finds its sessions by the app, and has no CSRF middleware
    assert texts(say(settings, "cookies.check_secure_cookies", plain, own)) == [
        "CSRF_COOKIE_SECURE must be True (got False)."
    ]
    assert say(settings, "cookies.check_httponly_cookie", plain, own) == []
    own["INSTALLED_APPS"] = NO_APP
    assert len(say(settings, "cookies.check_secure_cookies", plain, own)) == 2
    assert ids(say(settings, "cookies.check_httponly_cookie", plain, own)) == ["bulwark.W017"]


@pytest.mark.parametrize("value", ["None", "none", None, False])
def test_no_same_site_is_found_for_both_cookies(settings, value):
    values = {"SESSION_COOKIE_SAMESITE": value, "CSRF_COOKIE_SAMESITE": value}
    found = texts(say(settings, "cookies.check_same_site", values))
    assert [text.split()[0] for text in found] == [
        "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SAMESITE",
    ]


def test_the_language_cookie_is_told_what_it_lacks(settings):
    values = {
        "MIDDLEWARE": [*MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"],
        "LANGUAGE_COOKIE_SECURE": True,
    }
    found = say(settings, "cookies.check_language_cookie", values)
    assert texts(found) == ["The language cookie is sent without SameSite."]


@pytest.mark.parametrize(
    "origins",
    [["http://localhost:8000", "http://127.0.0.1"], ["https://a.example.com"], {"https://a.co"}],
    ids=["local", "https", "a set"],
)
def test_an_origin_that_is_safe_is_not_found(settings, origins):
    values = {"CSRF_TRUSTED_ORIGINS": origins}
    assert say(settings, "cookies.check_trusted_schemes", values) == []
    assert say(settings, "cookies.check_trusted_wildcards", values) == []


def test_origins_are_of_no_interest_without_the_middleware(settings):
    values = {"CSRF_TRUSTED_ORIGINS": ["http://*.example.com"], "MIDDLEWARE": [OURS]}
    assert say(settings, "cookies.check_trusted_schemes", values) == []


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"{CLASSES}.Serializer", []),
        (f"{CLASSES}.Harmless", ["bulwark.W026"]),
        ("shop.serializers.MyPickle", ["bulwark.W026"]),
        ("shop.serializers.Nothing", []),
    ],
)
def test_a_serializer_is_known_by_what_it_is_made_from(settings, path, found):
    values = {"SESSION_SERIALIZER": path}
    assert ids(say(settings, "sessions.check_session_serializer", values)) == found


def test_a_secret_in_a_cookie_is_told_of(settings):
    values = {
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "CSRF_USE_SESSIONS": True,
    }
    (found,) = say(settings, "sessions.check_session_engine", values)
    assert "reads the CSRF secret in it" in found.msg
    assert say(settings, "sessions.check_session_engine", values, {"MIDDLEWARE": [OURS]}) == []


def test_whole_sessions_are_fine_without_our_limits(settings):
    assert (
        say(settings, "sessions.check_session_saving", {"SESSION_SAVE_EVERY_REQUEST": True}) == []
    )


def test_each_thing_that_sessions_need_is_asked_for_once(settings):
    values = {"MIDDLEWARE": [AUTHENTICATION, EXPIRY, f"{CLASSES}.OwnSessions"]}
    (early,) = say(settings, "sessions.check_session_order", values)
    assert early.msg == (f"{EXPIRY} stands before {SESSIONS}, so every request is an error.")
    assert say(settings, "sessions.check_session_middleware", values) == []


@pytest.mark.parametrize("host", [".com", ".co.uk", ".GitHub.io", ".herokuapp.com"])
def test_a_public_suffix_is_found(settings, host):
    values = {"ALLOWED_HOSTS": ["www.example.com", host]}
    (found,) = say(settings, "hosts.check_host_suffixes", values)
    assert f"(got {host!r})" in found.msg
    assert f'"shop{host.lower()}"' in found.hint


@pytest.mark.parametrize(
    "host",
    [".", "..", ".example.com", ".localhost", ".internal", ".home.arpa", ".shop.test", "com", "*"],
)
def test_what_is_nobody_elses_is_no_public_suffix(settings, host):
    assert say(settings, "hosts.check_host_suffixes", {"ALLOWED_HOSTS": [host]}) == []


@pytest.mark.parametrize(
    "hosts",
    [[], ["*"], ["www.example.com", "localhost"], ["[::1]", "www.example.com"], ["shop.test"]],
    ids=repr,
)
def test_debug_is_fine_on_a_machine_for_development(settings, hosts):
    values = {"DEBUG": True, "ALLOWED_HOSTS": hosts}
    assert say(settings, "hosts.check_debug_hosts", values) == []


def test_an_open_redirect_is_told_instead_of_open_mails(settings):
    values = {"ALLOWED_HOSTS": ["*"]}
    assert ids(say(settings, "deploy.check_hosts", values)) == ["bulwark.W002"]
    assert say(settings, "hosts.check_any_host", values) == []
    values["SECURE_SSL_HOST"] = "www.example.com"
    assert say(settings, "deploy.check_hosts", values) == []
    assert ids(say(settings, "hosts.check_any_host", values)) == ["bulwark.W023"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("X-Forwarded-Proto", "HTTP_X_FORWARDED_PROTO"),
        ("X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PROTO"),
        ("HTTP_X-FORWARDED-PROTO", "HTTP_X_FORWARDED_PROTO"),
        ("http_x_forwarded_ssl", "HTTP_X_FORWARDED_SSL"),
        ("Forwarded", "HTTP_FORWARDED"),
        ("-", "HTTP_X_FORWARDED_PROTO"),
    ],
)
def test_a_header_as_http_writes_it_is_put_right(settings, name, key):
    values = {"SECURE_PROXY_SSL_HEADER": (name, "https")}
    (found,) = say(settings, "proxies.check_proxy_header", values)
    assert f'("{key}", "https")' in found.hint


@pytest.mark.parametrize(
    "header",
    [
        None,
        ("HTTP_CLOUDFRONT_FORWARDED_PROTO", "https"),
        ("REQUEST_SCHEME", "https"),
        ("HTTPS", "on"),
    ],
    ids=repr,
)
def test_a_key_of_the_request_is_fine(settings, header):
    values = {"SECURE_PROXY_SSL_HEADER": header}
    assert say(settings, "proxies.check_proxy_header", values) == []
    assert say(settings, "proxies.check_proxy_scheme", values) == []


@pytest.mark.parametrize(
    ("network", "is_wide"),
    [
        ("::/0", True),
        ("128.0.0.0/7", True),
        ("104.0.0.0/8", False),
        ("172.16.0.0/12", False),
        ("2400::/12", True),
        ("2600:1900::/28", False),
        ("fc00::/7", False),
    ],
)
def test_a_network_that_nobody_owns_is_too_wide(settings, network, is_wide):
    values = {"SECURITY_TRUSTED_PROXIES": ["10.0.0.5", network]}
    found = texts(say(settings, "proxies.check_trusted_networks", values))
    assert [f"(got '{network}')" in text for text in found] == [True] * is_wide


def test_both_headers_are_told_where_nobody_asks_who_sends_them(settings):
    values = {"MIDDLEWARE": [], "USE_X_FORWARDED_HOST": True, "USE_X_FORWARDED_PORT": True}
    found = texts(say(settings, "proxies.check_forwarded_host", values))
    assert [text.split()[0] for text in found] == ["USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT"]


SCHEME = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}


@pytest.mark.parametrize(
    "middleware",
    [
        [],
        ["django.middleware.security.SecurityMiddleware"],
        ["djangosecure.middleware.SecurityMiddleware"],
    ],
    ids=repr,
)
def test_a_scheme_that_is_believed_from_anybody_is_told(settings, middleware):
    values = {"MIDDLEWARE": middleware, **SCHEME, "SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]}
    assert texts(say(settings, "proxies.check_forwarded_host", values)) == [
        "SECURE_PROXY_SSL_HEADER is set, and nothing asks who sends the header: any client does."
    ]


def test_our_middleware_asks_who_says_the_scheme(settings):
    assert say(settings, "proxies.check_forwarded_host", SCHEME) == []
