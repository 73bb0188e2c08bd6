"""One member of a report: a bounded text that every database stores, or a small number."""

from __future__ import annotations

import re
from typing import Final

MAX_TEXT: Final = 2_048  # bytes as UTF-8; the longest URL that browsers and servers all carry
MAX_POLICY: Final = 16_384  # bytes; a whole header. A policy cut short could not be replayed
MAX_NAME: Final = 64  # bytes of a type or the name of a member; the longest known has 38
MAX_NUMBER: Final = 2_147_483_647  # what an integer column of every database holds
MAX_DIGITS: Final = 16  # of a number in JSON; what follows fits no field

CUT: Final = "\u2026"  # ends a text that was longer
LOST: Final = "\ufffd"  # stands for a character that must not be stored or shown

_BLANKS = re.compile("[\t\n\x0b\f\r\x85\u2028\u2029]")
# Control characters (NUL ends a text in PostgreSQL, ESC drives terminals), lone surrogates
# (no encoding takes them), and marks that reorder the text after them.
_LOST = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_USER = re.compile(
    r"\A(\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)*[/\\]{2,}|\s*(?i:https?|wss?|ftp):[/\\]?)[^/?#\\]*@"
)
_USER_INSIDE = re.compile(r"(?<=://)[^/?#\\\s\"'<>]*@")


def text(value: object, limit: int = MAX_TEXT) -> str:
    """
    Return a text on one line with at most ``limit`` bytes in UTF-8; "" for anything but text.

    Line breaks and tabs become blanks, other control characters, lone surrogates and marks of
    direction become U+FFFD. A text that was too long ends with an ellipsis.
    """
    if type(value) is not str:
        return ""
    if len(value) * 4 <= limit and value.isprintable():
        return value
    value = value[: limit + 1]  # enough to know that it is too long; the rest costs nothing
    if not value.isprintable():  # which says no to all that is replaced, and to some more
        value = _LOST.sub(LOST, _BLANKS.sub(" ", value))
    encoded = value.encode()
    if len(encoded) <= limit:
        return value
    return encoded[: limit - len(CUT.encode())].decode(errors="ignore") + CUT


def url(value: object) -> str:
    """Return a text without the user name and the password that a URL may carry."""
    if type(value) is str and "@" in value:
        # Before anything is cut off: half a password is one too.
        value = _USER.sub(r"\1", value)
    return text(value)


def prose(value: object) -> str:
    """Return a text in which no URL carries a user name or a password."""
    if type(value) is str and "://" in value:
        value = _USER_INSIDE.sub("", value)
    return text(value)


def number(value: object) -> int | None:
    """Return a whole number from 1 up, written as a number or as text; else ``None``."""
    if type(value) is int:
        return value if 0 < value <= MAX_NUMBER else None
    if type(value) is str and value.isascii() and value.isdecimal() and len(value) <= MAX_DIGITS:
        return number(int(value))
    if type(value) is float and value.is_integer():
        return number(int(value)) if abs(value) <= MAX_NUMBER else None
    return None


def word(value: object) -> str:
    """Return any scalar of JSON as text; "" for null, a list and an object."""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int or type(value) is float:
        return str(value)
    return prose(value)
