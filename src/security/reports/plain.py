"""What was reported, as it may stand in a terminal, a mail or a log."""

from __future__ import annotations

from .visible import visible


def line(text: str, most: int) -> str:
    """Return a text on one line of at most ``most`` characters of ASCII, cut at its end."""
    shown = visible(text[:most]).encode("ascii", "backslashreplace").decode()
    return shown if len(shown) <= most and len(text) <= most else f"{shown[: most - 3]}..."
