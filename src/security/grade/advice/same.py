"""Which findings say the same as what other graders hold against a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from security.policy.csp.finding import Type

_BARE: Final = ("cookies.session-no-secure", "cookies.no-secure")
_WEAK: Final = tuple(
    f"csp.{one}"
    for one in (
        Type.SCRIPT_UNSAFE_INLINE,
        Type.PLAIN_URL_SCHEMES,
        Type.PLAIN_WILDCARD,
        Type.MISSING_DIRECTIVES,
    )
)
_INSECURE: Final = (f"csp.{Type.SRC_HTTP}", f"csp.{Type.PLAIN_URL_SCHEMES}")
_MISSING: Final = ("csp.missing", "csp.meta", "csp.report-only")
_SHORT: Final = ("hsts.short", "hsts.off", "hsts.invalid", "hsts.missing")

# The findings that say the same as a result of the Observatory, the nearest first.
RESULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "csp-header-invalid": (f"csp.{Type.REPEATED_DIRECTIVE}",),
    "csp-not-implemented-but-reporting-enabled": ("csp.report-only", "csp.missing"),
    "csp-not-implemented": _MISSING,
    "csp-implemented-with-unsafe-inline": _WEAK,
    "csp-implemented-with-insecure-scheme": _INSECURE,
    "csp-implemented-with-unsafe-eval": (f"csp.{Type.SCRIPT_UNSAFE_EVAL}",),
    "csp-implemented-with-insecure-scheme-in-passive-content-only": _INSECURE,
    "cookies-session-without-secure-flag": _BARE,
    "cookies-session-without-httponly-flag": ("cookies.session-no-httponly",),
    "cookies-anticsrf-without-samesite-flag": ("cookies.no-samesite",),
    "cookies-samesite-flag-invalid": ("cookies.none-without-secure", "cookies.no-samesite"),
    "cookies-session-without-secure-flag-but-protected-by-hsts": _BARE,
    "cookies-without-secure-flag": _BARE,
    "cookies-without-secure-flag-but-protected-by-hsts": _BARE,
    "coep-header-invalid": ("coep.invalid",),
    "coop-header-invalid": ("coop.invalid",),
    "corp-header-invalid": ("corp.invalid",),
    "cross-origin-resource-sharing-implemented-with-universal-access": ("sharing.any-origin",),
    "redirection-invalid-cert": ("transport.certificate",),
    "redirection-missing": ("transport.no-redirect",),
    "redirection-not-to-https": ("transport.no-redirect",),
    "redirection-not-to-https-on-initial-redirection": ("transport.detour",),
    "redirection-off-host-from-http": ("transport.detour",),
    "referrer-policy-unsafe": ("referrer.unsafe", "referrer.telling"),
    "referrer-policy-header-invalid": ("referrer.invalid",),
    "hsts-not-implemented-no-https": ("transport.no-https",),
    "hsts-invalid-cert": ("transport.certificate",),
    "hsts-not-implemented": _SHORT,
    "hsts-header-invalid": _SHORT,
    "hsts-implemented-max-age-less-than-six-months": _SHORT,
    "html-not-parseable": ("nosniff.no-type",),
    "sri-not-implemented-and-external-scripts-not-loaded-securely": (
        "scripts.no-integrity",
        "scripts.insecure",
    ),
    "sri-not-implemented-but-external-scripts-loaded-securely": ("scripts.no-integrity",),
    "sri-implemented-but-external-scripts-not-loaded-securely": ("scripts.insecure",),
    "x-content-type-options-header-invalid": ("nosniff.invalid",),
    "x-content-type-options-not-implemented": ("nosniff.missing",),
    "x-frame-options-header-invalid": ("frames.invalid",),
    "x-frame-options-not-implemented": ("frames.missing",),
}

# The same for headers that securityheaders.com misses, and for what it warns of.
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Strict-Transport-Security": ("transport.no-https", "hsts.missing"),
    "Content-Security-Policy": _MISSING,
    "X-Content-Type-Options": ("nosniff.missing",),
    "X-Frame-Options": ("frames.missing",),
    "Referrer-Policy": ("referrer.missing",),
    "Permissions-Policy": ("permissions.missing",),
    "no HTTPS": ("transport.no-https",),
    "'unsafe-inline' in script-src": _WEAK,
    "'unsafe-inline' in default-src": _WEAK,
    "unsafe-url as Referrer-Policy": ("referrer.unsafe",),
}
