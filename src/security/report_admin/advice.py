"""What the suggestion page shows: the change of each policy, and each line with its evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from security.management import csp_current, csp_held
from security.management.csp_current import Current
from security.policy.errors import PolicyError
from security.reports.evidence import Violation
from security.reports.suggest import Line, Suggestion, suggest
from security.reports.suggest_advice import Advice
from security.reports.suggest_text import difference
from security.reports.visible import MAX_SHOWN, visible

MAX_LINES: Final = 100  # of each kind of advice; the command has them all
MAX_PAGES: Final = 3  # that a line names


class Diff(NamedTuple):
    """A line of a settings file; ``mark`` is ``add``, ``remove``, ``place`` or ``same``."""

    mark: str
    text: str


class Row(NamedTuple):
    """One piece of advice, ready to be shown."""

    directive: str
    source: str
    why: str
    evidence: str
    pages: tuple[str, ...]
    warnings: tuple[str, ...]


class Section(NamedTuple):
    """The advice of one kind; ``more`` rows are left out."""

    name: str
    title: str
    rows: tuple[Row, ...]
    more: int


class Part(NamedTuple):
    """What is suggested for one policy; ``trouble`` says why nothing can be."""

    heading: str
    diff: tuple[Diff, ...] = ()
    sections: tuple[Section, ...] = ()
    warnings: tuple[str, ...] = ()
    trouble: str = ""


class Page(NamedTuple):
    """A part for each policy that something was reported for, or why there is none."""

    parts: tuple[Part, ...] = ()
    trouble: str = ""


def advised(violations: Iterable[Violation], keys: Collection[str]) -> Page:
    """Return what to say of the violations, or of those with these keys alone."""
    try:
        currents = csp_current.site()
    except ImproperlyConfigured as error:
        return Page(trouble=visible(error))
    wanted = [one for one in violations if not keys or one.key in keys]
    return Page(tuple(_part(*each) for each in csp_held.telling(csp_held.held(currents, wanted))))


def _part(current: Current, violations: list[Violation]) -> Part:
    try:
        suggestion = suggest(current.policy, violations)
    except PolicyError as error:
        return Part(current.heading, trouble=visible(error))
    return Part(
        current.heading,
        tuple(map(_diff, difference(suggestion, current.setting, current.added))),
        tuple(_sections(suggestion)),
        tuple(visible(one.message) for one in suggestion.warnings),
    )


def _diff(line: str) -> Diff:
    marks = {"+": "add", "-": "remove", "@": "place"}
    is_heading = line.startswith(("+++", "---"))
    return Diff("place" if is_heading else marks.get(line[:1], "same"), visible(line))


def _sections(suggestion: Suggestion) -> Iterable[Section]:
    for advice in Advice:
        lines = suggestion.of(advice)
        if lines:
            rows = tuple(map(_row, lines[:MAX_LINES]))
            title = advice.value[:1].upper() + advice.value[1:]
            yield Section(advice.name.lower(), title, rows, len(lines) - len(rows))


def _row(line: Line) -> Row:
    pages = [visible(page, MAX_SHOWN) for page in line.evidence.pages[:MAX_PAGES]]
    more = len(line.evidence.pages) - MAX_PAGES
    return Row(
        visible(line.verdict.directive, MAX_SHOWN),
        visible(line.verdict.source, MAX_SHOWN),
        visible(line.verdict.why, MAX_SHOWN),
        str(line.evidence),
        (*pages, f"+ {more:,}") if more > 0 else tuple(pages),
        tuple(visible(one.message, MAX_SHOWN) for one in line.warnings),
    )
