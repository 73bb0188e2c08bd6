"""Reports that somebody made up, and what the database holds of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from threading import Barrier, Thread
from typing import Any

from django.db import connections

from security.models import (
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportInbox,
    ReportPolicy,
    ReportTotal,
)
from security.reports import noise
from security.reports.entry import Arrival, Entry, enter
from security.reports.wire import parse

HOUR = 3600
NOW = 1_800_000_000  # a whole hour
POLICY = "default-src 'self'; script-src 'self' https://cdn.example; report-uri /reports/"


def entry(number: int = 0, *, browser: str = "Chrome 141", **members: Any) -> Entry:
    """Return an entry; another number is another group."""
    body = {
        "document-uri": "https://shop.example/cart/",
        "effective-directive": "script-src-elem",
        "original-policy": POLICY,
        "disposition": "enforce",
        "blocked-uri": f"https://host{number}.example/x.js",
    }
    return of_body({"csp-report": {**body, **members}}, browser)


def of_body(body: Any, browser: str = "") -> Entry:
    return entries(json.dumps(body).encode(), browser)[0]


def entries(body: bytes, browser: str = "") -> list[Entry]:
    reports = parse(body).reports
    return [enter(report, noise.builtin(), lambda path: path, browser) for report in reports]


def arrival(number: int = 0, at: int = NOW, count: int = 1, **members: Any) -> Arrival:
    return Arrival(entry(number, **members), at, count)


def together(count: int, work: Callable[[int], object]) -> list[BaseException]:
    """Let threads begin at the same moment, each with its number; return what they raised."""
    errors: list[BaseException] = []
    gate = Barrier(count)

    def run(number: int) -> None:
        try:
            gate.wait(60)
            work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def counted() -> dict[str, int]:
    """Return how many reports were counted, by what was blocked."""
    return dict(ReportGroup.objects.filter(count__gt=0).values_list("blocked", "count"))


def sums() -> set[int]:
    """Return the sums of all that is counted by report; there should be one."""
    return {
        sum(model.objects.values_list("count", flat=True))
        for model in (ReportGroup, ReportCount, ReportTotal)
    } | {sum(ReportDaily.objects.filter(what="browser").values_list("count", flat=True))}


def rows() -> dict[str, Any]:
    """Return all that is stored, without what depends on who was first to write."""
    groups = dict(ReportGroup.objects.values_list("pk", "fingerprint"))

    def named(values: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return sorted((groups[pk], *rest) for pk, *rest in values)

    return {
        "groups": sorted(
            (group.fingerprint, group.verdict, group.count, group.first_seen, group.last_seen)
            for group in ReportGroup.objects.all()
        ),
        "browsers": sorted(
            (group.fingerprint, *group.browsers) for group in ReportGroup.objects.all()
        ),
        "exemplars": named(ReportExemplar.objects.order_by("pk").values_list("group", "text")),
        "counts": named(ReportCount.objects.values_list("group", "hour", "count")),
        "totals": sorted(
            ReportTotal.objects.values_list("hour", "kind", "subject", "verdict", "count")
        ),
        "numbers": sorted(ReportDaily.objects.values_list("day", "what", "name", "count")),
        "policies": sorted(
            ReportPolicy.objects.values_list("digest", "text", "count", "first_seen", "last_seen")
        ),
        "inbox": ReportInbox.objects.count(),
    }
