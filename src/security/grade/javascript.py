"""Habits of JavaScript that show in the Observatory's verdicts."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

# White space and line ends of ECMAScript. https://tc39.es/ecma262/#sec-white-space
SPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
WORD: Final = re.compile(f"[^{SPACE}]+")

_INTEGER = re.compile(f"[{SPACE}]*+([+-]?[0-9]+)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

# The order in which Intl.Collator("en") puts printable ASCII, letters in lower case; CLDR's
# root order. It passes over control characters.
_ORDER: Final = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz"
_RANKS: Final = {
    **dict.fromkeys((*range(9), *range(14, 32), 127)),
    **{ord(character): 33 + rank for rank, character in enumerate(_ORDER)},
}


def integer(text: str) -> int | None:
    """Return the number that starts a text, as ``parseInt(text, 10)`` does, or ``None``."""
    found = _INTEGER.match(text)
    return int(found[1]) if found else None


def unescaped(text: str) -> str:
    """
    Return a text without its %-escapes, as ``decodeURIComponent`` does.

    Raises ``ValueError`` for an escape that is none, or that is no UTF-8.
    """
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise ValueError(text[:80])
    return unquote(text, errors="strict")


def collation_key(text: str) -> str:
    """Return the key that sorts lower-case text as ``Intl.Collator("en")`` does."""
    return text.translate(_RANKS)
