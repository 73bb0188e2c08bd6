"""What the checks of the middleware find, and what middlewares and settings to ask about."""

from __future__ import annotations

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
ALL_OF_DJANGO = {
    "SECURE_HSTS_SECONDS": 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_SSL_REDIRECT": True,
    "X_FRAME_OPTIONS": "DENY",
}
PROXIED = {
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURITY_TRUSTED_PROXIES": ["10.0.0.0/8"],
}
STRICT_CSP = {"SECURE_CSP": {"script-src": ["'self'"]}}
