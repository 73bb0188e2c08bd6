"""``manage.py hsts``, also where ``djangosecure`` alone is installed."""

from __future__ import annotations

from security.management.commands.hsts import Command

__all__ = ["Command"]
