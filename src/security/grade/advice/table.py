"""What mends what: for each thing that a grader finds, settings, or a note on what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from security.policy.csp.finding import Type
from security.policy.hsts import YEAR

from .change import PRESET


class Row(NamedTuple):
    """
    Settings that mend a fault, each with its value, and what to do where they cannot.

    ``{}`` in the name of a setting stands for SESSION, CSRF or LANGUAGE: whose cookie it is.
    """

    settings: Mapping[str, Any]
    work: str
    docs: str


def _set(docs: str, work: str = "", /, **settings: Any) -> Row:
    return Row(settings, work, docs)


def _cookie(work: str, /, **settings: Any) -> Row:
    return Row({f"{{}}_COOKIE_{key}": value for key, value in settings.items()}, work, _SESSIONS)


def _do(docs: str, work: str) -> Row:
    return Row({}, work, docs)


_GRADE: Final = "grade.md#findings"
_HSTS: Final = "headers/hsts.md"
_CSP: Final = "headers/csp.md"
_FRAMES: Final = "headers/frames.md"
_CACHING: Final = "headers/caching.md"
_REDIRECT: Final = "proxies.md#the-redirect-to-https"
_REFERRER: Final = "headers/referrer.md"
_ISOLATION: Final = "headers/isolation.md"
_PERMISSIONS: Final = "headers/permissions.md"
_REPORTING: Final = "headers/reporting.md"
_INTEGRITY: Final = "headers/integrity.md"
_SESSIONS: Final = "sessions.md"

_OWN_COOKIE: Final = "No setting of Django has this cookie: change the call of set_cookie()"
_ORIGINS: Final = "Name the origins that may read answers: CORS_ALLOWED_ORIGINS."
_UNCACHED: Final = (
    "A view or a server before Django lets caches keep the page: put @never_cache or "
    "@cache_control(private=True) on the view."
)
_POWERS: Final[dict[str, list[str]]] = {"camera": [], "geolocation": [], "microphone": []}
_STRICT: Final = _set(_CSP, "Write the policy as a header: SECURE_CSP.", **{PRESET: "strict"})
_LINT: Final = _do(
    "csp_lint.md",
    "Change the policy where it is written; 'bulwark csp lint' says what is wrong with each word.",
)
_OPENER: Final = _set(_ISOLATION, SECURE_CROSS_ORIGIN_OPENER_POLICY="same-origin")
_EMBEDDER: Final = _set(
    _ISOLATION,
    "All that the pages load from other sites has to agree first: "
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY tells what does not.",
    SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY="require-corp",
)
_RESOURCE: Final = _set(_ISOLATION, SECURITY_CROSS_ORIGIN_RESOURCE_POLICY="same-origin")
_PRIVATE: Final = _set(
    _REFERRER,
    "A meta tag of the page, a view or a server before Django says it too: change it there.",
    SECURE_REFERRER_POLICY="same-origin",
)
_LASTING: Final = _set(
    _HSTS,
    "A server before Django sends the header, or SECURITY_HSTS_RAMP raises it day by day.",
    SECURE_HSTS_SECONDS=YEAR,
)
_NOSNIFF: Final = _set("headers/nosniff.md", SECURE_CONTENT_TYPE_NOSNIFF=True)
_DENY: Final = _set(_FRAMES, X_FRAME_OPTIONS="DENY")
_TO_HTTPS: Final = _set(
    _REDIRECT,
    "The redirect is made before Django: let the server lead http://host/ to https://host/ first.",
    SECURE_SSL_REDIRECT=True,
)
_SECURE: Final = _cookie(f"{_OWN_COOKIE}: secure=True.", SECURE=True)


def _replace(directive: str, source: str) -> Row:
    return _set(
        _CSP,
        f"Add {directive} to your policy: {directive} {source}.",
        SECURITY_CSP_REPLACE={directive: [source]},
    )


FINDINGS: Final[Mapping[str, Row]] = {
    "transport.no-https": _do(_REDIRECT, "Get a certificate and let the server answer at HTTPS."),
    "transport.certificate": _do(
        _REDIRECT, "Install a certificate for this host, with all intermediate certificates."
    ),
    "transport.no-redirect": _TO_HTTPS,
    "transport.detour": _TO_HTTPS,
    "hsts.missing": _LASTING,
    "hsts.invalid": _LASTING,
    "hsts.off": _LASTING,
    "hsts.short": _LASTING,
    "hsts.no-subdomains": _set(_HSTS, _LASTING.work, SECURE_HSTS_INCLUDE_SUBDOMAINS=True),
    "hsts.preload-refused": _set(
        _HSTS, _LASTING.work, SECURE_HSTS_SECONDS=YEAR, SECURE_HSTS_INCLUDE_SUBDOMAINS=True
    ),
    "hsts.preload-at-risk": _set(_HSTS, _LASTING.work, SECURE_HSTS_PRELOAD=True),
    "hsts.repeated": _do(_HSTS, "Send it from one place: from Django, or from the server before."),
    "csp.missing": _STRICT,
    "csp.report-only": _do(
        _CSP, "When the reports are quiet, rename SECURE_CSP_REPORT_ONLY to SECURE_CSP."
    ),
    "csp.meta": _STRICT,
    "csp.too-many": _do(_CSP, "Send one policy from one place."),
    "cookies.session-no-secure": _SECURE,
    "cookies.no-secure": _SECURE,
    "cookies.none-without-secure": _SECURE,
    "cookies.session-no-httponly": _cookie(f"{_OWN_COOKIE}: httponly=True.", HTTPONLY=True),
    "cookies.no-samesite": _cookie(f"{_OWN_COOKIE}: samesite='Lax'.", SAMESITE="Lax"),
    "cookies.broken-prefix": _cookie(
        f"{_OWN_COOKIE}: secure=True, path='/' and no domain.", SECURE=True, PATH="/", DOMAIN=None
    ),
    "cookies.no-prefix": _cookie(
        f"{_OWN_COOKIE}: let its name begin with __Host-.", NAME="__Host-sessionid", SECURE=True
    ),
    "cookies.wide-session": _cookie(f"{_OWN_COOKIE}: no domain.", DOMAIN=None),
    "cookies.foreign-domain": _cookie(f"{_OWN_COOKIE}: no domain.", DOMAIN=None),
    "cookies.too-large": _do(
        _SESSIONS, "Keep less in the cookie; SESSION_ENGINE can keep sessions in the database."
    ),
    "scripts.insecure": _do(
        _INTEGRITY, "Load the script over https://, or serve it from your own static files."
    ),
    "scripts.no-integrity": _do(
        _INTEGRITY,
        "Serve the script from your own static files, or give it integrity and crossorigin; "
        "'manage.py scriptinventory' lists what browsers ran.",
    ),
    "sharing.any-origin": _set(_GRADE, _ORIGINS, CORS_ALLOW_CREDENTIALS=False),
    "sharing.null-origin": _set(_GRADE, _ORIGINS, CORS_ALLOW_CREDENTIALS=False),
    "sharing.reflected": _do(_GRADE, _ORIGINS),
    "sharing.star-with-credentials": _set(_GRADE, _ORIGINS, CORS_ALLOW_CREDENTIALS=False),
    "frames.missing": _DENY,
    "frames.invalid": _DENY,
    "frames.allow-from": _do(
        _FRAMES, "Name the site in frame-ancestors of SECURE_CSP, and set X_FRAME_OPTIONS = 'DENY'."
    ),
    "frames.conflict": _do(
        _FRAMES, "Decide who may frame the page: X_FRAME_OPTIONS and frame-ancestors must agree."
    ),
    "frames.only-in-meta": _DENY,
    "frames.no-ancestors": _replace("frame-ancestors", "'none'"),
    "nosniff.missing": _NOSNIFF,
    "nosniff.invalid": _NOSNIFF,
    "nosniff.no-type": _do("headers/nosniff.md", "Give the response of the view a content_type."),
    "referrer.missing": _PRIVATE,
    "referrer.invalid": _PRIVATE,
    "referrer.unsafe": _PRIVATE,
    "referrer.telling": _PRIVATE,
    "coop.missing": _OPENER,
    "coop.invalid": _OPENER,
    "coop.unsafe-none": _OPENER,
    "coep.missing": _EMBEDDER,
    "coep.invalid": _EMBEDDER,
    "coep.alone": _OPENER,
    "corp.missing": _RESOURCE,
    "corp.invalid": _RESOURCE,
    "permissions.missing": _set(_PERMISSIONS, PERMISSIONS_POLICY=_POWERS),
    "permissions.invalid": _set(_PERMISSIONS, PERMISSIONS_POLICY=_POWERS),
    "permissions.everybody": _do(
        _PERMISSIONS, "Name the origins that need the feature in PERMISSIONS_POLICY, in place of *."
    ),
    "permissions.unknown-feature": _do(
        _PERMISSIONS, "Correct the name in PERMISSIONS_POLICY, or take it out."
    ),
    "permissions.old-name": _set(
        _PERMISSIONS,
        "Take FEATURE_POLICY and what sends it out: browsers read Permissions-Policy.",
        PERMISSIONS_POLICY=_POWERS,
    ),
    "caching.shared-cookie": _do(_CACHING, _UNCACHED),
    "caching.shared-nonce": _do(_CACHING, _UNCACHED),
    "caching.session-kept": _set(
        _CACHING, _UNCACHED, SECURITY_CACHE_CONTROL=["private", "no-cache"]
    ),
    "reporting.invalid": _do(
        _REPORTING, "Write it as SECURITY_REPORTING_ENDPOINTS = {'main': 'security_reports'}."
    ),
    "reporting.undeclared": _do(
        _REPORTING, "Declare the endpoint by its name in SECURITY_REPORTING_ENDPOINTS."
    ),
    "reporting.old-name": _do(
        _REPORTING, "Declare the endpoints in SECURITY_REPORTING_ENDPOINTS as well."
    ),
    "clear-site-data.invalid": _do(
        "headers/clear_site_data.md",
        "Send it by SECURITY_CLEAR_SITE_DATA in a row of SECURITY_ROUTES, which writes the quotes.",
    ),
    "clear-site-data.insecure": _TO_HTTPS,
    "disclosure.server": _do(_GRADE, "In the server: server_tokens off, or ServerTokens Prod."),
    "disclosure.software": _do(_GRADE, "Remove the header where it is set."),
    "disclosure.debug": _set(
        _GRADE, "The server runs with other settings: restart it.", DEBUG=False
    ),
    "legacy.xss-filter": _set("headers/legacy.md", XSS_PROTECT="off"),
    "legacy.gone": _do("headers/legacy.md", "Stop sending the header where it is set."),
    **{f"csp.{one}": _LINT for one in Type},
    f"csp.{Type.FORM_ACTION_MISSING}": _replace("form-action", "'self'"),
    f"csp.{Type.FRAME_ANCESTORS_MISSING}": _replace("frame-ancestors", "'none'"),
}

# Of a lint that misses a directive: what to put there.
DIRECTIVES: Final[Mapping[str, Row]] = {
    "object-src": _replace("object-src", "'none'"),
    "base-uri": _replace("base-uri", "'none'"),
}

# Sources that may go where nothing on the page needs them.
REMOVABLE: Final = frozenset(
    f"csp.{one}"
    for one in (
        Type.PLAIN_URL_SCHEMES,
        Type.PLAIN_WILDCARD,
        Type.SCRIPT_UNSAFE_EVAL,
        Type.SCRIPT_UNSAFE_HASHES,
        Type.SCRIPT_UNSAFE_INLINE,
        Type.SRC_HTTP,
    )
)
