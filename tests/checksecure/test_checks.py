from __future__ import annotations

from importlib import import_module

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.test import override_settings
from tests.checksecure.conftest import CSRF, OLD, SESSIONS

from djangosecure.check import get_check, run_checks
from djangosecure.check.util import boolean_check, explained
from security.management.secure_checks import DEFAULT

PLACE = "djangosecure.check.djangosecure"
# Each code: the check that finds it, and the settings in which it does.
SPOILT = {
    "CSRF_VIEW_MIDDLEWARE_NOT_INSTALLED": (
        "djangosecure.check.csrf.check_csrf_middleware",
        {"MIDDLEWARE": [OLD, SESSIONS]},
    ),
    "SESSION_COOKIE_NOT_SECURE": (
        "djangosecure.check.sessions.check_session_cookie_secure",
        {"SESSION_COOKIE_SECURE": False},
    ),
    "SESSION_COOKIE_NOT_SECURE_APP_INSTALLED": (
        "djangosecure.check.sessions.check_session_cookie_secure",
        {"SESSION_COOKIE_SECURE": False, "MIDDLEWARE": [OLD, CSRF]},
    ),
    "SESSION_COOKIE_NOT_SECURE_MIDDLEWARE": (
        "djangosecure.check.sessions.check_session_cookie_secure",
        {"SESSION_COOKIE_SECURE": False, "INSTALLED_APPS": ["djangosecure"]},
    ),
    "SESSION_COOKIE_NOT_HTTPONLY": (
        "djangosecure.check.sessions.check_session_cookie_httponly",
        {"SESSION_COOKIE_HTTPONLY": False},
    ),
    "SESSION_COOKIE_NOT_HTTPONLY_APP_INSTALLED": (
        "djangosecure.check.sessions.check_session_cookie_httponly",
        {"SESSION_COOKIE_HTTPONLY": False, "MIDDLEWARE": [OLD, CSRF]},
    ),
    "SESSION_COOKIE_NOT_HTTPONLY_MIDDLEWARE": (
        "djangosecure.check.sessions.check_session_cookie_httponly",
        {"SESSION_COOKIE_HTTPONLY": False, "INSTALLED_APPS": ["djangosecure"]},
    ),
    "SECURITY_MIDDLEWARE_NOT_INSTALLED": (
        f"{PLACE}.check_security_middleware",
        {"MIDDLEWARE": [SESSIONS, CSRF]},
    ),
    "STRICT_TRANSPORT_SECURITY_NOT_ENABLED": (f"{PLACE}.check_sts", {"SECURE_HSTS_SECONDS": 0}),
    "STRICT_TRANSPORT_SECURITY_NO_SUBDOMAINS": (
        f"{PLACE}.check_sts_include_subdomains",
        {"SECURE_HSTS_INCLUDE_SUBDOMAINS": False},
    ),
    "FRAME_DENY_NOT_ENABLED": (f"{PLACE}.check_frame_deny", {"SECURE_FRAME_DENY": False}),
    "CONTENT_TYPE_NOSNIFF_NOT_ENABLED": (
        f"{PLACE}.check_content_type_nosniff",
        {"SECURE_CONTENT_TYPE_NOSNIFF": False},
    ),
    "BROWSER_XSS_FILTER_NOT_ENABLED": (
        f"{PLACE}.check_xss_filter",
        {"SECURE_BROWSER_XSS_FILTER": False},
    ),
    "SSL_REDIRECT_NOT_ENABLED": (f"{PLACE}.check_ssl_redirect", {"SECURE_SSL_REDIRECT": False}),
    "BAD_SECRET_KEY": (f"{PLACE}.check_secret_key", {"SECRET_KEY": "abcd" * 20}),
}


def change(settings, values):
    for name, value in values.items():
        setattr(settings, name, value)


def test_a_project_with_everything_on_is_all_clear(safe):
    assert run_checks() == set()


@pytest.mark.parametrize("code", SPOILT)
def test_each_code_is_found_by_its_check_and_by_no_other(safe, code):
    path, values = SPOILT[code]
    assert set(get_check(path)()) == set()
    change(safe, values)
    assert set(get_check(path)()) == {code}
    assert run_checks() == {code}


def test_every_default_check_and_every_code_is_tried():
    assert {path for path, _ in SPOILT.values()} == set(DEFAULT)
    codes = {code for path in DEFAULT for code in get_check(path).messages}
    assert codes == set(SPOILT)


@pytest.mark.parametrize("path", DEFAULT)
def test_every_check_explains_its_own_codes_in_whole_sentences(path):
    check = get_check(path)
    own = {code for code, (its, _) in SPOILT.items() if its == path}
    assert set(check.messages) == own
    for text in check.messages.values():
        assert text.endswith(".")
        assert ".." not in text
        assert "  " not in text
        assert not [word for word in ("True.Using", "True.The", ".Set") if word in text]


@pytest.mark.parametrize("path", DEFAULT)
def test_every_check_stands_where_it_is_documented(path):
    module, _, name = path.rpartition(".")
    assert getattr(import_module(module), name).__name__ == name


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("", {"BAD_SECRET_KEY"}),
        (None, {"BAD_SECRET_KEY"}),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaa", {"BAD_SECRET_KEY"}),
        ("abcd", {"BAD_SECRET_KEY"}),
        (b"abcdabcd", {"BAD_SECRET_KEY"}),
        (12345, {"BAD_SECRET_KEY"}),
        ("abcde", set()),
        (b"abcde", set()),
    ],
    ids=repr,
)
def test_a_key_has_five_different_characters(settings, key, codes):
    settings.SECRET_KEY = key
    assert get_check(f"{PLACE}.check_secret_key")() == codes


def test_a_missing_key_is_a_bad_one(settings):
    del settings.SECRET_KEY
    assert get_check(f"{PLACE}.check_secret_key")() == {"BAD_SECRET_KEY"}


class OwnCsrf(CsrfViewMiddleware):
    pass


class OwnSessions(SessionMiddleware):
    pass


def test_a_class_made_from_djangos_counts_as_djangos(safe):
    safe.MIDDLEWARE = [OLD, f"{__name__}.OwnSessions", f"{__name__}.OwnCsrf"]
    assert run_checks() == set()
    safe.SESSION_COOKIE_SECURE = False
    assert run_checks() == {"SESSION_COOKIE_NOT_SECURE"}


def test_the_session_app_may_be_named_by_its_config(safe):
    safe.INSTALLED_APPS = ["django.contrib.sessions.apps.SessionsConfig"]
    safe.SESSION_COOKIE_SECURE = False
    assert run_checks() == {"SESSION_COOKIE_NOT_SECURE"}


def test_without_sessions_their_cookie_does_not_matter(safe):
    safe.INSTALLED_APPS = ["djangosecure"]
    safe.MIDDLEWARE = [OLD, CSRF]
    safe.SESSION_COOKIE_SECURE = safe.SESSION_COOKIE_HTTPONLY = False
    assert run_checks() == set()


@pytest.mark.parametrize(
    "strange", ["no.such.Middleware", "tests.checksecure.broken_module.It", ""]
)
def test_a_middleware_that_cannot_be_imported_protects_nobody(safe, strange):
    safe.MIDDLEWARE = [strange, OLD, SESSIONS]
    assert run_checks() == {"CSRF_VIEW_MIDDLEWARE_NOT_INSTALLED"}


def test_a_boolean_check_has_one_code_and_keeps_its_name():
    @explained(CODE="Why.")
    @boolean_check("CODE")
    def check_weather():
        """Tell whether the sun shines."""
        return shines

    shines = True
    assert check_weather() == set()
    shines = 0
    assert check_weather() == {"CODE"}
    assert (check_weather.__name__, check_weather.messages) == ("check_weather", {"CODE": "Why."})
    assert check_weather.__doc__ == "Tell whether the sun shines."


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        ("check_frame_deny", {"SECURE_FRAME_DENY": True}, {"X_FRAME_OPTIONS": "DENY"}),
        ("check_xss_filter", {"SECURE_BROWSER_XSS_FILTER": True}, {"XSS_PROTECT": "on"}),
    ],
)
def test_a_text_names_what_each_middleware_reads(settings, check, old, new):
    ours = "security.middleware.SecurityMiddleware"
    settings.SECURE_FRAME_DENY = settings.SECURE_BROWSER_XSS_FILTER = False
    settings.X_FRAME_OPTIONS = None
    texts = get_check(f"{PLACE}.{check}").messages.values()
    whole = get_check(f"{PLACE}.check_security_middleware").messages.values()
    for middleware, values, clear in [(OLD, old, True), (ours, old, False), (ours, new, True)]:
        settings.MIDDLEWARE = [middleware, SESSIONS, CSRF]
        with override_settings(**values):
            assert (get_check(f"{PLACE}.{check}")() == set()) is clear
        for text in (*texts, *whole):
            assert [name for name in values if name not in text] == []
