"""Cards as tables on a terminal, by rich. What a site says is text there, and never markup."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from itertools import groupby
from typing import Final, TextIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..card import Card
from ..finding import Finding, Severity
from ..observatory import Observation, Verdict
from ..observatory_scores import ALGORITHM
from ..securityheaders import HeaderGrade
from .text import MAX_SHOWN, cut, printable

WIDTH: Final = 110  # columns; lines that are longer are hard to read
LEAST: Final = 20  # columns for the longest part of a result

_STYLES: Final = {
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_GRADES: Final = {"A": "green", "B": "green", "C": "yellow", "D": "yellow", "E": "red", "F": "red"}


def write(cards: Iterable[Card], out: TextIO) -> None:
    """Write cards, each as soon as it is there; without colour where ``NO_COLOR`` is set."""
    console = Console(file=out, force_terminal=True, highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDTH)
    for card in cards:
        console.print(_card(card, console.width))


def _card(card: Card, width: int) -> RenderableType:
    parts: list[RenderableType] = [_title(card), _observatory(card.observatory, width)]
    parts += [_headers(card.securityheaders), *_findings(card.findings), ""]
    return Group(*parts)


def _title(card: Card) -> Text:
    seen = card.observatory
    title = Text(cut(card.target, MAX_SHOWN), style="bold")
    if seen.grade is None:
        return title.append("  not graded", style="bold red")
    title.append("  ").append(f" {seen.grade} ", style=f"bold reverse {_colour(seen.grade)}")
    return title.append(f" {seen.score}")


def _colour(grade: str) -> str:
    return _GRADES.get(grade[:1], "default")


def _observatory(seen: Observation, width: int) -> RenderableType:
    if not seen.verdicts:
        return Text(printable(seen.arithmetic))
    title = Text(f"MDN HTTP Observatory, algorithm {ALGORITHM}", style="dim")
    # What is left by the names, the points and the space between columns.
    left = width - max(len(verdict.test) for verdict in seen.verdicts) - 12
    tests = _table(seen, left) if left >= LEAST else _list(seen)
    return Group(title, "", tests, "", Text(printable(seen.arithmetic)), "")


def _table(seen: Observation, left: int) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("test", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("result", overflow="fold")
    for verdict in seen.verdicts:
        words = verdict.result if verdict.passes else f"{verdict.result}  failed"
        result = Text("\n".join(textwrap.wrap(words, left, subsequent_indent="  ")))
        result.highlight_words(["  failed"], "bold red")
        table.add_row(verdict.test, _points(verdict), result)
    return table


def _list(seen: Observation) -> RenderableType:
    """Return what a table has no room for: two lines a test."""
    lines: list[RenderableType] = []
    for verdict in seen.verdicts:
        failed = "" if verdict.passes else "  failed"
        points = _points(verdict)
        points.pad_left(3 - len(points))
        lines.append(points.append(f"  {verdict.test}", style="default"))
        lines.append(_indented(Text(verdict.result).append(failed, style="bold red"), 5))
    return Group(*lines)


def _points(verdict: Verdict) -> Text:
    style = "" if verdict.modifier == 0 else "red" if verdict.modifier < 0 else "green"
    return Text(f"{verdict.modifier:+}" if verdict.modifier else "0", style=style)


def _indented(text: Text, columns: int) -> Padding:
    return Padding(text, (0, 0, 0, columns), expand=False)


def _headers(seen: HeaderGrade) -> RenderableType:
    line = Text("securityheaders.com  ")
    line.append(seen.grade or "not graded", style=f"bold {_colour(seen.grade or '')}")
    line.append("  an approximation: its rules are not published", style="dim")
    said = [f"missing: {name}" for name in seen.missing]
    said += [f"warning: {warning}" for warning in seen.warnings]
    return Group(line, *(_indented(Text(printable(one)), 2) for one in said))


def _findings(findings: tuple[Finding, ...]) -> Iterable[RenderableType]:
    for severity, group in groupby(findings, key=lambda finding: finding.severity):
        yield ""
        yield Text(severity.name, style=_STYLES[severity])
        for finding in group:
            about = cut(finding.subject or finding.header, MAX_SHOWN)
            name = Text(finding.id, style="bold")
            if about:
                name.append("  ").append(about, style="dim")
            yield _indented(name, 2)
            yield _indented(Text(printable(finding.message)), 6)
            yield _indented(Text(printable(finding.hint), style="green"), 6)
