"""To whom alerts are sent, and by what."""

from __future__ import annotations

import django

ADDRESS = "security@shop.example"


def mailed_by(settings, backend, **options):
    """Send mails by one of Django's backends; Django 6.1 has another setting for that."""
    path = f"django.core.mail.backends.{backend}.EmailBackend"
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": path, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = path
    for name, value in options.items():
        setattr(settings, f"EMAIL_{name.upper()}", value)
