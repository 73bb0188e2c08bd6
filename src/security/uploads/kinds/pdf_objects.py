"""
The dictionaries of a PDF's objects, read as a viewer reads them: from each ``obj`` on.

ISO 32000-1 section 7.3. Text that only looks like an object is read as well, and what viewers
go on after is gone on after; what a viewer can find is never left out. Work is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from .reading import broken, length, windows

MAX_DICTIONARY: Final = 1024 * 1024  # bytes from "obj" to "stream"; of thousands of widths 100,000
MAX_WORK: Final = 4  # bytes of dictionaries read for each byte of the file; usual is below 2
SIGN: Final = 10  # bytes that take as long as one sign
MAX_DEPTH: Final = 256  # dictionaries in dictionaries; usual are 5

_OBJECT: Final = re.compile(rb"obj(?<!endobj)(?![A-Za-z0-9])")
_NUMBER: Final = re.compile(rb"([0-9]{1,10})[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+\Z")
_LINE: Final = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r)")
_BREAK: Final = re.compile(rb"[()\\]")
_SIGN: Final = re.compile(
    rb"<<|>>|[()<>%]"
    rb"|(?<![^\0\t\n\f\r ()<>\[\]{}])(?:endobj|stream)(?![^\0\t\n\f\r ()<>\[\]{}/%])"
)


@dataclass(frozen=True, slots=True)
class Object:
    """``text`` has no strings and comments; ``data`` is where the stream begins, or 0."""

    number: int
    text: bytes
    data: int


class _EndlessError(Exception):
    """The value goes on after the buffer."""


class _Work:
    """What may still be read."""

    def __init__(self, size: int) -> None:
        self.left = MAX_WORK * size + MAX_DICTIONARY

    def spend(self, count: int, signs: int = 1) -> None:
        self.left -= count + SIGN * signs
        if self.left < 0:
            raise broken("pdf")


def objects(stream: BinaryIO) -> Iterator[Object]:
    """Yield what stands after each ``obj`` of the file. Raises ``Refusal``."""
    size = length(stream)
    work = _Work(size)
    offset = 0
    for buffer, start, stop in windows(stream):
        for found in _OBJECT.finditer(buffer, start):
            if found.start() >= stop:
                break
            at = offset + found.end() - start
            number = _NUMBER.search(buffer, max(0, found.start() - 32), found.start())
            for text, data in _of(stream, buffer, found.end(), at, work):
                yield Object(int(number[1]) if number else -1, text, at + data if data else 0)
        offset += stop - start


def _of(
    stream: BinaryIO, buffer: bytes, start: int, at: int, work: _Work
) -> list[tuple[bytes, int]]:
    """Return values from a place that is ``start`` in the buffer and ``at`` in the file."""
    try:
        return _values(buffer, start, work, is_end=False)
    except _EndlessError:
        stream.seek(at)
        buffer = stream.read(MAX_DICTIONARY)
    try:
        return _values(buffer, 0, work, is_end=len(buffer) < MAX_DICTIONARY)
    except _EndlessError:
        raise broken("pdf") from None


def _values(buffer: bytes, start: int, work: _Work, *, is_end: bool) -> list[tuple[bytes, int]]:
    """
    Return texts, each with where its stream begins after ``start``, or 0.

    There is more than one where a dictionary is open at ``stream``, which viewers differ about.
    """
    kept: list[bytes] = []
    found: list[tuple[bytes, int]] = []
    depth, at = 0, start
    while sign := _SIGN.search(buffer, at):
        kept.append(buffer[at : sign.start()])
        work.spend(sign.end() - at)
        at = sign.end()
        match sign[0]:
            case b"<<":
                depth += 1
                if depth > MAX_DEPTH:
                    raise broken("pdf")
                kept.append(b"<<")
            case b">>":
                depth -= 1
                kept.append(b">>")
                if depth < 0:
                    break
            case b"stream":
                at = _line_end(buffer, at, work)
                if at:
                    text = b"".join(kept)
                    work.spend(len(text))
                    kept = [text]
                    found.append((text, at - start))
                    if not depth:
                        return found
            case b"endobj" if not depth:
                break
            case b"(":
                at = _string_end(buffer, at, work)
                kept.append(b"()")
            case b"<":
                at = _hexadecimal_end(buffer, at, work)
                kept.append(b"()")
            case b"%":
                at = _line_end(buffer, at, work)
                kept.append(b" ")
        if not at:
            break
    else:
        kept.append(buffer[at:])
        at = 0
    if not at and not is_end:
        work.spend(len(buffer) - start)
        raise _EndlessError
    found.append((b"".join(kept), 0))
    return found


def _line_end(buffer: bytes, at: int, work: _Work) -> int:
    """Return the place after a line, or 0 where it does not end."""
    line = _LINE.match(buffer, at)
    end = line.end() if line else 0
    work.spend((end or len(buffer)) - at, signs=0)
    return end


def _hexadecimal_end(buffer: bytes, at: int, work: _Work) -> int:
    """Return the place after a string in hexadecimal, or 0 where it does not end."""
    end = buffer.find(b">", at) + 1
    work.spend((end or len(buffer)) - at, signs=0)
    return end


def _string_end(buffer: bytes, at: int, work: _Work) -> int:
    """Return the place after a string, or 0 where it does not end."""
    depth = 1
    while found := _BREAK.search(buffer, at):
        work.spend(found.end() - at)
        at = found.end()
        if found[0] == b"\\":
            at += 1
        else:
            depth += 1 if found[0] == b"(" else -1
        if not depth:
            return at
    return 0
