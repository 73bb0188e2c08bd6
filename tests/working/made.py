"""Reports, ready to be accepted, and what became of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from security.models import ReportGroup
from security.reports.entry import Arrival, Entry
from security.reports.noise import Judgement, Verdict
from security.reports.report import Disposition, Kind, Report, Shape

SINK = "security.reports.sinks.redis.RedisSink"
JUDGEMENT = Judgement(Verdict.KEPT, "", "tests")


def entry(name: str) -> Entry:
    """Return a violation of its own for each name."""
    report = Report(
        kind=Kind.CSP,
        shape=Shape.LEGACY,
        document="https://www.example.com/page/",
        subject="script-src-elem",
        blocked=f"https://{name}.example.net/a.js",
        disposition=Disposition.ENFORCE,
        policy="script-src 'self'",
        user_agent="Chrome 140",
    )
    return Entry.of(report, JUDGEMENT)


def arrivals(*names: str, count: int = 1) -> list[Arrival]:
    return [Arrival(entry(name), int(time.time()), count) for name in names]


def counted() -> Mapping[str, int]:
    """Return how many reports each violation has, by the name that ``entry`` took."""
    rows: Any = ReportGroup.objects.values_list("blocked", "count")
    return {
        blocked.removeprefix("https://").partition(".example.net")[0]: count
        for blocked, count in rows
    }
