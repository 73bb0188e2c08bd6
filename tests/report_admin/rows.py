"""A month of reports of a small shop, for tests, the browser and the screenshots."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from security.models import (
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportPolicy,
    ReportTotal,
)
from security.reports.entry import Entry
from security.reports.grouping import digest
from security.reports.noise import builtin
from security.reports.report import Disposition, Report, Shape

HOST = "www.breakwater.example"
SITE = f"https://{HOST}"
POLICY = (
    "default-src 'none'; script-src 'nonce-removed' 'strict-dynamic'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; report-uri /csp-report/; report-to main"
)
OLDER = POLICY.replace("font-src 'self'; ", "")
DAYS = 30


class Kind(NamedTuple):
    """One violation: how many reports a day, and for how many days until how many days ago."""

    report: dict[str, Any]
    daily: float
    since: int = DAYS
    until: int = 0
    status: str = "open"


KINDS = (
    Kind(
        {
            "subject": "img-src",
            "blocked": "https://images.glaze-club.example/stamp.png",
            "document": f"{SITE}/pieces/<slug>/",
            "source": f"{SITE}/pieces/tide-mug/",
            "line": 41,
            "column": 9,
        },
        62,
    ),
    Kind(
        {
            "subject": "script-src-elem",
            "blocked": "inline",
            "document": f"{SITE}/about/",
            "source": f"{SITE}/about/",
            "line": 88,
            "column": 3,
            "sample": "window.kiln = window.kiln || []; kiln.pu",
        },
        34,
        since=6,
    ),
    Kind(
        {
            "subject": "script-src-elem",
            "blocked": "https://cdn.tag-depot.example/t.js",
            "document": f"{SITE}/basket/",
            "source": f"{SITE}/static/shop/js/shop.js",
            "line": 17,
            "column": 22,
            "disposition": Disposition.REPORT,
        },
        21,
        since=12,
    ),
    Kind(
        {
            "subject": "style-src-attr",
            "blocked": "inline",
            "document": f"{SITE}/pieces/<slug>/",
            "source": f"{SITE}/static/shop/js/shop.js",
            "line": 203,
        },
        18,
    ),
    Kind(
        {
            "subject": "font-src",
            "blocked": "https://type.foundry.example/brisk.woff2",
            "document": f"{SITE}/",
            "source": f"{SITE}/static/shop/css/base.css",
        },
        11,
        until=9,
        status="solved",
    ),
    Kind(
        {
            "subject": "connect-src",
            "blocked": f"{SITE}:8443/stock/",
            "document": f"{SITE}/basket/",
            "source": f"{SITE}/static/shop/js/shop.js",
            "line": 90,
        },
        7,
        since=3,
    ),
    Kind(
        {
            "subject": "frame-src",
            "blocked": "https://maps.harbour.example/",
            "document": f"{SITE}/about/",
        },
        6,
    ),
    Kind(
        {
            "subject": "form-action",
            "blocked": "https://pay.lighthouse.example/",
            "document": f"{SITE}/checkout/",
        },
        3,
        since=1,
    ),
    Kind(
        {
            "kind": "permissions-policy-violation",
            "subject": "geolocation",
            "document": f"{SITE}/about/",
            "source": f"{SITE}/static/shop/js/shop.js",
            "line": 5,
        },
        2,
        since=20,
    ),
    Kind(
        {
            "subject": "script-src-elem",
            "blocked": "chrome-extension",
            "document": f"{SITE}/pieces/<slug>/",
        },
        88,
    ),
    Kind(
        {
            "subject": "style-src-elem",
            "blocked": "inline",
            "document": f"{SITE}/",
            "source": "moz-extension",
        },
        46,
    ),
    Kind(
        {
            "subject": "script-src-elem",
            "blocked": "https://gc.kis.v2.scr.kaspersky-labs.com/main.js",
            "document": f"{SITE}/basket/",
        },
        24,
        status="ignored",
    ),
    Kind({"subject": "script-src-elem", "blocked": "", "document": f"{SITE}/"}, 4),
)
BROWSERS = {"Chrome 156": 41, "Safari 26": 27, "Edge 156": 12, "Firefox 151": 11, "Chrome 155": 6}


def entry(**members: Any) -> Entry:
    """Return the entry of a scrubbed report, judged by the built-in rules."""
    usual: dict[str, Any] = {
        "kind": "csp-violation",
        "shape": Shape.ARRAY,
        "document": f"{SITE}/",
        "policy": POLICY,
        "user_agent": "Chrome 156",
        "status": 200,
    }
    members["disposition"] = Disposition(members.get("disposition", Disposition.ENFORCE))
    report = Report(**(usual | members))
    return Entry.of(report, builtin().judge(report))


def group_of(kept: Entry, now: datetime, **members: Any) -> ReportGroup:
    """Write a group with one exemplar, and its policy."""
    from security.reports.grouping import key

    if kept.report.policy:
        times = {"first_seen": now - timedelta(days=3), "last_seen": now}
        made = {"text": kept.report.policy, "count": 0, **times}
        ReportPolicy.objects.get_or_create(digest=kept.policy, defaults=made)
    named = key(kept.report)
    usual: dict[str, Any] = {
        "fingerprint": kept.fingerprint,
        **named._asdict(),
        "host": kept.host,
        "verdict": kept.judgement.verdict.value,
        "rule": kept.judgement.rule,
        "pack": kept.judgement.pack,
        "count": 1,
        "first_seen": now,
        "last_seen": now,
        "policy_id": kept.policy or None,
        "browsers": [kept.browser] if kept.browser else [],
    }
    group = ReportGroup.objects.create(**(usual | members))
    ReportExemplar.objects.create(group=group, text=kept.text, received=group.first_seen)
    return group


def fill(now: datetime | None = None) -> None:
    """Write a month of all of them."""
    now = timezone.now() if now is None else now
    hour = now.replace(minute=0, second=0, microsecond=0)
    chance = random.Random(11)  # noqa: S311  # the same rows each time
    totals: Counter[tuple[datetime, str, str, str]] = Counter()
    days: Counter[Any] = Counter()
    for kind in KINDS:
        one = entry(**kind.report)
        counts: dict[datetime, int] = {}
        for ago in range(kind.until * 24, kind.since * 24):
            at = hour - timedelta(hours=ago)
            busy = 0.35 + 0.65 * max(0.0, math.sin((at.hour - 6) / 24 * 2 * math.pi))
            burst = 5 if kind.daily > 60 and 48 < ago < 55 else 1
            count = int(kind.daily / 8 * busy * burst * chance.uniform(0.3, 1.7) + chance.random())
            if count:
                counts[at] = count
                totals[at, one.report.kind, one.report.subject, one.judgement.verdict] += count
                days[at.date()] += count
        group = group_of(
            one,
            now,
            count=sum(counts.values()),
            first_seen=min(counts) + timedelta(minutes=chance.randint(1, 59)),
            last_seen=min(max(counts) + timedelta(minutes=chance.randint(1, 59)), now),
            status=kind.status,
            browsers=sorted(chance.sample(sorted(BROWSERS), 3)),
        )
        ReportCount.objects.bulk_create(
            [ReportCount(group=group, hour=at, count=count) for at, count in counts.items()]
        )
    ReportTotal.objects.bulk_create(
        [
            ReportTotal(hour=at, kind=kind, subject=subject, verdict=verdict, count=count)
            for (at, kind, subject, verdict), count in totals.items()
        ]
    )
    ReportDaily.objects.bulk_create(
        [
            ReportDaily(day=day, what="browser", name=name, count=count * share // 100)
            for day, count in days.items()
            for name, share in BROWSERS.items()
        ]
        + [ReportDaily(day=day, what="refused", name="not-json", count=3) for day in days]
    )
    half = now - timedelta(days=DAYS / 2)
    reports = sum(days.values())
    for text, first, last in ((OLDER, now - timedelta(days=DAYS), half), (POLICY, half, now)):
        made = {"text": text, "count": reports // 2, "first_seen": first, "last_seen": last}
        ReportPolicy.objects.update_or_create(digest=digest(text), defaults=made)
