"""The Django app: checks registered, settings verified before the first request."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import Final

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

from security.conf import conf

# How Django's own command is called, and with ``python -m django``.
_PROGRAMS: Final = frozenset({"manage.py", "django-admin", "django-admin.exe", "__main__.py"})


class SecurityConfig(AppConfig):
    """Refuse to start with a setting that cannot work."""

    name = "security"
    verbose_name = _("Security")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """
        Register the checks, then raise ``ImproperlyConfigured`` for what is broken.

        While ``manage.py check`` runs, ``bulwark.E001`` says it instead. A server that is
        started in another way raises, and so does each of our middlewares.
        """
        from security import checks, receivers  # noqa: PLC0415  # they need every app to be loaded

        checks.register()
        receivers.connect()
        if apps.is_installed("django.contrib.auth"):
            from security.auth_throttling import receivers as logins  # noqa: PLC0415

            logins.connect()
        if not _runs_checks():
            conf.verify()


def _runs_checks() -> bool:
    """Tell whether this process is ``manage.py check``, which answers no request."""
    return sys.argv[1:2] == ["check"] and PurePath(sys.argv[0]).name in _PROGRAMS
