"""
Read recorded exchanges from a file: JSON lines of ``input`` objects, or one JSON document.

Lines are read one by one, so a file of any length takes the memory of its longest line. A
document is a list of them, or an object whose ``cases`` is one; each may also stand in an object
under ``input``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from security.policy.errors import PolicyError

from .exchange import Exchange, from_recorded

MAX_LINE: Final = 16_777_216  # bytes of one recorded site
MAX_DOCUMENT: Final = 67_108_864  # bytes of one document, which is read as a whole

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of the file that is no recorded site; ``reason`` names the place and why."""

    reason: str


def read(stream: BinaryIO) -> Iterator[Exchange | Unreadable]:
    """
    Yield what is recorded, in the order of the file, and in its place what cannot be read.

    Raises ``OSError`` where the file cannot be read any further.
    """
    lines = _lines(stream)
    for number, line in lines:
        if isinstance(line, Unreadable):
            yield line
            continue
        text = _text(line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line)
        if text is None:
            yield Unreadable(f"line {number} must be UTF-8.")
            continue
        if not text.strip():
            continue
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            if error.pos >= len(text.rstrip()) and number == 1:  # it goes on in the next line
                yield from _document(line + stream.read(MAX_DOCUMENT + 1))
                return
            yield Unreadable(f"line {number} must be JSON: {error.msg}, column {error.colno}.")
        except (ValueError, RecursionError) as error:  # a number too long, a list too deep
            yield Unreadable(f"line {number} must be JSON of usual depth: {type(error).__name__}.")
        else:
            yield from _items(data, f"line {number}")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | Unreadable]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) <= MAX_LINE or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        yield number, Unreadable(f"line {number} must be at most {MAX_LINE:,} bytes long.")


def _document(data: bytes) -> Iterator[Exchange | Unreadable]:
    if len(data) > MAX_DOCUMENT:
        reason = f"a document must be at most {MAX_DOCUMENT:,} bytes long; JSON lines have no limit"
        yield Unreadable(f"{reason}.")
        return
    text = _text(data.removeprefix(_BYTE_ORDER_MARK))
    if text is None:
        yield Unreadable("a document must be UTF-8.")
        return
    del data
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        yield Unreadable(f"line {error.lineno} must be JSON: {error.msg}, column {error.colno}.")
    except (ValueError, RecursionError) as error:
        yield Unreadable(f"a document must be JSON of usual depth: {type(error).__name__}.")
    else:
        yield from _items(found, "the document")


def _items(data: object, place: str) -> Iterator[Exchange | Unreadable]:
    cases = data.get("cases") if isinstance(data, dict) else data
    if not isinstance(cases, list):
        yield _exchange(data, place)
        return
    for number, case in enumerate(cases, 1):
        yield _exchange(case, f"case {number} of {place}")


def _exchange(data: object, place: str) -> Exchange | Unreadable:
    if isinstance(data, dict) and "input" in data:
        data = data["input"]
    try:
        return from_recorded(data)
    except PolicyError as error:
        return Unreadable(error.describe(place))


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
