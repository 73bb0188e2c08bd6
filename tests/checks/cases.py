"""Errors, and the warnings that were there first: one way to get each id, and to lose it."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.cache import cache_page
from tests import views
from tests.checks.catalogue import (
    AUTHENTICATION,
    CSRF,
    HERE,
    MIDDLEWARE,
    NONCE,
    OURS,
    SESSIONS,
    Case,
)
from tests.settings import TEMPLATES

LOGIN = "security.middleware.LoginRequiredMiddleware"
EXPIRY = "security.middleware.SessionExpiryPolicyMiddleware"
THROTTLING = "security.auth_throttling.Middleware"
BACKEND = "security.auth_throttling.backends.ThrottlingBackend"
MODEL = "django.contrib.auth.backends.ModelBackend"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
DATABASE = "django.core.cache.backends.db.DatabaseCache"
DUMMY = "django.core.cache.backends.dummy.DummyCache"
PROTO = "HTTP_X_FORWARDED_PROTO"
COUNTED = {
    "MIDDLEWARE": [*MIDDLEWARE, THROTTLING],
    "AUTHENTICATION_BACKENDS": [BACKEND, MODEL],
    "AUTHENTICATION_THROTTLING": {"LOGIN_URLS_WITH_TEMPLATES": [("sync/", None)]},
}
WITH_NONCE = {"SECURE_CSP": {"default-src": ["'none'"], "script-src": [NONCE]}}
OPEN = {"SECURE_CSP": {"default-src": ["'self'"]}}


def cache(backend: str, most: int) -> dict[str, object]:
    options = {} if backend == DUMMY else {"MAX_ENTRIES": most}
    return {"default": {"BACKEND": backend, "LOCATION": "counts", "OPTIONS": options}}


ERRORS = {
    "bulwark.E001": Case(
        "settings.check_settings", {"SECURITY_ROUTES": []}, {"SECURITY_ROUTES": {}}
    ),
    "bulwark.E002": Case(
        "settings.check_routes",
        {"SECURITY_ROUTES": {"nowhere at all": {}}},
        {"SECURITY_ROUTES": {"shop:index": {}}},
    ),
    "bulwark.E003": Case(
        "deploy.check_proxies",
        {"SECURE_PROXY_SSL_HEADER": (PROTO, "https")},
        {"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]},
    ),
    "bulwark.E004": Case(
        "login.check_login",
        {"MIDDLEWARE": [OURS, SESSIONS, LOGIN, AUTHENTICATION], "LOGIN_URL": "sync"},
        {"MIDDLEWARE": [OURS, SESSIONS, AUTHENTICATION, LOGIN]},
    ),
    "bulwark.E005": Case(
        "throttling.check_throttling",
        {**COUNTED, "CACHES": cache(DUMMY, 1)},
        {"CACHES": cache(DATABASE, 100_000)},
    ),
    "bulwark.E006": Case(
        "throttling.check_throttling",
        {**COUNTED, "AUTHENTICATION_BACKENDS": [MODEL, BACKEND]},
        {"AUTHENTICATION_BACKENDS": [BACKEND, MODEL]},
    ),
    "bulwark.E007": Case(
        "settings.check_password_page",
        {"MANDATORY_PASSWORD_CHANGE": {"URL_NAME": "privat"}},
        {"MANDATORY_PASSWORD_CHANGE": {"URL_NAME": "private"}},
    ),
    "bulwark.E008": Case(
        "settings.check_users",
        {"AUTH_USER_MODEL": "people.Person"},
        {"AUTH_USER_MODEL": "auth.User"},
    ),
    "bulwark.E009": Case(
        "collecting.check_sink",
        {
            "ROOT_URLCONF": "security.urls",
            "SECURITY_REPORTS": {"SINK": "tests.collecting.sending.Stubborn"},
        },
        {"SECURITY_REPORTS": {}},
    ),
    "bulwark.E010": Case(
        "project.check_kinds", {"MIDDLEWARE": OURS}, {"MIDDLEWARE": [OURS, SESSIONS]}
    ),
    "bulwark.E011": Case(
        "cookies.check_cookie_prefixes",
        {"SESSION_COOKIE_NAME": "__Host-sessionid", "SESSION_COOKIE_PATH": "/shop/"},
        {"SESSION_COOKIE_PATH": "/"},
    ),
    "bulwark.E012": Case(
        "cookies.check_cross_site_cookies",
        {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": False},
        {"SESSION_COOKIE_SECURE": True},
    ),
    "bulwark.E013": Case(
        "proxies.check_proxy_header",
        {"SECURE_PROXY_SSL_HEADER": ("X-Forwarded-Proto", "https")},
        {"SECURE_PROXY_SSL_HEADER": (PROTO, "https")},
    ),
    "bulwark.E014": Case(
        "sessions.check_session_order",
        {"MIDDLEWARE": [OURS, EXPIRY, SESSIONS, AUTHENTICATION]},
        {"MIDDLEWARE": [OURS, SESSIONS, AUTHENTICATION, EXPIRY]},
    ),
    "bulwark.E015": Case(
        "sessions.check_session_middleware",
        {"MIDDLEWARE": [OURS, SESSIONS, EXPIRY]},
        {"MIDDLEWARE": [OURS, SESSIONS, AUTHENTICATION, EXPIRY]},
    ),
    "bulwark.E016": Case(
        "proxies.check_proxy_scheme",
        {"SECURE_PROXY_SSL_HEADER": (PROTO, "http")},
        {"SECURE_PROXY_SSL_HEADER": (PROTO, "https")},
    ),
    "bulwark.E017": Case(
        "uploads.check_upload_handlers",
        {"FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.NoSuchHandler"]},
        {"FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]},
    ),
    "bulwark.E020": Case(
        "endpoints.check_endpoint_names",
        {"SECURITY_REPORTING_ENDPOINTS": {"csp": "security_report"}},
        {"ROOT_URLCONF": "security.urls", "SECURITY_REPORTING_ENDPOINTS": {"csp": "csp_report"}},
    ),
}
FIRST_WARNINGS = {
    "bulwark.W001": Case(
        "deploy.check_allow_from",
        {"X_FRAME_OPTIONS": "allow-from https://a.example"},
        {"X_FRAME_OPTIONS": "SAMEORIGIN"},
    ),
    "bulwark.W002": Case(
        "deploy.check_hosts", {"ALLOWED_HOSTS": ["*"]}, {"SECURE_SSL_HOST": "www.example.com"}
    ),
    "bulwark.W003": Case(
        "deploy.check_gaps", {"SECURE_HSTS_SECONDS": 0}, {"SECURE_HSTS_SECONDS": 3600}
    ),
    "bulwark.W004": Case(
        "deploy.check_gaps",
        {"SECURE_SSL_REDIRECT": False},
        {"SECURITY_PROXY_REDIRECTS": True, "SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]},
    ),
    "bulwark.W005": Case(
        "deploy.check_gaps",
        {"SECURE_CONTENT_TYPE_NOSNIFF": False},
        {"SECURE_CONTENT_TYPE_NOSNIFF": True},
    ),
    "bulwark.W006": Case("deploy.check_gaps", {"SECURE_CSP": {}}, OPEN),
    "bulwark.W007": Case(
        "caches.check_cache_middleware",
        {"MIDDLEWARE": [OURS, UPDATE], **WITH_NONCE},
        {"MIDDLEWARE": [UPDATE, OURS]},
    ),
    "bulwark.W008": Case(
        "caches.check_cached_views",
        {"ROOT_URLCONF": (path("a/", cache_page(60)(views.sync_view), name="a"),), **WITH_NONCE},
        OPEN,
    ),
    "bulwark.W009": Case(
        "caches.check_cache_blocks",
        {"TEMPLATES": [{**TEMPLATES[0], "DIRS": [HERE / "templates"]}], **WITH_NONCE},
        {"TEMPLATES": TEMPLATES},
    ),
    "bulwark.W010": Case(
        "login.check_login",
        {
            "MIDDLEWARE": [*MIDDLEWARE, LOGIN],
            "LOGIN_URL": "sync",
            "SECURITY_LOGIN_EXEMPT_NAMES": ["nowhere at all"],
        },
        {"SECURITY_LOGIN_EXEMPT_NAMES": ["shop:index"]},
    ),
    "bulwark.W011": Case(
        "throttling.check_throttling_cache",
        {**COUNTED, "CACHES": cache(LOCMEM, 100_000)},
        {"CACHES": cache(DATABASE, 100_000)},
    ),
    "bulwark.W012": Case(
        "throttling.check_throttling",
        {**COUNTED, "CACHES": cache(DATABASE, 100_000), "AUTHENTICATION_BACKENDS": [MODEL]},
        {"AUTHENTICATION_BACKENDS": [BACKEND, MODEL]},
    ),
    "bulwark.W013": Case(
        "throttling.check_throttling_cache",
        {**COUNTED, "CACHES": cache(DATABASE, 300)},
        {"CACHES": cache(DATABASE, 100_000)},
    ),
    "bulwark.W014": Case(
        "collecting.check_report_addresses",
        {"SECURE_CSP": {"default-src": ["'self'"], "report-uri": ["/csp-report/"]}},
        {"ROOT_URLCONF": "security.urls"},
    ),
    "bulwark.W015": Case(
        "endpoints.check_endpoints",
        {"SECURE_CSP": {"default-src": ["'self'"], "report-to": ["csp"]}},
        {"SECURITY_REPORTING_ENDPOINTS": {"csp": "https://reports.example.com/"}},
    ),
    "bulwark.W016": Case(
        "cookies.check_secure_cookies",
        {
            "MIDDLEWARE": [OURS, SESSIONS, "tests.checks.classes.OwnCsrf"],
            "CSRF_COOKIE_NAME": "csrftoken",
            "CSRF_COOKIE_SECURE": False,
        },
        {"MIDDLEWARE": [OURS, SESSIONS, CSRF]},  # where Django asks: security.W016
    ),
}
