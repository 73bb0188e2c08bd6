"""The targets of one run: those of the command line, then those of a file, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from ..exchange import MAX_TARGET

MAX_LINE: Final = 4 * MAX_TARGET + 2  # bytes: the longest target in UTF-8, and its line break


def lines(stream: BinaryIO) -> Iterator[str]:
    """
    Yield the targets of a file; empty lines, and those that begin with ``#``, are none.

    Of a line beyond ``MAX_LINE`` the beginning is yielded, which is too long for a target.
    """
    is_first = True
    while line := stream.readline(MAX_LINE):
        is_cut = len(line) == MAX_LINE and not line.endswith(b"\n")
        while is_cut and (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass
        text = line.removeprefix(b"\xef\xbb\xbf" if is_first else b"")
        is_first = False
        target = text.decode("utf-8", "backslashreplace").strip()
        if target and not target.startswith("#"):
            yield target


def targets(
    arguments: Sequence[str], file: BinaryIO | None, stdin: BinaryIO | None
) -> Iterator[str]:
    """Yield all targets; an argument ``-`` stands for the lines of ``stdin``."""
    for argument in arguments:
        if argument != "-":
            yield argument
        elif stdin is not None:
            yield from lines(stdin)
    if file is not None:
        yield from lines(file)
