"""Guesses at passwords cost time: a middleware, a backend, and the documented functions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from security.policy.throttling import default_delay_function

from .delays import (
    attempt_count,
    delay_message,
    increment_counters,
    reset_counters,
    throttling_delay,
)

if TYPE_CHECKING:
    from .middleware import Middleware

__all__ = [
    "Middleware",
    "attempt_count",
    "default_delay_function",
    "delay_message",
    "increment_counters",
    "reset_counters",
    "throttling_delay",
]


def __getattr__(name: str) -> Any:
    """Import the middleware late: a settings file may take a function from here."""
    if name == "Middleware":
        return import_module(f"{__name__}.middleware").Middleware
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
