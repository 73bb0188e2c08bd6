"""How far a run is, on a terminal that shows nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from ..render.text import printable


class Progress(Protocol):
    """Where a run says how it goes."""

    def step(self) -> None:
        """Count one target more."""

    def say(self, line: str) -> None:
        """Write a line to standard error."""


class Silent:
    """No bar."""

    def __init__(self, errors: TextIO) -> None:
        self._errors = errors

    def step(self) -> None: ...

    def say(self, line: str) -> None:
        self._errors.write(printable(line) + "\n")


@contextmanager
def progress(total: int | None, *, is_wanted: bool) -> Iterator[Progress]:
    """
    Show a bar on standard error, if that is a terminal and ``rich`` is installed.

    ``total`` is how many targets there are, where that is known.
    """
    if not (is_wanted and sys.stderr.isatty()):
        yield Silent(sys.stderr)
        return
    try:
        from .bar import bar  # noqa: PLC0415
    except ImportError:
        yield Silent(sys.stderr)
        return
    with bar(total) as shown:
        yield shown
