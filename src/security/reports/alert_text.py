"""What a message about violations says, as a mail and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from . import plain
from .report import Kind

LISTED: Final = 20  # groups that a message names
MAX_LINE: Final = 400  # characters
INTRODUCTION: Final = (
    "This is what browsers reported. Anybody can send such reports: do not open their addresses."
)
WHERE: Final = "The admin shows all of them under Violations."
LAST: Final = "This is the last message of the day (UTC); what is new from now on follows tomorrow."


class Reason(StrEnum):
    """Why a group is told of; the value is its heading."""

    NEW = "new"
    SPIKE = "spike"


@dataclass(frozen=True, slots=True)
class Alert:
    """
    A group of reports that is new or came much more often than before.

    ``subject`` is the directive of a CSP, else what ``Report.subject`` is. ``count`` is how many
    reports came so far, of a spike since the hour ``since``; then ``usual`` is how many an hour
    brought before. ``since`` is in UTC.
    """

    reason: Reason
    fingerprint: str
    kind: str
    disposition: str
    subject: str
    blocked: str
    host: str
    page: str
    source: str
    count: int
    since: datetime
    usual: float = 0


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message about groups, the new ones first.

    ``overflow`` is how many reports came within two hours that belong to no group, because
    there were too many new groups. ``last`` says that the day's limit is reached.
    """

    alerts: tuple[Alert, ...]
    overflow: int = 0
    last: bool = False

    @property
    def subject(self) -> str:
        """Return one line with nothing in it that was reported."""
        numbers = [
            f"{number:,} {name if number == 1 else plural}"
            for reason, name, plural in (
                (Reason.NEW, "new", "new"),
                (Reason.SPIKE, "spike", "spikes"),
            )
            if (number := sum(one.reason is reason for one in self.alerts))
        ]
        return f"Violation reports: {', '.join(numbers)}"

    def text(self) -> str:
        """Return the body of a mail, in ASCII; at most ``LISTED`` groups, each on a line."""
        return "\n".join((INTRODUCTION, "", *self._lines(), "", WHERE)) + "\n"

    def payload(self) -> dict[str, Any]:
        """Return what a webhook gets; ``text`` is what chat programs show, with no markup."""
        return {
            "text": "\n".join((self.subject, *map(_unmarked, self._lines()))),
            "alerts": [_object(one) for one in self.alerts[:LISTED]],
            "more": max(0, len(self.alerts) - LISTED),
            "overflow": self.overflow,
            "last": self.last,
        }

    def _lines(self) -> Iterator[str]:
        for one in self.alerts[:LISTED]:
            yield plain.line(_line(one), MAX_LINE)
        if (more := len(self.alerts) - LISTED) > 0:
            yield f"... and {more:,} more."
        if self.overflow:
            yield f"{self.overflow:,} reports came beyond the limit of new groups in an hour."
        if self.last:
            yield LAST


def _line(one: Alert) -> str:
    what = one.subject if one.kind == Kind.CSP else f"{one.kind} {one.subject}"
    place = f"{what.strip()} {one.blocked or '(not named)'}, on {one.host}{one.page}"
    reports = f"{one.count:,} report{'' if one.count == 1 else 's'}"
    since = f"{one.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    usual = f", usually {one.usual:,.1f} an hour" if one.reason is Reason.SPIKE else ""
    return f"- {one.reason.value}: {place}: {reports} since {since}{usual}"


def _unmarked(line: str) -> str:
    """Return a line in which a chat program finds no link and calls nobody."""
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _object(one: Alert) -> dict[str, Any]:
    return {
        "reason": one.reason.value,
        "group": one.fingerprint,
        "kind": one.kind,
        "disposition": one.disposition,
        "subject": one.subject,
        "blocked": one.blocked,
        "host": one.host,
        "page": one.page,
        "source": one.source,
        "reports": one.count,
        "since": f"{one.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "usual": round(one.usual, 1),
    }


def ordered(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Return alerts as a message lists them: the new first, each kind by number of reports."""
    reasons = list(Reason)
    return tuple(
        sorted(alerts, key=lambda one: (reasons.index(one.reason), -one.count, one.fingerprint))
    )
