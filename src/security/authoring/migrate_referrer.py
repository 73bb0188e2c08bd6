"""django-referrer-policy: ``REFERRER_POLICY``. Read from version 1.0."""

from __future__ import annotations

from typing import Final

from security.policy.errors import PolicyError
from security.policy.referrer import ReferrerPolicy

from .migrate_change import Change, Settings, installed, present, words

MIDDLEWARE: Final = "django_referrer_policy.middleware.ReferrerPolicyMiddleware"
APP: Final = "django_referrer_policy"


def translate(settings: Settings) -> Change | None:
    """Return what becomes of its setting, or ``None`` where the package is not used."""
    middleware = installed(settings, MIDDLEWARE)
    if not middleware and APP not in words(settings, "INSTALLED_APPS"):
        return None
    change = Change(
        "django-referrer-policy",
        removes=present(settings, ["REFERRER_POLICY"]),
        middleware=middleware,
        apps=(APP,),
    )
    if change.removes:
        value = settings["REFERRER_POLICY"]
        change.adds["SECURE_REFERRER_POLICY"] = value
        try:
            ReferrerPolicy((value,))
        except PolicyError as error:
            change.leave(f"SECURE_REFERRER_POLICY {error} The start refuses it.")
    return change
