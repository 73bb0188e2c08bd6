"""Permissions-Policy: what the page, and whatever it frames, may use of the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.permissions import PermissionsPolicy
from security.policy.permissions_features import FEATURES

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_HEADER: Final = PermissionsPolicy.name
_DOCS: Final = "headers/permissions.md"
POWERFUL: Final = frozenset(
    {
        "camera",
        "display-capture",
        "geolocation",
        "hid",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    }
)


def _finding(name: str, severity: Severity, message: str, hint: str) -> Finding:
    return Finding(f"permissions.{name}", severity, _HEADER, message, hint, _DOCS)


MISSING: Final = _finding(
    "missing",
    Severity.LOW,
    "A script that gets into the page may ask for camera, microphone and place.",
    "Set PERMISSIONS_POLICY = {'camera': [], 'geolocation': [], 'microphone': []}.",
)
INVALID: Final = _finding(
    "invalid",
    Severity.MEDIUM,
    "Browsers drop the whole header: its syntax is broken.",
    "Set PERMISSIONS_POLICY, which writes it as browsers read it.",
)
UNKNOWN: Final = _finding(
    "unknown-feature",
    Severity.INFO,
    "No browser knows a feature of this name.",
    "Correct the name in PERMISSIONS_POLICY, or take it out.",
)
EVERYBODY: Final = _finding(
    "everybody",
    Severity.MEDIUM,
    "Every frame of every site may ask for it.",
    "Name the origins that need it in PERMISSIONS_POLICY.",
)
OLD_NAME: Final = _finding(
    "old-name",
    Severity.LOW,
    "Feature-Policy is the old name; browsers read Permissions-Policy.",
    "Set PERMISSIONS_POLICY in place of FEATURE_POLICY.",
)


def permissions(subject: Subject) -> Iterator[Finding]:
    """Ask the header, and whether its old name is in its place."""
    if subject.reply.has("feature-policy"):
        yield OLD_NAME
    value = subject.reply.value("permissions-policy")
    if not value:
        if subject.is_html:
            yield MISSING
        return
    header = parsed(PermissionsPolicy, value)
    if header is None:
        yield INVALID.about(value)
        return
    for directive in header.directives:
        if directive.feature not in FEATURES:
            yield UNKNOWN.about(directive.feature)
        elif directive.feature in POWERFUL and "*" in directive.allowlist:
            yield EVERYBODY.about(directive.feature)


RULES: Final[tuple[Rule, ...]] = (permissions,)
