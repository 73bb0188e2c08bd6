"""What a policy would do with reported violations, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from . import plain
from .evidence import evidence
from .replay import Outcome, Replayed, Summary, summary

MAX_LINES: Final = 100  # of one outcome; JSON has them all
MAX_LINE: Final = 400  # characters
HEADINGS: Final = {
    Outcome.BLOCKED: "Still blocked",
    Outcome.UNTOLD: "The report does not say enough",
    Outcome.ALLOWED: "Let through",
}
Tried = tuple[str, Sequence[Replayed]]  # a policy, and what it would do with its groups
NOISE: Final = "Noise, which a policy should go on blocking"


def blocked(replayed: Sequence[Replayed]) -> bool:
    """Tell whether anything is still blocked that no rule calls noise."""
    return any(_is(one, Outcome.BLOCKED) for one in replayed)


def text(replayed: Sequence[Replayed]) -> str:
    """Return the groups by outcome, each on a line of ASCII, in the given order."""
    lines = []
    for outcome, heading in HEADINGS.items():
        found = [one for one in replayed if _is(one, outcome)]
        lines.append(_heading(heading, found))
        lines += [plain.line(_line(one), MAX_LINE) for one in found[:MAX_LINES]]
        if len(found) > MAX_LINES:
            lines.append(f"... and {len(found) - MAX_LINES:,} more.")
    if noise := [one for one in replayed if one.violation.noise]:
        lines.append(_heading(NOISE, noise))
    return "\n".join(lines) + "\n"


def objects(first: Tried, *others: Tried) -> str:
    """
    Return all of it as one JSON object; texts as they were reported.

    What other policies would do, each with its own groups, is under ``others``.
    """
    whole = _whole(*first)
    if others:
        whole["others"] = [_whole(*each) for each in others]
    return json.dumps(whole, indent=2)


def _whole(policy: str, replayed: Sequence[Replayed]) -> dict[str, Any]:
    counted = [one for one in replayed if not one.violation.noise]
    noise = [one for one in replayed if one.violation.noise]
    return {
        "policy": policy,
        "summary": dict(_numbers(summary(counted))),
        "noise": dict(_numbers(summary(noise))),
        "groups": [_object(one) for one in replayed],
    }


def _is(one: Replayed, outcome: Outcome) -> bool:
    return one.outcome is outcome and not one.violation.noise


def _heading(heading: str, found: Sequence[Replayed]) -> str:
    reports = sum(one.violation.count for one in found)
    groups = f"{len(found):,} group{'' if len(found) == 1 else 's'}"
    return f"{heading}: {groups}, {reports:,} report{'' if reports == 1 else 's'}."


def _line(one: Replayed) -> str:
    violation = one.violation
    known = evidence((violation,))
    blocked = violation.blocked or "something without a name"
    why = one.why if one.outcome is not Outcome.BLOCKED else f"{one.directive} blocks it"
    reason = f" ({why})" if why else ""
    return f"- {violation.directive} {blocked}{reason}: {known}, on {', '.join(known.pages)}"


def _numbers(numbers: Summary) -> Iterator[tuple[str, dict[str, int]]]:
    for outcome in Outcome:
        yield (
            outcome.value,
            {"groups": numbers.groups[outcome], "reports": numbers.reports[outcome]},
        )


def _object(one: Replayed) -> dict[str, Any]:
    violation = one.violation
    known = evidence((violation,))
    return {
        "group": violation.key,
        "outcome": one.outcome.value,
        "directive": violation.directive,
        "blocked": violation.blocked,
        "disposition": violation.disposition,
        "decided_by": one.directive,
        "why": one.why,
        "noise": violation.noise,
        "reports": known.count,
        "pages": list(known.pages),
        "browsers": list(known.browsers),
        "days": known.days,
    }
