"""Colour for a terminal, and none for anything else."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Style:
    """Paints text with ANSI codes if ``is_colourful``, else returns it unchanged."""

    is_colourful: bool

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """Colour needs a terminal that can, and a user who wants it: https://no-color.org/."""
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(wanted and stream.isatty())

    def bold(self, text: str) -> str:
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        return self._paint("2", text)

    def good(self, text: str) -> str:
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        return self._paint("31", text)

    def link(self, text: str) -> str:
        return self._paint("4;36", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.is_colourful else text


def say(text: str = "") -> None:
    """Write one line at once, so that a pipe sees it while the server runs."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
