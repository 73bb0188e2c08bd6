"""The documented checks of django-secure, and the two functions that run them."""

from __future__ import annotations

from security.management.secure_checks import get_check, run_checks

__all__ = ["get_check", "run_checks"]
