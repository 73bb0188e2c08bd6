"""Every setting that we read has a usable value."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error

from security.conf import Misconfigured, conf
from security.middleware import passwords, routes
from security.policy.errors import did_you_mean

from .project import is_readable


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Say of each broken setting what the start would say."""
    return [
        Error(error.describe(name), hint=error.hint, id="bulwark.E001")
        for name, error in conf.problems()
    ]


def check_routes(**kwargs: Any) -> list[CheckMessage]:
    """Find rows of the route table that mean no URL of the project."""
    if not is_readable():
        return []
    return [
        Error(
            "SECURITY_ROUTES must be made of URL names, 'namespace:*' or app labels "
            f"(got {route!r}).",
            hint=did_you_mean(route, routes.known_names())
            or 'Take a name from urls.py: SECURITY_ROUTES = {"shop:index": {...}}.',
            id="bulwark.E002",
        )
        for route in routes.unknown()
    ]


def check_password_page(**kwargs: Any) -> list[CheckMessage]:
    """Find a page for changing passwords that the project does not have."""
    if not is_readable() or conf.MANDATORY_PASSWORD_CHANGE is None:
        return []
    try:
        passwords.change_page(conf.MANDATORY_PASSWORD_CHANGE)
    except Misconfigured as error:
        text = error.error.describe(error.setting)
        return [Error(text, hint=error.error.hint, id="bulwark.E007")]
    return []


def check_users(**kwargs: Any) -> list[CheckMessage]:
    """Say what Django's errors about our models mean in a project without users."""
    label = settings.AUTH_USER_MODEL.partition(".")[0]
    if any(config.label == label for config in apps.get_app_configs()):
        return []
    return [
        Error(
            f"INSTALLED_APPS has 'security', whose tables belong to users, and no app for "
            f"AUTH_USER_MODEL (got {settings.AUTH_USER_MODEL!r}).",
            hint="Add 'django.contrib.auth' and 'django.contrib.contenttypes', or take 'security' "
            "out: SecurityMiddleware works without the app.",
            id="bulwark.E008",
        )
    ]
