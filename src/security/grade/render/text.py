"""Cards as text for people: tables, the arithmetic, the findings; in colour on a terminal."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, Protocol, TextIO

from ..card import Card
from ..finding import Finding, Severity
from ..observatory_scores import ALGORITHM

WIDTH: Final = 100  # columns of text that goes to no terminal
MAX_SHOWN: Final = 80  # characters of a name in text; JSON has all of it

_COLOURS: Final = {
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "1;33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def printable(text: str) -> str:
    """Return text that no terminal takes for a command: printable ASCII, the rest escaped."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def cut(text: str, length: int) -> str:
    """Return printable text of at most ``length`` characters."""
    shown = printable(text[: length + 1])
    return shown if len(shown) <= length else f"{shown[: length - 3]}..."


def painted(text: str, colour: str, wanted: bool) -> str:
    """Return text in a colour of the terminal, where one is wanted."""
    return f"\x1b[{colour}m{text}\x1b[0m" if wanted else text


def write(cards: Iterable[Card], out: TextIO) -> None:
    """
    Write cards for people, each as soon as it is there; in colour on a terminal.

    A terminal gets tables, where rich is installed: ``pip install "django-bulwark[grade]"``.
    """
    if out.isatty() and os.environ.get("TERM") != "dumb":
        try:
            from .terminal import write as write_tables  # noqa: PLC0415
        except ImportError:
            pass
        else:
            write_tables(cards, out)
            return
    colour = out.isatty() and not os.environ.get("NO_COLOR")
    width = width_of(out)
    out.writelines(render(card, width=width, colour=colour) for card in cards)


class Screen(Protocol):
    """What can be asked whether it is a terminal."""

    def isatty(self) -> bool:
        """Tell whether it is."""


def width_of(out: Screen) -> int:
    """Return how many columns there are to write in: those of the terminal, ``WIDTH`` at most."""
    return min(shutil.get_terminal_size().columns, WIDTH) if out.isatty() else WIDTH


def render(card: Card, *, width: int, colour: bool) -> str:
    """Return a card as text, ``width`` columns wide; it ends with an empty line."""
    lines = [
        *_observatory(card, colour),
        "",
        *_securityheaders(card, colour),
        *_findings(card.findings, width, colour),
        "",
        "",
    ]
    return "\n".join(lines)


def _observatory(card: Card, colour: bool) -> Iterator[str]:
    seen = card.observatory
    mark = "not graded" if seen.grade is None else f"{seen.grade}  {seen.score}"
    name = painted(cut(card.target, MAX_SHOWN), "1", colour)
    yield f"{name}  {painted(mark, '1', colour)}  MDN HTTP Observatory, algorithm {ALGORITHM}"
    for verdict in seen.verdicts:
        points = f"{verdict.modifier:+4}" if verdict.modifier else "   0"
        shade = "" if verdict.modifier == 0 else "31" if verdict.modifier < 0 else "32"
        points = painted(points, shade, colour and bool(shade))
        failed = "" if verdict.passes else "  failed"
        yield f"  {verdict.test:30}{points}  {verdict.result}{failed}"
    yield f"  {seen.arithmetic}"


def _securityheaders(card: Card, colour: bool) -> Iterator[str]:
    seen = card.securityheaders
    mark = painted(seen.grade or "not graded", "1", colour)
    yield f"securityheaders.com  {mark}  an approximation: its rules are not published"
    for name in seen.missing:
        yield f"  missing: {name}"
    for warning in seen.warnings:
        yield f"  warning: {warning}"


def _findings(findings: tuple[Finding, ...], width: int, colour: bool) -> Iterator[str]:
    for severity, group in groupby(findings, key=lambda finding: finding.severity):
        yield ""
        yield painted(severity.name, _COLOURS[severity], colour)
        for finding in group:
            about = cut(finding.subject or finding.header, MAX_SHOWN)
            yield f"  {finding.id}  {painted(about, '2', colour)}".rstrip()
            for text in (finding.message, finding.hint):
                yield from textwrap.wrap(
                    printable(text),
                    width,
                    initial_indent=" " * 6,
                    subsequent_indent=" " * 6,
                    break_on_hyphens=False,
                )
