"""
Ten million reports in 50,000 groups, and what the dashboard takes to show them.

``python -m benchmarks.report_rows`` fills a PostgreSQL of its own and prints medians.
"""

# ruff: noqa: PLC0415  # what needs the settings is imported once the database is there

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import django
from tests import servers

GROUPS = 50_000
REPORTS = 10_000_000
DAYS = 60  # of reports
RUNS = 20
PROMISED = 300  # milliseconds
PAGES = 400  # of the site
HOSTS = ("www.shop.example", "shop.example", "my.shop.example")
DIRECTIVES = (
    *("script-src-elem",) * 8,
    *("style-src-elem", "img-src", "connect-src") * 3,
    *("style-src-attr", "script-src-attr", "frame-src", "font-src") * 2,
    *("media-src", "worker-src", "form-action", "script-src"),
)
VERDICTS = (*("noise",) * 11, *("kept",) * 6, "own", "own", "defect", "unknown")
STATUSES = (*("open",) * 8, "ignored", "solved")
BROWSERS = ("Chrome 156", "Chrome 155", "Safari 26", "Firefox 151", "Edge 156", "Opera 131")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_rows", description=__doc__)
    parser.add_argument("--groups", type=int, default=GROUPS)
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--explain", action="store_true", help="print each query and its time")
    options = parser.parse_args()
    with servers.postgresql() as server:
        start(server.settings)
        began = time.perf_counter()
        rows = fill(options.groups, options.reports)
        print(f"{options.reports:,} reports, {options.groups:,} groups, {rows:,} hourly counts")
        print(f"written in {time.perf_counter() - began:.0f} s")
        load = os.getloadavg()[0]
        print(f"Python {platform.python_version()}, Django {django.__version__}, load {load:.1f}")
        measure(explain=options.explain)


def start(database: dict[str, Any]) -> None:
    """Start Django with this database, and make its tables."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    settings.DATABASES = {"default": database}
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def shares(groups: int, reports: int) -> list[int]:
    """Return how many reports each group has: a few have most, as on every site."""
    weights = [1 / (rank + 5) for rank in range(groups)]
    rest = reports - groups
    total = sum(weights)
    counts = [1 + int(rest * weight / total) for weight in weights]
    counts[0] += reports - sum(counts)
    return counts


def fill(groups: int, reports: int) -> int:
    """Write it all, and return how many hourly counts that took."""
    from django.utils import timezone

    from security.models import ReportDaily, ReportGroup, ReportPolicy, ReportTotal

    chance = random.Random(5)  # noqa: S311  # the same rows each time
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    begun = now - timedelta(days=DAYS)
    policies = [
        ReportPolicy(
            digest=digest(f"policy {number}"),
            text=f"default-src 'none'; script-src 'self' https://cdn{number}.example; img-src *",
            count=reports // 12,
            first_seen=begun + timedelta(days=5 * number),
            last_seen=now - timedelta(days=55 - 5 * number),
        )
        for number in range(12)
    ]
    ReportPolicy.objects.bulk_create(policies)
    made = [
        group(number, count, chance, now, policies)
        for number, count in enumerate(shares(groups, reports))
    ]
    ReportGroup.objects.bulk_create(made, batch_size=2_000)
    totals: Counter[tuple[datetime, str, str, str]] = Counter()
    # As on a site: what came at one time stands together.
    query("CREATE TEMPORARY TABLE rows (group_id bigint, hour timestamptz, count bigint)")
    copy("rows", ("group_id", "hour", "count"), counted(made, chance, totals))
    query(
        "INSERT INTO security_reportcount (group_id, hour, count) "
        "SELECT group_id, hour, count FROM rows ORDER BY hour"
    )
    query("DROP TABLE rows")
    ReportTotal.objects.bulk_create(
        [
            ReportTotal(hour=hour, kind=kind, subject=subject, verdict=verdict, count=count)
            for (hour, kind, subject, verdict), count in totals.items()
        ],
        batch_size=2_000,
    )
    day = reports // DAYS
    ReportDaily.objects.bulk_create(
        [
            ReportDaily(day=(now - timedelta(days=ago)).date(), what=what, name=name, count=count)
            for ago in range(DAYS)
            for what, name, count in (
                *(("browser", name, day // (place + 2)) for place, name in enumerate(BROWSERS)),
                ("refused", "not-json", 40),
                ("refused", "too-large", 7),
            )
        ]
    )
    query("VACUUM ANALYZE")
    ((rows, kept),) = query("SELECT count(*), sum(count) FROM security_reportcount")
    assert kept == reports == sum(totals.values())
    return int(rows)


def group(
    number: int, count: int, chance: random.Random, now: datetime, policies: Sequence[Any]
) -> Any:
    from security.models import ReportGroup

    subject = chance.choice(DIRECTIVES)
    verdict = chance.choice(VERDICTS)
    long = chance.random() < 0.4 or count > 1_000
    hours = DAYS * 24 - 1 if long else chance.randint(1, 24 * 20)
    last = now - timedelta(hours=0 if long else chance.randint(0, DAYS * 24 - hours))
    first = max(last - timedelta(hours=hours), now - timedelta(days=DAYS))
    blocked = chance.choice(("inline", "eval", "data", f"https://host{number % 9_000}.example"))
    return ReportGroup(
        fingerprint=digest(str(number)),
        kind="csp-violation",
        disposition=chance.choice(("enforce", "enforce", "report")),
        subject=subject,
        blocked=blocked,
        source=f"https://{chance.choice(HOSTS)}/static/app-{number % 700}.js",
        line=chance.randint(1, 4_000),
        document=f"/shelf/{number % PAGES}/<int>/<slug>/",
        host=chance.choice(HOSTS),
        verdict=verdict,
        ruled="kept" if number % 997 == 0 else "",
        rule="extension-scheme" if verdict == "noise" else "",
        pack="2026.11.21",
        status=chance.choice(STATUSES),
        overflow=number % 25_000 == 24_999,
        count=count,
        first_seen=first,
        last_seen=last,
        policy=chance.choice(policies),
        browsers=chance.sample(BROWSERS, 3),
    )


def counted(
    groups: Sequence[Any], chance: random.Random, totals: Counter[tuple[datetime, str, str, str]]
) -> Iterator[tuple[int, datetime, int]]:
    """Yield hourly counts; what they add up to goes into ``totals``."""
    for one in groups:
        span = int((one.last_seen - one.first_seen).total_seconds() // 3600) + 1
        active = sorted(chance.sample(range(span), min(span, -(-one.count // 2))))
        left = one.count
        for place, hour in enumerate(active):
            rest = len(active) - place
            count = left if rest == 1 else max(1, min(left - rest + 1, round(left / rest)))
            left -= count
            at = one.first_seen + timedelta(hours=hour)
            totals[at, one.kind, one.subject, one.ruled or one.verdict] += count
            yield one.pk, at, count


def copy(table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        command = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with cursor.copy(command) as stream:
            for row in rows:
                stream.write_row(row)


def query(text: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall() if cursor.description else []


def digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def measure(*, explain: bool) -> None:
    """Ask for the dashboard as a browser does, and print the medians."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    front = reverse("admin:security_reportgroup_changelist")
    pages = [f"{front}?range={name}" for name in ("24h", "7d", "30d")]
    pages.append(reverse("admin:security_reportgroup_list"))
    for page in pages:
        assert client.get(page).status_code == 200
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            client.get(page)
            times.append(1000 * (time.perf_counter() - began))
        median, worst = statistics.median(times), max(times)
        within = "" if median < PROMISED else f"  (promised: under {PROMISED} ms)"
        print(f"{page}: median {median:.0f} ms, slowest {worst:.0f} ms of {RUNS}{within}")
        if explain:
            with CaptureQueriesContext(connection) as asked:
                client.get(page)
            for one in sorted(asked.captured_queries, key=lambda one: -float(one["time"])):
                print(f"  {float(one['time']) * 1000:6.0f} ms  {one['sql'][:300]}")


if __name__ == "__main__":
    main()
