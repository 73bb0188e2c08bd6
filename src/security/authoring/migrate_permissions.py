"""django-permissions-policy, and django-feature-policy, its name until 2020."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from security.policy.errors import PolicyError, shown
from security.policy.permissions import PermissionsPolicy
from security.policy.permissions_features import FEATURES

from .migrate_change import Change, Settings, installed, present

MIDDLEWARE: Final = "django_permissions_policy.PermissionsPolicyMiddleware"
FEATURE_MIDDLEWARE: Final = (
    "django_feature_policy.FeaturePolicyMiddleware",
    "django_feature_policy.PermissionsPolicyMiddleware",
)
# Names that django-feature-policy 1.0 to 3.8 accepts, and those under which ``FEATURES`` has them.
RENAMED: Final = {
    "conversion-measurement": "attribution-reporting",
    "speaker": "speaker-selection",
    "vr": "xr-spatial-tracking",
    "wake-lock": "screen-wake-lock",
}


def translate(settings: Settings) -> Change | None:
    """Return what becomes of django-permissions-policy: its setting is ours as well."""
    middleware = installed(settings, MIDDLEWARE)
    if not middleware:
        return None
    change = Change("django-permissions-policy", middleware=middleware)
    for name in present(settings, ["PERMISSIONS_POLICY", "PERMISSIONS_POLICY_REPORT_ONLY"]):
        _check(change, name, settings[name])
    return change


def translate_features(settings: Settings) -> Change | None:
    """Return what becomes of django-feature-policy: ``PERMISSIONS_POLICY`` with today's names."""
    middleware = installed(settings, *FEATURE_MIDDLEWARE)
    names = present(settings, ["FEATURE_POLICY"])
    if not middleware and not names:
        return None
    change = Change("django-feature-policy", removes=names, middleware=middleware)
    change.tell(
        "The header Feature-Policy is no longer sent: browsers read Permissions-Policy, "
        "with the same content."
    )
    if settings.get("PERMISSIONS_POLICY"):  # django-feature-policy 3 prefers it, too
        _check(change, "PERMISSIONS_POLICY", settings["PERMISSIONS_POLICY"])
    elif names and isinstance(settings["FEATURE_POLICY"], Mapping):
        change.adds["PERMISSIONS_POLICY"] = policy = _renamed(change, settings["FEATURE_POLICY"])
        _check(change, "PERMISSIONS_POLICY", policy)
    elif names:
        change.leave(f"FEATURE_POLICY is {shown(settings['FEATURE_POLICY'])}, and no dictionary.")
    return change


def _renamed(change: Change, old: Mapping[str, Any]) -> dict[str, list[Any]]:
    policy = {}
    for feature, raw in old.items():
        name = RENAMED.get(feature, feature)
        if name != feature:
            change.tell(f"The feature {feature!r} is called {name!r} today.")
            if name in old:
                continue
        if name not in FEATURES:
            change.tell(f"The feature {feature!r} is known to no browser any more: left out.")
            continue
        words = [raw] if isinstance(raw, str) else raw
        if isinstance(words, list | tuple):
            policy[name] = [word for word in words if word != "none"]
        else:
            change.leave(f'FEATURE_POLICY["{feature}"] is {shown(raw)}, and no list: left out.')
    return policy


def _check(change: Change, name: str, policy: Any) -> None:
    if not policy:
        return
    try:
        PermissionsPolicy.from_mapping(policy)
    except PolicyError as error:
        hint = f" {error.hint}" if error.hint else ""
        change.leave(f"{error.describe(name)}{hint} The start refuses it; mend it.")
