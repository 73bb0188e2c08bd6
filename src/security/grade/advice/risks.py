"""What each suggested setting may break, in one sentence, and the page that says more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Risk(NamedTuple):
    """One sentence, and a page relative to ``docs/``."""

    text: str
    docs: str


_LOGIN: Final = "Over plain HTTP, as with runserver, nobody can log in and no form works any more."
_ONCE: Final = "Everybody has to log in once more."
_HOST_ONLY: Final = "Other subdomains no longer receive the cookie, so a common login ends."
_ISOLATION: Final = "headers/isolation.md"
_SESSIONS: Final = "sessions.md"
_HSTS: Final = "headers/hsts.md"

RISKS: Final[Mapping[str, Risk]] = {
    "INSTALLED_APPS": Risk("The app brings tables: run manage.py migrate.", "install.md"),
    "MIDDLEWARE": Risk(
        "A host that is not in ALLOWED_HOSTS gets 400 before any view runs.", "quickstart.md"
    ),
    "SECURITY_PRESET = strict": Risk(
        "Pages with inline scripts stop working: walk with SECURE_CSP_REPORT_ONLY first; and for "
        "a year browsers refuse plain HTTP for this host and all below it.",
        "presets.md",
    ),
    "SECURITY_PRESET = balanced": Risk(
        "It blocks nothing that ordinary pages load; for a day browsers refuse plain HTTP.",
        "presets.md",
    ),
    "SECURE_SSL_REDIRECT": Risk(
        "Behind a proxy that ends TLS it redirects for ever: name the proxy first, by "
        "SECURE_PROXY_SSL_HEADER and SECURITY_TRUSTED_PROXIES.",
        "proxies.md#the-redirect-to-https",
    ),
    "SECURE_HSTS_SECONDS": Risk(
        "For a year browsers refuse plain HTTP for this host: SECURITY_HSTS_RAMP gets there step "
        "by step.",
        _HSTS,
    ),
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": Risk(
        "Browsers refuse plain HTTP for every host below this one too.", _HSTS
    ),
    "SECURE_HSTS_PRELOAD": Risk("The host leaves the preload list after months only.", _HSTS),
    "SECURE_CONTENT_TYPE_NOSNIFF": Risk(
        "Scripts and styles that are served with a wrong type stop working.", "headers/nosniff.md"
    ),
    "X_FRAME_OPTIONS": Risk(
        "No site may frame a page any more, this one included.", "headers/frames.md"
    ),
    "SECURE_REFERRER_POLICY": Risk(
        "Other sites no longer learn where their visitors come from.", "headers/referrer.md"
    ),
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": Risk(
        "Windows of other sites, as for a payment or a login, lose their handle on the page.",
        _ISOLATION,
    ),
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": Risk(
        "Pages that embed files of other sites lose those that have not agreed: try "
        "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY first.",
        _ISOLATION,
    ),
    "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY": Risk(
        "Other sites can no longer show images or load scripts of this one.", _ISOLATION
    ),
    "PERMISSIONS_POLICY": Risk(
        "Pages that use a feature named here lose it.", "headers/permissions.md"
    ),
    "SECURITY_CSP_ADD": Risk("It widens the policy by what this page loads.", "csp_parts.md"),
    "SECURITY_CSP_REMOVE": Risk(
        "What another page needs of these sources stops working: walk with "
        "SECURE_CSP_REPORT_ONLY first.",
        "csp_parts.md",
    ),
    "SECURITY_CSP_REPLACE": Risk(
        "It holds for every page: what another one needs of these directives stops working.",
        "csp_parts.md",
    ),
    "SECURITY_CACHE_CONTROL": Risk(
        "Shared caches no longer keep any page that does not say so itself.", "headers/caching.md"
    ),
    "XSS_PROTECT": Risk("None: no browser of today has the filter.", "headers/legacy.md"),
    "SESSION_COOKIE_SECURE": Risk(_LOGIN, _SESSIONS),
    "SESSION_COOKIE_HTTPONLY": Risk(
        "Scripts that read the session cookie stop working.", _SESSIONS
    ),
    "SESSION_COOKIE_SAMESITE": Risk(
        "Pages of other sites that embed this one, or post to it, find nobody logged in.", _SESSIONS
    ),
    "SESSION_COOKIE_PATH": Risk(_ONCE, _SESSIONS),
    "SESSION_COOKIE_DOMAIN": Risk(_HOST_ONLY, _SESSIONS),
    "SESSION_COOKIE_NAME": Risk(f"{_ONCE} {_LOGIN}", _SESSIONS),
    "CSRF_COOKIE_SECURE": Risk(_LOGIN, _SESSIONS),
    "CSRF_COOKIE_SAMESITE": Risk("Forms in frames of other sites stop working.", _SESSIONS),
    "CSRF_COOKIE_PATH": Risk("None: the cookie is set anew.", _SESSIONS),
    "CSRF_COOKIE_DOMAIN": Risk(_HOST_ONLY, _SESSIONS),
    "LANGUAGE_COOKIE_SECURE": Risk("Over plain HTTP the chosen language is forgotten.", _SESSIONS),
    "LANGUAGE_COOKIE_SAMESITE": Risk("None: the cookie is for this site alone.", _SESSIONS),
    "LANGUAGE_COOKIE_PATH": Risk("None: the cookie is set anew.", _SESSIONS),
    "LANGUAGE_COOKIE_DOMAIN": Risk(_HOST_ONLY, _SESSIONS),
    "CSRF_COOKIE_HTTPONLY": Risk(
        "Scripts that read the token from the cookie have to read it from the page.", _SESSIONS
    ),
    "CSRF_COOKIE_NAME": Risk("Scripts that read the cookie by its name stop working.", _SESSIONS),
    "LANGUAGE_COOKIE_HTTPONLY": Risk("Scripts that read the cookie stop working.", _SESSIONS),
    "LANGUAGE_COOKIE_NAME": Risk("The languages that visitors chose are forgotten.", _SESSIONS),
    "CORS_ALLOW_CREDENTIALS": Risk(
        "Pages of other sites that use this one in the name of a visitor stop working: name them "
        "in CORS_ALLOWED_ORIGINS.",
        "grade.md#findings",
    ),
    "DEBUG": Risk("Django no longer serves static files by itself.", "grade.md#findings"),
    "ALLOWED_HOSTS": Risk("Any other host gets 400: add those that you serve.", "proxies.md"),
}


def risk_of(setting: str, value: object = None) -> Risk:
    """Return what a setting may break. Raises ``KeyError`` for one that is never suggested."""
    return RISKS.get(f"{setting} = {value}") or RISKS[setting]
