"""What may stand in a header at all: the one place that refuses CR, LF, ``;`` and ``,``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import did_you_mean, must_be

MAX_HEADER = 16_384  # characters; common servers refuse a whole header block at 8 to 16 kB

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_VISIBLE = re.compile(r"[\x20-\x7e]*")  # RFC 9110 section 5.5, without obs-text and tabs
_SEPARATORS = re.compile(r"[;,]")


def text(value: object, what: str = "text") -> str:
    """
    Return ``value`` if a header may carry it: printable ASCII on one line.

    Raises ``PolicyError`` for anything else, and for more than ``MAX_HEADER`` characters.
    """
    if not isinstance(value, str):
        raise must_be(what, value)
    bounded(value)
    if not _VISIBLE.fullmatch(value):
        raise must_be(
            f"{what} of printable ASCII characters on one line",
            value,
            hint="A line break or a non-ASCII character would start, or garble, another header.",
        )
    return value


def member(value: object, what: str = "one value") -> str:
    """Return ``value`` if it can stand among others: non-empty, without blank, ``;`` or ``,``."""
    word = text(value, what)
    if not word or " " in word or _SEPARATORS.search(word):
        raise must_be(f"{what} without blank, ';' or ','", word)
    return word


def token(value: object, what: str = "a token") -> str:
    """Return ``value`` if it is a token of RFC 9110 section 5.6.2."""
    word = text(value, what)
    if not _TOKEN.fullmatch(word):
        raise must_be(what, word)
    return word


def one_of(value: object, known: Iterable[str], what: str | None = None) -> str:
    """Return ``value`` if it is one of ``known``, spelt exactly so."""
    words = tuple(known)
    if not isinstance(value, str) or value not in words:
        listed = ", ".join(repr(word) for word in words)
        raise must_be(what or f"one of {listed}", value, hint=did_you_mean(value, words))
    return value


def bounded(value: str, limit: int = MAX_HEADER) -> str:
    """Return ``value`` if it has at most ``limit`` characters."""
    if len(value) > limit:
        raise must_be(f"at most {limit} characters long", f"{len(value)} characters")
    return value
