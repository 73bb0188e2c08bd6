"""What browsers reported, as it can be shown: nothing in it is invisible or turns a line round."""

from __future__ import annotations

from typing import Final

MAX_SHOWN: Final = 300  # characters, where a text is one among many


def visible(text: object, most: int | None = None) -> str:
    """
    Return a text with every control and formatting character as an escape, such as ``\\u202e``.

    At most ``most`` characters are read; what was left out is told by three dots.
    """
    whole = str(text)
    cut = whole if most is None or len(whole) <= most else f"{whole[:most]}..."
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)
