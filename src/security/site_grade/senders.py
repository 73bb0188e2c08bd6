"""Which middleware sends which header, and the settings that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.module_loading import import_string

OURS: Final = "security.middleware.security.SecurityMiddleware"
DJANGOSECURE: Final = "djangosecure.middleware.SecurityMiddleware"

HSTS: Final = "Strict-Transport-Security"
CSP: Final = "Content-Security-Policy"
CSP_REPORT_ONLY: Final = "Content-Security-Policy-Report-Only"
FRAMES: Final = "X-Frame-Options"
NOSNIFF: Final = "X-Content-Type-Options"
REFERRER: Final = "Referrer-Policy"
OPENER: Final = "Cross-Origin-Opener-Policy"
CACHE: Final = "Cache-Control"
CLEAR: Final = "Clear-Site-Data"
ENDPOINTS: Final = "Reporting-Endpoints"
XSS: Final = "X-XSS-Protection"

# Headers that are spoken of, sent or not, in this order.
ALWAYS: Final = (
    HSTS,
    CSP,
    CSP_REPORT_ONLY,
    NOSNIFF,
    FRAMES,
    REFERRER,
    "Permissions-Policy",
    OPENER,
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Resource-Policy",
    "Origin-Agent-Cluster",
    "Integrity-Policy",
    ENDPOINTS,
    CACHE,
    CLEAR,
)
# And those that are spoken of where they are sent, or were until somebody took them away.
WHERE_SENT: Final = (
    "Cross-Origin-Opener-Policy-Report-Only",
    "Cross-Origin-Embedder-Policy-Report-Only",
    "Permissions-Policy-Report-Only",
    "Integrity-Policy-Report-Only",
    "X-Permitted-Cross-Domain-Policies",
    "X-DNS-Prefetch-Control",
    XSS,
    "X-Content-Options",
    "P3P",
    "Pragma",
    "Expires",
    "Feature-Policy",
    "Report-To",
    "NEL",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "WWW-Authenticate",
    "Server",
    "X-Powered-By",
)

# What our middleware sends, and the setting whose value it is.
SETTINGS: Final[Mapping[str, str]] = {
    HSTS: "SECURE_HSTS_SECONDS",
    CSP: "SECURE_CSP",
    CSP_REPORT_ONLY: "SECURE_CSP_REPORT_ONLY",
    NOSNIFF: "SECURE_CONTENT_TYPE_NOSNIFF",
    FRAMES: "X_FRAME_OPTIONS",
    REFERRER: "SECURE_REFERRER_POLICY",
    "Permissions-Policy": "PERMISSIONS_POLICY",
    "Permissions-Policy-Report-Only": "PERMISSIONS_POLICY_REPORT_ONLY",
    OPENER: "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    f"{OPENER}-Report-Only": "SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY",
    "Cross-Origin-Embedder-Policy": "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY",
    "Cross-Origin-Embedder-Policy-Report-Only": (
        "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY"
    ),
    "Cross-Origin-Resource-Policy": "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY",
    "Origin-Agent-Cluster": "SECURITY_ORIGIN_AGENT_CLUSTER",
    "Integrity-Policy": "SECURITY_INTEGRITY_POLICY",
    "Integrity-Policy-Report-Only": "SECURITY_INTEGRITY_POLICY_REPORT_ONLY",
    ENDPOINTS: "SECURITY_REPORTING_ENDPOINTS",
    CACHE: "SECURITY_CACHE_CONTROL",
    CLEAR: "SECURITY_CLEAR_SITE_DATA",
    "X-Permitted-Cross-Domain-Policies": "SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES",
    "X-DNS-Prefetch-Control": "SECURITY_DNS_PREFETCH_CONTROL",
    XSS: "XSS_PROTECT",
    "P3P": "P3P_COMPACT_POLICY",
}

_CONFIDENTIAL: Final = dict.fromkeys((CACHE, "Pragma", "Expires"), "NO_CONFIDENTIAL_CACHING")

# A middleware by its class, to the headers that it sends and the settings that decide.
SENDERS: Final[Mapping[str, Mapping[str, str]]] = {
    OURS: SETTINGS,
    DJANGOSECURE: {
        HSTS: "SECURE_HSTS_SECONDS",
        NOSNIFF: "SECURE_CONTENT_TYPE_NOSNIFF",
        FRAMES: "SECURE_FRAME_DENY",
        XSS: "SECURE_BROWSER_XSS_FILTER",
    },
    "django.middleware.security.SecurityMiddleware": {
        HSTS: "SECURE_HSTS_SECONDS",
        NOSNIFF: "SECURE_CONTENT_TYPE_NOSNIFF",
        REFERRER: "SECURE_REFERRER_POLICY",
        OPENER: "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    },
    "django.middleware.clickjacking.XFrameOptionsMiddleware": {FRAMES: "X_FRAME_OPTIONS"},
    "django.middleware.csp.ContentSecurityPolicyMiddleware": {
        CSP: "SECURE_CSP",
        CSP_REPORT_ONLY: "SECURE_CSP_REPORT_ONLY",
    },
    "security.middleware.csp.ContentSecurityPolicyMiddleware": {
        CSP: "CSP_DICT",
        CSP_REPORT_ONLY: "CSP_REPORT_DICT",
        ENDPOINTS: "SECURITY_REPORTING_ENDPOINTS",
    },
    "security.middleware.frames.XFrameOptionsMiddleware": {FRAMES: "X_FRAME_OPTIONS"},
    "security.middleware.single.ContentNoSniff": {NOSNIFF: "", "X-Content-Options": ""},
    "security.middleware.single.ReferrerPolicyMiddleware": {REFERRER: "REFERRER_POLICY"},
    "security.middleware.single.XssProtectMiddleware": {XSS: "XSS_PROTECT"},
    "security.middleware.single.P3PPolicyMiddleware": {"P3P": "P3P_COMPACT_POLICY"},
    "security.middleware.single.StrictTransportSecurityMiddleware": {HSTS: "STS_MAX_AGE"},
    "security.middleware.caching.NoConfidentialCachingMiddleware": _CONFIDENTIAL,
    "security.middleware.caching.ClearSiteDataMiddleware": {CLEAR: "CLEAR_SITE_DATA_URL_WHITELIST"},
}

# Cookies that middlewares of Django send, by the setting with their name.
COOKIES: Final = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")


def kind_of(path: str) -> str | None:
    """Return which of ``SENDERS`` a middleware is, or is a subclass of."""
    found: Any = import_string(path)
    names = (f"{each.__module__}.{each.__qualname__}" for each in getattr(found, "__mro__", ()))
    return next((name for name in names if name in SENDERS), None)


def that_send(header: str, middlewares: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each middleware that may send a header: its path, its kind and the setting."""
    for path in middlewares:
        kind = kind_of(path)
        if kind is not None and header in SENDERS[kind]:
            yield path, kind, SENDERS[kind][header]
