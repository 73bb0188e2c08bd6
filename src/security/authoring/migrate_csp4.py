"""django-csp 4: ``CONTENT_SECURITY_POLICY`` with ``DIRECTIVES``. Read from version 4.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from security.policy.errors import shown

from .migrate_change import Change, Settings, check, directive, installed, present
from .migrate_csp3 import MIDDLEWARE, excluded, percentage, surroundings

NAMES: Final = {
    "CONTENT_SECURITY_POLICY": "SECURE_CSP",
    "CONTENT_SECURITY_POLICY_REPORT_ONLY": "SECURE_CSP_REPORT_ONLY",
}
_KNOWN: Final = ("DIRECTIVES", "EXCLUDE_URL_PREFIXES", "REPORT_PERCENTAGE")


def translate(settings: Settings) -> Change | None:
    """Return what becomes of the settings of django-csp 4, or ``None`` where it is not used."""
    names = present(settings, NAMES)
    if not names:
        return None
    change = Change("django-csp 4", removes=names, middleware=installed(settings, *MIDDLEWARE))
    for setting in names:
        config = settings[setting]
        if not config:  # nothing was sent
            continue
        if not isinstance(config, Mapping):
            change.leave(f"{setting} is {shown(config)}, and no dictionary: left out.")
            continue
        target = NAMES[setting]
        change.adds[target] = policy = _policy(change, setting, config.get("DIRECTIVES", {}))
        check(change, target, policy)
        for key in config:
            if key not in _KNOWN:
                change.tell(f"{setting} has {key!r}, which django-csp never read: left out.")
        if prefixes := config.get("EXCLUDE_URL_PREFIXES"):
            excluded(change, f'{setting}["EXCLUDE_URL_PREFIXES"]', target, prefixes)
        if "REPORT_PERCENTAGE" in config:
            percentage(change, f'{setting}["REPORT_PERCENTAGE"]')
    surroundings(change, settings)
    return change


def _policy(change: Change, setting: str, directives: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy in the author's order; django-csp adds a default-src where it lacks one."""
    wanted = dict(directives)
    if "default-src" not in wanted:
        wanted = {"default-src": ["'self'"], **wanted}
    policy = {}
    for name, raw in wanted.items():
        where = f'{setting}["DIRECTIVES"]["{name}"]'
        if (value := directive(change, where, name, raw)) is not None:
            policy[name] = value
    return policy
