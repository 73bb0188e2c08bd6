"""The documented decorator of django-secure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from security.marks import EXEMPT, Mark

V = TypeVar("V", bound=Callable[..., Any])


def frame_deny_exempt(view: V) -> V:
    """
    Send no ``X-Frame-Options`` with this view, sync, async or class-based.

    It also holds on a method of a class, and where another view returns its response.
    """
    return Mark({"X_FRAME_OPTIONS": None}, {EXEMPT: True})(view)
