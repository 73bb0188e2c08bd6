"""The grade of a whole site for people: pages of one result together, findings by page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from security.grade.card import Card
from security.grade.finding import Finding, Severity
from security.grade.observatory import Verdict
from security.grade.observatory_scores import ALGORITHM
from security.grade.render.text import cut, painted, printable, render

from .pages import Page

EXAMPLES: Final = 3  # pages, or subjects, that are named of many
MAX_LABEL: Final = 40  # characters of a page's name
_INDENT: Final = " " * 6
_COLOURS: Final = {
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "1;33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}

Seen = Sequence[tuple[Page, Card]]


def cards(seen: Seen, *, width: int, colour: bool) -> Iterator[str]:
    """Yield every card as a whole."""
    for _, card in seen:
        yield render(card, width=width, colour=colour)


def summary(seen: Seen, *, width: int, colour: bool) -> Iterator[str]:
    """Yield the lines of the report: results with their pages, then findings with theirs."""
    yield f"MDN HTTP Observatory, algorithm {ALGORITHM}; securityheaders.com, an approximation"
    groups = _groups(seen)
    usual = max(groups, key=len, default=[])
    for group in groups:
        yield ""
        yield from _result(group, usual, colour)
    yield from _findings(seen, width, colour)


def named(labels: Iterable[str]) -> str:
    """Return the first labels of several, and how many there are beside them."""
    every = list(dict.fromkeys(labels))
    shown = [cut(label, MAX_LABEL) for label in every[:EXAMPLES]]
    rest = len(every) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")


def pages_of(count: int) -> str:
    return f"{count:,} page{'' if count == 1 else 's'}"


def _groups(seen: Seen) -> list[list[tuple[Page, Card]]]:
    """Return pages of equal result together, the best first; what counts nothing may differ."""
    found: dict[object, list[tuple[Page, Card]]] = {}
    for page, card in seen:
        counting = tuple(each for each in card.observatory.verdicts if each.modifier)
        key = (counting, card.observatory.error, card.securityheaders)
        found.setdefault(key, []).append((page, card))
    return sorted(found.values(), key=_rank, reverse=True)


def _rank(group: Seen) -> tuple[int, int]:
    score = group[0][1].observatory.score
    return -1 if score is None else score, len(group)


def _result(group: Seen, usual: Seen, colour: bool) -> Iterator[str]:
    """Yield one result: in full where it is the usual one, else what differs from that."""
    card = group[0][1]
    observed, simple = card.observatory, card.securityheaders
    mark = "--" if observed.grade is None else f"{observed.grade:2} {observed.score:3}"
    pages = f"{pages_of(len(group))}: {named(page.label for page, _ in group)}"
    yield f"{painted(mark, '1', colour)}  {pages}"
    if observed.error is not None:
        yield f"  {observed.error}"
        return
    is_usual = group is usual
    expected = {each.test: each for each in usual[0][1].observatory.verdicts}
    for verdict in observed.verdicts:
        mostly = expected.get(verdict.test, verdict)
        if verdict.modifier and (is_usual or verdict != mostly):
            yield _verdict(verdict, verdict.result, colour)
        elif verdict.modifier != mostly.modifier:
            yield _verdict(verdict, f"instead of {_points(mostly).strip()}", colour)
    if is_usual or simple != usual[0][1].securityheaders:
        lacks = [*simple.missing, *simple.warnings]
        about = f": {', '.join(lacks)}" if lacks else ""
        yield printable(f"  securityheaders.com  {simple.grade or '--'}{about}")


def _verdict(verdict: Verdict, about: str, colour: bool) -> str:
    shade = "" if not verdict.modifier else "31" if verdict.modifier < 0 else "32"
    points = painted(_points(verdict), shade, colour and bool(shade))
    return f"  {verdict.test:30}{points}  {about}"


def _points(verdict: Verdict) -> str:
    return f"{verdict.modifier:+4}" if verdict.modifier else "   0"


def _findings(seen: Seen, width: int, colour: bool) -> Iterator[str]:
    found: dict[Finding, dict[str, None]] = {}
    subjects: dict[Finding, dict[str, None]] = {}
    for page, card in seen:
        for finding in card.findings:
            key = finding._replace(subject=None)
            found.setdefault(key, {})[page.label] = None
            if finding.subject:
                subjects.setdefault(key, {})[finding.subject] = None
    ordered = sorted(found, key=lambda key: (-key.severity, -len(found[key]), key.id))
    severity = None
    for finding in ordered:
        if finding.severity is not severity:
            severity = finding.severity
            yield ""
            yield painted(severity.name, _COLOURS[severity], colour)
        about = f"  {finding.header}" if finding.header else ""
        if finding in subjects:
            about += f"  {painted(named(subjects[finding]), '2', colour)}"
        yield f"  {finding.id}{about}"
        yield f"{_INDENT}{pages_of(len(found[finding]))}: {named(found[finding])}"
        for text in (finding.message, finding.hint):
            yield from textwrap.wrap(
                printable(text),
                width,
                initial_indent=_INDENT,
                subsequent_indent=_INDENT,
                break_on_hyphens=False,
            )
