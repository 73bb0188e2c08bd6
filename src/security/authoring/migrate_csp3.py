"""django-csp 3: one setting for each directive, ``CSP_IMG_SRC``. Read from version 3.8."""

from __future__ import annotations

from typing import Any, Final

from security.policy.csp.vocabulary import DIRECTIVES, NONCE

from .migrate_change import (
    OUR_PROCESSOR,
    Change,
    Settings,
    check,
    directive,
    installed,
    present,
    processors,
    with_nonce,
    words,
)

MIDDLEWARE: Final = (
    "csp.middleware.CSPMiddleware",
    "csp.contrib.rate_limiting.RateLimitedCSPMiddleware",
)
PROCESSOR: Final = "csp.context_processors.nonce"
NAMES: Final = {
    f"CSP_{name.replace('-', '_').upper()}": name
    for name in (
        "default-src",
        "script-src",
        "script-src-attr",
        "script-src-elem",
        "style-src",
        "style-src-attr",
        "style-src-elem",
        "img-src",
        "font-src",
        "connect-src",
        "media-src",
        "object-src",
        "child-src",
        "frame-src",
        "worker-src",
        "manifest-src",
        "prefetch-src",
        "base-uri",
        "form-action",
        "frame-ancestors",
        "navigate-to",
        "plugin-types",
        "sandbox",
        "require-sri-for",
        "require-trusted-types-for",
        "trusted-types",
        "upgrade-insecure-requests",
        "block-all-mixed-content",
        "report-uri",
        "report-to",
    )
}
TARGETS: Final = frozenset({"SECURE_CSP", "SECURE_CSP_REPORT_ONLY"})
OTHERS: Final = (
    "CSP_INCLUDE_NONCE_IN",
    "CSP_REPORT_ONLY",
    "CSP_EXCLUDE_URL_PREFIXES",
    "CSP_REPORT_PERCENTAGE",
)


def translate(settings: Settings) -> Change | None:
    """Return what becomes of the settings of django-csp 3, or ``None`` where it is not used."""
    middleware = installed(settings, *MIDDLEWARE)
    names = present(settings, (*NAMES, *OTHERS))
    if settings.keys() & {"CONTENT_SECURITY_POLICY", "CONTENT_SECURITY_POLICY_REPORT_ONLY"}:
        return None
    if not middleware and not names:
        return None
    change = Change("django-csp 3", removes=names, middleware=middleware)
    if names or not settings.keys() & TARGETS:  # else they have moved already
        _write(change, settings)
    surroundings(change, settings)
    return change


def _write(change: Change, settings: Settings) -> None:
    """Write the policy, and note what of it has no counterpart."""
    policy: dict[str, Any] = {}
    for setting, name in NAMES.items():
        raw = settings.get(setting, ["'self'"] if name == "default-src" else None)
        if (value := directive(change, setting, name, raw)) is not None:
            policy[name] = value
    _include_nonce(change, settings, policy)
    target = "SECURE_CSP_REPORT_ONLY" if settings.get("CSP_REPORT_ONLY") else "SECURE_CSP"
    change.adds[target] = policy
    check(change, target, policy)
    if prefixes := settings.get("CSP_EXCLUDE_URL_PREFIXES"):
        excluded(change, "CSP_EXCLUDE_URL_PREFIXES", target, prefixes)
    if "CSP_REPORT_PERCENTAGE" in settings:
        percentage(change, "CSP_REPORT_PERCENTAGE")


def excluded(change: Change, setting: str, target: str, prefixes: object) -> None:
    """Note which paths got no policy. A route has a name, a prefix has none."""
    change.leave(
        f"{setting} left {prefixes!r} without a policy. Rows of SECURITY_ROUTES go by URL name, "
        f'namespace or app label: write {{"admin:*": {{"{target}": None}}}} for each.'
    )


def percentage(change: Change, setting: str) -> None:
    change.tell(f"{setting} has no counterpart: every response names where to report.")


def surroundings(change: Change, settings: Settings) -> None:
    """Note what templates and views hold of django-csp, which no settings file shows."""
    change.apps = ("csp",)
    change.modules = ("csp",)
    found = processors(settings)
    nonce = with_nonce(change.adds.values())
    if PROCESSOR in found:
        change.processors[PROCESSOR] = OUR_PROCESSOR
    elif nonce and OUR_PROCESSOR not in found:
        change.leave(f'Add "{OUR_PROCESSOR}" to the context processors of TEMPLATES.')
    if nonce or PROCESSOR in found:
        change.leave(
            "In templates, {{ csp_nonce }} takes the place of {{ request.csp_nonce }} and "
            "{{ CSP_NONCE }}; {% load csp %} and its {% script %} go."
        )
        change.tell("A page that read its nonce gets Cache-Control: private, unless it has one.")
    change.tell("In views, @csp_override({...}) takes the place of the decorators of django-csp.")


def _include_nonce(change: Change, settings: Settings, policy: dict[str, Any]) -> None:
    named: tuple[str, ...] = ("default-src",)
    if "CSP_INCLUDE_NONCE_IN" in settings:
        named = words(settings, "CSP_INCLUDE_NONCE_IN")
    for name in named:
        if name not in DIRECTIVES:
            change.leave(f"CSP_INCLUDE_NONCE_IN names {name!r}, which is no directive: left out.")
            continue
        if name not in policy:
            policy[name] = list(policy.get("default-src", []))
            change.tell(
                f"CSP_INCLUDE_NONCE_IN names {name!r}, which had no sources: it starts from those "
                "of default-src. django-csp allowed the nonce alone on pages that read it."
            )
        if isinstance(policy[name], list) and NONCE not in policy[name]:
            policy[name] = [word for word in policy[name] if word.lower() != "'none'"] + [NONCE]
