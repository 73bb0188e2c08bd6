"""What the page of one group tells beside its numbers: examples, policy, and why a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from security.policy.csp.merge import FALLBACKS
from security.reports.entry import Entry
from security.reports.grouping import MAX_EXEMPLARS
from security.reports.noise import builtin
from security.reports.report import Report
from security.reports.visible import visible

if TYPE_CHECKING:
    from security.models import ReportExemplar, ReportGroup
    from security.reports.noise_rule import Rule

MAX_FIELD: Final = 2_000  # characters, as much as the parser lets through

_TIERS: Final = {
    1: gettext_lazy("Certain: only a browser or an extension has such an address."),
    2: gettext_lazy("Very likely: programs on visitors' machines put this into pages."),
    3: gettext_lazy("Told by the first characters of the code that was blocked."),
    4: gettext_lazy("A known defect of a browser."),
}


class Fact(NamedTuple):
    """A line of a report: what it is called, and what the browser said."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """One report that was kept whole; without facts where it cannot be read any more."""

    received: datetime
    facts: tuple[Fact, ...]


class Line(NamedTuple):
    """A directive of a policy; ``violated`` for the one that stopped something."""

    text: str
    violated: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The rule behind a verdict; without ``family`` it is one that is not known any more."""

    rule: str
    family: str = ""
    certainty: str = ""
    source: str = ""
    date: str = ""


def examples(group: ReportGroup) -> tuple[Example, ...]:
    """Return the reports that were kept whole, the first that came first."""
    return tuple(map(_example, group.exemplars.order_by("received", "pk")[:MAX_EXEMPLARS]))


def _example(row: ReportExemplar) -> Example:
    try:
        report = Entry.load(row.text).report
    except ValueError:
        return Example(row.received, ())
    return Example(row.received, tuple(_facts(report)))


def _facts(report: Report) -> Iterator[Fact]:
    place = visible(report.source, MAX_FIELD)
    if report.line is not None:
        place += f":{report.line}" + ("" if report.column is None else f":{report.column}")
    told = (
        (_("Page"), report.document),
        (_("Blocked"), report.blocked),
        (_("Asked for by"), place),
        (_("Begins with"), report.sample),
        (_("Came from"), report.referrer),
        (_("Status"), "" if report.status is None else str(report.status)),
        (_("Browser"), report.user_agent),
        *report.details,
    )
    for name, text in told:
        if text:
            yield Fact(visible(name, MAX_FIELD), visible(text, MAX_FIELD))


def policy_lines(group: ReportGroup) -> tuple[Line, ...]:
    """Return the policy, a line for each directive, the violated one marked."""
    if group.policy is None:
        return ()
    texts = [part.strip() for part in group.policy.text.split(";") if part.strip()]
    names = [text.split(maxsplit=1)[0].lower() for text in texts]
    chain = (group.subject, *FALLBACKS.get(group.subject, ()))
    violated = next((name for name in chain if name in names), None)
    return tuple(
        Line(visible(text), name == violated) for text, name in zip(texts, names, strict=True)
    )


def why(group: ReportGroup) -> Why | None:
    """Return the noise rule that gave the verdict; ``None`` where none did."""
    if not group.rule:
        return None
    rule = _rule(group.rule)
    if rule is None:
        return Why(visible(group.rule))
    return Why(
        rule.id, rule.family, str(_TIERS[rule.tier]), visible(rule.source), rule.date.isoformat()
    )


def _rule(name: str) -> Rule | None:
    return next((rule for rule in builtin().rules if rule.id == name), None)
