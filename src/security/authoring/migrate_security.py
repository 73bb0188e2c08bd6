"""django-security: one middleware and a few settings for each header. Read from 0.12.0."""

from __future__ import annotations

import re
from typing import Any, Final

from security.policy.csp.document import ContentSecurityPolicy
from security.policy.errors import PolicyError

from .migrate_change import Change, Settings, installed, present

_BASE: Final = "security.middleware."
FRAMES: Final = (f"{_BASE}XFrameOptionsMiddleware", f"{_BASE}XFrameOptionsDenyMiddleware")
NOSNIFF: Final = f"{_BASE}ContentNoSniff"
REFERRER: Final = f"{_BASE}ReferrerPolicyMiddleware"
CSP: Final = f"{_BASE}ContentSecurityPolicyMiddleware"
HSTS: Final = f"{_BASE}StrictTransportSecurityMiddleware"
_XSS: Final = f"{_BASE}XssProtectMiddleware"
_CLEARING: Final = f"{_BASE}ClearSiteDataMiddleware"
_CACHING: Final = f"{_BASE}NoConfidentialCachingMiddleware"
_P3P: Final = f"{_BASE}P3PPolicyMiddleware"
MIDDLEWARE: Final = (
    *FRAMES, NOSNIFF, REFERRER, CSP, HSTS, _XSS, _CLEARING, _CACHING, _P3P,
)  # fmt: skip
YEAR: Final = 31_536_000  # seconds; what STS_MAX_AGE is where nobody sets it


def translate(settings: Settings) -> Change | None:
    """Return what becomes of its header middlewares, or ``None`` where there are none."""
    middleware = installed(settings, *MIDDLEWARE)
    if not middleware:
        return None
    change = Change("django-security", middleware=middleware)
    change.leave("Uninstall django-security first: both packages are imported as 'security'.")
    for path, step in _STEPS.items():
        if path in middleware:
            step(change, settings)
    return change


def _policy(change: Change, settings: Settings) -> None:
    names = ["CSP_MODE", "CSP_DICT", "CSP_STRING"]
    change.removes += present(settings, names)
    mapping, text = settings.get("CSP_DICT"), settings.get("CSP_STRING")
    if bool(mapping) == bool(text):
        change.leave("CSP_DICT or CSP_STRING must be set, and not both: no policy was sent.")
        return
    try:
        if mapping:
            policy = ContentSecurityPolicy.from_csp_dict(mapping)
        else:
            policy = ContentSecurityPolicy.parse(text)  # type: ignore[arg-type]  # checks it
    except PolicyError as error:
        name = "CSP_DICT" if mapping else "CSP_STRING"
        change.leave(f"{error.describe(name)} {error.hint or ''} No policy is written.")
        return
    target = "SECURE_CSP_REPORT_ONLY" if _reports_only(change, settings) else "SECURE_CSP"
    change.adds[target] = {d.name: list(d.values) or True for d in policy.directives}
    change.tell("Internet Explorer gets the policy under its standard name, as everybody does.")


def _reports_only(change: Change, settings: Settings) -> bool:
    mode = settings.get("CSP_MODE") or "enforce"
    if mode not in {"enforce", "report-only"}:
        change.leave(f"CSP_MODE was {mode!r}, with which no policy was sent. It is enforced now.")
    return bool(mode == "report-only")


def _transport(change: Change, settings: Settings) -> None:
    change.removes += present(settings, ["STS_MAX_AGE", "STS_INCLUDE_SUBDOMAINS", "STS_PRELOAD"])
    change.adds["SECURE_HSTS_SECONDS"] = settings.get("STS_MAX_AGE", YEAR)
    change.adds["SECURE_HSTS_INCLUDE_SUBDOMAINS"] = bool(
        settings.get("STS_INCLUDE_SUBDOMAINS", True)
    )
    change.adds["SECURE_HSTS_PRELOAD"] = bool(settings.get("STS_PRELOAD", True))
    change.tell("Strict-Transport-Security is sent over HTTPS only; over HTTP browsers ignore it.")
    if "STS_PRELOAD" not in settings:
        change.tell(
            "django-security sends preload unless told otherwise, and anybody may then submit "
            "the host to a list that it leaves after months only: consider False."
        )


def _frames(change: Change, settings: Settings) -> None:
    option = settings.get("X_FRAME_OPTIONS", "DENY")
    if not option:
        change.removes.append("X_FRAME_OPTIONS")
        change.adds["X_FRAME_OPTIONS"] = "DENY"
    elif str(option).lower().startswith("allow-from"):
        change.tell("No browser honours allow-from: ours sends frame-ancestors beside it.")
    if settings.get("X_FRAME_OPTIONS_EXCLUDE_URLS"):
        change.tell("X_FRAME_OPTIONS_EXCLUDE_URLS holds in whole segments of the path.")


def _nosniff(change: Change, settings: Settings) -> None:
    change.tell("X-Content-Type-Options takes the place of X-Content-Options, which nobody reads.")


def _filter(change: Change, settings: Settings) -> None:
    if not settings.get("XSS_PROTECT"):
        change.removes += present(settings, ["XSS_PROTECT"])
        change.adds["XSS_PROTECT"] = "sanitize"
    change.tell("The filter that X-XSS-Protection turns on was a risk of its own: consider 'off'.")


def _referrer(change: Change, settings: Settings) -> None:
    change.removes += present(settings, ["REFERRER_POLICY"])
    value = settings.get("REFERRER_POLICY") or "same-origin"
    change.adds["SECURE_REFERRER_POLICY"] = None if value == "off" else value


def _clearing(change: Change, settings: Settings) -> None:
    paths = settings.get("CLEAR_SITE_DATA_URL_WHITELIST") or ()
    change.removes += present(settings, ["CLEAR_SITE_DATA_URL_WHITELIST"])
    change.adds["CLEAR_SITE_DATA_URL_WHITELIST"] = [_exactly(path) for path in paths]
    change.tell("CLEAR_SITE_DATA_URL_WHITELIST holds patterns here; these match as exactly.")


def _exactly(path: Any) -> str:
    """Return the pattern of one path alone. ``$`` keeps what lies below it out."""
    return re.sub(r"[^\w/-]", lambda found: re.escape(found[0]), str(path).lstrip("/")) + "$"


def _caching(change: Change, settings: Settings) -> None:
    change.tell("NO_CONFIDENTIAL_CACHING holds in whole segments of the path, below any prefix.")


_STEPS: Final = {
    CSP: _policy,
    HSTS: _transport,
    FRAMES[0]: _frames,
    FRAMES[1]: _frames,
    NOSNIFF: _nosniff,
    REFERRER: _referrer,
    _XSS: _filter,
    _CLEARING: _clearing,
    _CACHING: _caching,
}
