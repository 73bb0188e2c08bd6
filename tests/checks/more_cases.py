"""The other warnings: one way to get each id, and to lose it."""

from __future__ import annotations

import django
from django.urls import path
from tests.checks import classes
from tests.checks.catalogue import (
    AUTHENTICATION,
    COMMON,
    CSRF,
    GONE,
    MIDDLEWARE,
    OURS,
    SESSIONS,
    Case,
    ramp,
)
from tests.checks.upload_cases import UPLOADS
from tests.settings import INSTALLED_APPS

CLASSES = "tests.checks.classes"
DJANGO = "django.middleware.security.SecurityMiddleware"
EXPIRY = "security.middleware.SessionExpiryPolicyMiddleware"
OUR_CSP = "security.middleware.ContentSecurityPolicyMiddleware"
REFERRER = "security.middleware.ReferrerPolicyMiddleware"
TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"
COOP = "SECURE_CROSS_ORIGIN_OPENER_POLICY"
NO_SESSIONS_APP = [app for app in INSTALLED_APPS if app != "django.contrib.sessions"]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
YEAR = 31_536_000


def mail(options: dict[str, object]) -> dict[str, object]:
    """Return the settings of mail by SMTP: their names are others from Django 6.1 on."""
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": SMTP, "OPTIONS": options}}}
    return {"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": options.get("timeout")}


def csp(**directives: list[str]) -> dict[str, object]:
    policy = {name.replace("_", "-"): sources for name, sources in directives.items()}
    return {"SECURE_CSP": {"default-src": ["'self'"], **policy}}


COOKIES = {
    "bulwark.W017": Case(
        "cookies.check_httponly_cookie",
        {
            "INSTALLED_APPS": NO_SESSIONS_APP,
            "MIDDLEWARE": [OURS, f"{CLASSES}.OwnSessions"],
            "SESSION_COOKIE_HTTPONLY": False,
        },
        {"SESSION_COOKIE_HTTPONLY": True},
    ),
    "bulwark.W018": Case(
        "cookies.check_same_site",
        {"SESSION_COOKIE_SAMESITE": "None"},
        {"SESSION_COOKIE_SAMESITE": "Lax"},
    ),
    "bulwark.W019": Case(
        "cookies.check_language_cookie",
        {"MIDDLEWARE": [*MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]},
        {"LANGUAGE_COOKIE_SECURE": True, "LANGUAGE_COOKIE_SAMESITE": "Lax"},
    ),
    "bulwark.W020": Case(
        "cookies.check_cookie_domains",
        {"SESSION_COOKIE_NAME": "sessionid", "SESSION_COOKIE_DOMAIN": ".example.com"},
        {"SESSION_COOKIE_DOMAIN": None, "SESSION_COOKIE_NAME": "__Host-sessionid"},
    ),
    "bulwark.W021": Case(
        "cookies.check_trusted_wildcards",
        {"CSRF_TRUSTED_ORIGINS": ["https://*.example.com"]},
        {"CSRF_TRUSTED_ORIGINS": ["https://forms.example.com"]},
    ),
    "bulwark.W022": Case(
        "cookies.check_trusted_schemes",
        {"CSRF_TRUSTED_ORIGINS": ["http://forms.example.com"]},
        {"CSRF_TRUSTED_ORIGINS": ["https://forms.example.com"]},
    ),
    "bulwark.W026": Case(
        "sessions.check_session_serializer",
        {"SESSION_SERIALIZER": "django.contrib.sessions.serializers.PickleSerializer"},
        {"SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer"},
    ),
    "bulwark.W027": Case(
        "sessions.check_session_engine",
        {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
        {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"},
    ),
    "bulwark.W028": Case(
        "sessions.check_session_saving",
        {"MIDDLEWARE": [*MIDDLEWARE, EXPIRY], "SESSION_SAVE_EVERY_REQUEST": True},
        {"SESSION_SAVE_EVERY_REQUEST": False},
    ),
}
HOSTS = {
    "bulwark.W023": Case(
        "hosts.check_any_host",
        {"ALLOWED_HOSTS": ["*"], "SECURE_SSL_REDIRECT": False},
        {"ALLOWED_HOSTS": ["www.example.com"]},
    ),
    "bulwark.W024": Case(
        "hosts.check_host_suffixes",
        {"ALLOWED_HOSTS": [".github.io"]},
        {"ALLOWED_HOSTS": ["shop.github.io", ".example.com", ".localhost", "10.0.0.5"]},
    ),
    "bulwark.W025": Case("hosts.check_debug_hosts", {"DEBUG": True}, {"DEBUG": False}),
    "bulwark.W029": Case(
        "proxies.check_trusted_networks",
        {"SECURITY_TRUSTED_PROXIES": ["0.0.0.0/0"]},
        {"SECURITY_TRUSTED_PROXIES": ["10.0.0.0/8", "fd00::/8", "2400:cb00::/32", "unix"]},
    ),
    "bulwark.W030": Case(
        "proxies.check_forwarded_host",
        {"MIDDLEWARE": [DJANGO], "USE_X_FORWARDED_HOST": True},
        {"MIDDLEWARE": [OURS], "SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]},
    ),
}
ORDER = {
    "bulwark.W031": Case(
        "order.check_first",
        {"MIDDLEWARE": ["whitenoise.middleware.WhiteNoiseMiddleware", OURS]},
        {"MIDDLEWARE": [OURS, "whitenoise.middleware.WhiteNoiseMiddleware"]},
    ),
    "bulwark.W032": Case(
        "order.check_duplicates", {"MIDDLEWARE": [*MIDDLEWARE, COMMON]}, {"MIDDLEWARE": MIDDLEWARE}
    ),
    "bulwark.W033": Case(
        "order.check_two_middlewares", {"MIDDLEWARE": [OURS, DJANGO]}, {"MIDDLEWARE": [OURS]}
    ),
    "bulwark.W034": Case(
        "order.check_two_policies",
        {"MIDDLEWARE": [OURS, "csp.middleware.CSPMiddleware"]},
        {"SECURE_CSP": {}},  # then only the other one sends a policy
    ),
    "bulwark.W035": Case(
        "order.check_singles", {"MIDDLEWARE": [OURS, REFERRER]}, {"MIDDLEWARE": [REFERRER]}
    ),
    "bulwark.W036": Case(
        "order.check_compression",
        {"MIDDLEWARE": [OURS, f"{CLASSES}.Unpadded"]},
        {"MIDDLEWARE": [OURS, "django.middleware.gzip.GZipMiddleware"]},
    ),
    "bulwark.W037": Case(
        "unread.check_unread",
        {"MIDDLEWARE": [SESSIONS, CSRF, AUTHENTICATION]},
        {"MIDDLEWARE": [f"{CLASSES}.OwnSecurity"]},
    ),
    "bulwark.W069": Case(
        "names.check_names",
        {"SECURE_HSTS_SECOND": 3600},
        {"SECURE_HSTS_SECOND": GONE},
    ),
    "bulwark.W070": Case(
        "patterns.check_old_patterns",
        {"LOGIN_EXEMPT_URLS": ["syn"]},
        {"LOGIN_EXEMPT_URLS": ["sync/"]},
    ),
    "bulwark.W071": Case(
        "methods.check_marked_methods",
        {"ROOT_URLCONF": (path("page/", classes.MarkedMethod.as_view()),)},
        {"ROOT_URLCONF": (path("page/", classes.MarkedView.as_view()),)},
    ),
}
HEADERS = {
    "bulwark.W038": Case(
        "headers.check_no_frames",
        {"X_FRAME_OPTIONS": None, **csp()},
        csp(frame_ancestors=["'self'"]),
    ),
    "bulwark.W039": Case(
        "headers.check_no_referrer",
        {"SECURE_REFERRER_POLICY": None},
        {"MIDDLEWARE": [OURS, REFERRER]},
    ),
    "bulwark.W040": Case(
        "headers.check_referrer",
        {"SECURE_REFERRER_POLICY": ["same-origin", "unsafe-url"]},
        {"SECURE_REFERRER_POLICY": ["unsafe-url", "same-origin"]},
    ),
    "bulwark.W041": Case(
        "headers.check_referrer_forms",
        {"SECURE_REFERRER_POLICY": "no-referrer"},
        {"SECURE_REFERRER_POLICY": "same-origin"},
    ),
    "bulwark.W042": Case(
        "headers.check_frames",
        {"X_FRAME_OPTIONS": "DENY", **csp(frame_ancestors=["'self'"])},
        {"X_FRAME_OPTIONS": "SAMEORIGIN"},
    ),
    "bulwark.W043": Case(
        "headers.check_integrity",
        {"SECURITY_INTEGRITY_POLICY": {"blocked-destinations": ["script"]}},
        {"SECURITY_INTEGRITY_POLICY": {"blocked-destinations": ["script"], "endpoints": ["main"]}},
    ),
    "bulwark.W044": Case(
        "isolation.check_popup_services",
        {COOP: "same-origin", "SECURITY_CSP_ADD": {"script-src": ["https://accounts.google.com"]}},
        {"SECURITY_ROUTES": {"shop:index": {COOP: "same-origin-allow-popups"}}},
    ),
    "bulwark.W045": Case(
        "isolation.check_popup_apps",
        {"INSTALLED_APPS": [*INSTALLED_APPS, "social_django"], COOP: "same-origin"},
        {COOP: "same-origin-allow-popups"},
    ),
    "bulwark.W046": Case(
        "isolation.check_embedder",
        {
            "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": "require-corp",
            "SECURITY_CSP_ADD": {"script-src": ["https://js.stripe.com"]},
        },
        {"SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": "credentialless"},
    ),
    "bulwark.W047": Case(
        "strength.check_loose_policies",
        csp(script_src=["'self'", "'unsafe-inline'"]),
        csp(script_src=["'self'"]),
    ),
    "bulwark.W048": Case(
        "strength.check_reported_policies",
        {"SECURE_CSP": {}, "SECURE_CSP_REPORT_ONLY": {"default-src": ["'self'"]}},
        csp(),
    ),
}
HSTS = {
    "bulwark.W049": Case(
        "hsts.check_preload_subdomains",
        {"SECURE_HSTS_PRELOAD": True, "SECURE_HSTS_INCLUDE_SUBDOMAINS": False},
        {"SECURE_HSTS_INCLUDE_SUBDOMAINS": True},
    ),
    "bulwark.W050": Case(
        "hsts.check_preload_age",
        {"SECURE_HSTS_PRELOAD": True, "SECURE_HSTS_SECONDS": YEAR - 1},
        {"SECURE_HSTS_SECONDS": YEAR},
    ),
    "bulwark.W051": Case("hsts.check_ramp_end", ramp((-60, 300), (-31, YEAR)), ramp((-30, YEAR))),
    "bulwark.W052": Case(
        "hsts.check_ramp_end", ramp((-30, 86_400), (-2, 0)), ramp((-30, 86_400), (-1, 0))
    ),
    "bulwark.W053": Case("hsts.check_ramp_start", ramp((31, 300)), ramp((30, 300))),
    "bulwark.W054": Case(
        "hsts.check_ramp_rise",
        ramp((-9, 300), (-5, 60), (1, 600)),
        ramp((-9, 300), (-5, 600), (1, 0)),
    ),
}
OTHERS = {
    "bulwark.W061": Case(
        "leftovers.check_tools", {"MIDDLEWARE": [OURS, TOOLBAR]}, {"MIDDLEWARE": [OURS]}
    ),
    "bulwark.W062": Case(
        "leftovers.check_old_keys",
        {"SECRET_KEY_FALLBACKS": ["the-key-of-last-year"]},
        {"SECRET_KEY_FALLBACKS": []},
    ),
    "bulwark.W063": Case(
        "leftovers.check_mail_timeout",
        {**mail({}), "SECURITY_REPORTS": {"ALERT_EMAILS": ["security@shop.example"]}},
        mail({"timeout": 10}),
    ),
}
MORE = {**COOKIES, **HOSTS, **ORDER, **HEADERS, **HSTS, **UPLOADS, **OTHERS}
