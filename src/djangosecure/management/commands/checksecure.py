"""The documented place of ``manage.py checksecure``."""

from __future__ import annotations

from security.management.commands.checksecure import Command

__all__ = ["Command"]
