"""The Django app: checks registered, settings verified before the first request."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

from security.conf import conf


class SecurityConfig(AppConfig):
    """Refuse to start with a setting that cannot work."""

    name = "security"
    verbose_name = _("Security")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Register the checks, then raise ``ImproperlyConfigured`` for what is broken."""
        from security import checks, receivers  # noqa: PLC0415  # they need every app to be loaded

        checks.register()
        receivers.connect()
        if apps.is_installed("django.contrib.auth"):
            from security.auth_throttling import receivers as logins  # noqa: PLC0415

            logins.connect()
        conf.verify()
