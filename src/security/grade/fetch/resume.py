"""Go on with a file of results where an earlier run was stopped, however it was stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from security.policy.errors import shown

from ..recorded import MAX_LINE

START: Final = b'{"target": '  # of each line that is written


class NotOursError(Exception):
    """A file that no run of the grader has written; the text says where it shows."""


class Done(NamedTuple):
    """A target that has its line; ``score`` is ``None`` where it was not graded."""

    target: str
    score: int | None


def finished(path: Path) -> tuple[Done, ...]:
    """
    Return what a file of JSON lines holds, which need not exist yet, and cut off half a line.

    Raises ``NotOursError``, before anything is changed, and ``OSError``.
    """
    try:
        with path.open("r+b") as stream:
            found, end = _read(stream)
            stream.seek(end)
            stream.truncate()
            return found
    except FileNotFoundError:
        return ()


def _read(stream: BinaryIO) -> tuple[tuple[Done, ...], int]:
    """Return what is done, and where the last whole line ends, in bytes."""
    found: list[Done] = []
    end = 0
    for number, line in enumerate(_lines(stream), 1):
        if not line.endswith(b"\n"):
            if not (line.startswith(START) or START.startswith(line)):
                raise _not_ours(number, line)
            break
        found.append(_done(number, line))
        end += len(line)
    return tuple(found), end


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(MAX_LINE):
        yield line


def _done(number: int, line: bytes) -> Done:
    try:
        data = json.loads(line)
        target, score = data["target"], data["observatory"]["score"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _not_ours(number, line) from None
    if not isinstance(target, str) or not isinstance(score, int | None):
        raise _not_ours(number, line)
    return Done(target, score)


def _not_ours(number: int, line: bytes) -> NotOursError:
    return NotOursError(f"line {number} must be a result of this command (got {shown(line)}).")
