from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.report_admin.conftest import FRONT, page_of, shown
from tests.report_admin.rows import entry, fill

from security.models import ReportCount, ReportDaily, ReportGroup, ReportTotal
from security.report_admin import dashboard
from security.report_admin.spans import Span
from security.reports import storage
from security.reports.entry import Arrival
from security.reports.storage import moments

MOST_QUERIES = 26  # of a page, the session's and the user's among them


def charts(page: str) -> dict[str, dict]:
    found = re.findall(r'<script id="(chart-\w+)" type="application/json">(.*?)</script>', page)
    return {name: json.loads(text) for name, text in found}


def counted(group: ReportGroup, **hours_ago: int) -> None:
    """Count ``h3=5``: five reports, three hours ago."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for name, count in hours_ago.items():
        hour = now - timedelta(hours=int(name[1:]))
        ReportCount.objects.create(group=group, hour=hour, count=count)
        total, _ = ReportTotal.objects.get_or_create(
            hour=hour, kind=group.kind, subject=group.subject, verdict=group.ruled or group.verdict
        )
        total.count += count
        total.save()
        group.count += count
    group.first_seen = min(row.hour for row in group.counts.all())
    group.save()


def test_before_the_first_report_the_page_says_what_to_do(viewer):
    page = shown(viewer, FRONT)
    assert "No report has come in yet" in page
    assert "SECURITY_REPORTING_ENDPOINTS" in page
    assert "data-chart" not in page


def test_a_step_that_was_taken_is_marked_as_done(viewer, settings):
    settings.ROOT_URLCONF = "tests.report_admin.urls"
    settings.SECURE_CSP = {"default-src": ["'self'"], "report-uri": "/csp-report/"}
    page = shown(viewer, FRONT)
    assert "They are taken at <code>/inbox/</code>." in page
    assert page.count("done</span>") == 2


def test_what_came_in_a_moment_ago_is_on_the_page(viewer):
    arrival = Arrival(entry(subject="media-src", blocked="https://tunes.example"), 1_700_000_000, 7)
    now = int(timezone.now().timestamp())
    storage.append([arrival._replace(at=now)])
    page = shown(viewer, FRONT)
    assert "Audio or video from https://tunes.example was blocked." in page
    assert "7 reports" in page


def test_reports_are_added_up_within_the_range(viewer, group):
    counted(group(row={"count": 0}), h1=3, h23=4, h24=50, h100=600, h660=7000)
    sums = {
        name: sum(
            charts(shown(viewer, f"{FRONT}?range={name}"))["chart-verdicts"]["series"][0]["counts"]
        )
        for name in ("24h", "7d", "30d")
    }
    assert sums == {"24h": 7, "7d": 657, "30d": 7657}


def test_an_unknown_range_shows_the_usual_one(viewer, group):
    counted(group(row={"count": 0}), h100=600)
    assert shown(viewer, f"{FRONT}?range=%00'").count('aria-current="true"') == 1


def test_bars_stand_at_their_hour(viewer, group):
    counted(group(row={"count": 0}), h0=1, h5=6)
    data = charts(shown(viewer, f"{FRONT}?range=24h"))["chart-verdicts"]
    assert data["series"][0]["counts"][-6:] == [6, 0, 0, 0, 0, 1]
    assert len(data["labels"]) == len(data["series"][0]["counts"]) == 24


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_days_are_those_of_the_site_s_time_zone(zone):
    with timezone.override(zone):
        now = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
        span = Span.of("30d", now)
        local = timezone.localtime(now).date()
        assert (span.steps[-1], len(span.steps)) == (local, 30)
        assert timezone.localtime(span.start).date() == span.steps[0]
        assert span.step(now.replace(minute=0)) == local


def test_a_site_without_time_zones_has_a_dashboard(viewer, settings):
    settings.USE_TZ = False
    assert "No report has come in yet" in shown(viewer, FRONT)
    assert Span.of("7d", datetime(2026, 11, 21, 22, 40)).steps[-1] == datetime(2026, 11, 21, 22)


def test_the_change_is_against_as_long_a_time_before(group):
    counted(group(row={"count": 0}), h1=30, h30=20, h60=500)
    found = dashboard.numbers(Span.of("24h"))
    assert (found.reports, found.before, found.change) == (30, 20, 50)


def test_the_share_of_noise_counts_reports_and_heeds_rulings(group):
    counted(group(row={"count": 0, "verdict": "noise"}), h1=30)
    counted(group(blocked="https://b.example", row={"count": 0, "verdict": "defect"}), h1=20)
    ruled = {"count": 0, "verdict": "noise", "ruled": "kept"}
    counted(group(blocked="https://c.example", row=ruled), h1=50)
    assert dashboard.numbers(Span.of("24h")).noise == 50


def test_noise_and_what_is_set_aside_are_not_among_the_top(group):
    loud = group(row={"count": 0})
    counted(loud, h1=1)
    for number, row in enumerate(
        ({"verdict": "noise"}, {"status": "ignored"}, {"status": "solved"}, {"ruled": "defect"})
    ):
        counted(group(blocked=f"https://{number}.example", row={"count": 0, **row}), h1=99)
    ruled = group(blocked="https://r.example", row={"count": 0, "verdict": "noise", "ruled": "own"})
    counted(ruled, h1=5)
    assert dashboard.top_groups(Span.of("24h")) == ((ruled, 5), (loud, 1))
    found = dashboard.numbers(Span.of("24h"))
    assert (found.open, found.new) == (2, 2)


def test_the_top_is_that_of_the_range_and_not_of_all_times(group, monkeypatch):
    monkeypatch.setattr(dashboard, "LISTED", 2)
    monkeypatch.setattr(dashboard, "MAX_READ", 24 * 3 * 6)  # six groups at a time
    for number in range(10):
        old = group(blocked=f"https://old{number}.example", row={"count": 0})
        counted(old, h2=1, h500=1000 - number)
    spike = group(blocked="https://new.example", row={"count": 0})
    counted(spike, h1=40)
    assert dashboard.top_groups(Span.of("24h"))[0] == (spike, 40)


def test_the_search_for_the_top_ends_once_nothing_can_be_missed(group, monkeypatch):
    monkeypatch.setattr(dashboard, "LISTED", 1)
    monkeypatch.setattr(dashboard, "MAX_READ", 24 * 3 * 3)
    for number in range(9):
        one = group(blocked=f"https://{number}.example", row={"count": 0})
        counted(one, h1=100 - 10 * number)
    with CaptureQueriesContext(connection) as asked:
        assert dashboard.top_groups(Span.of("24h"))[0][1] == 100
    assert len(asked) == 3  # the candidates, the first of them added up, the winner


def test_few_directives_have_a_colour_and_the_rest_is_one(viewer, group):
    for number in range(10):
        counted(group(subject=f"made-up-{number}", row={"count": 0}), h1=10 + number)
    series = charts(shown(viewer, FRONT))["chart-directives"]["series"]
    names = [one["name"] for one in series]
    assert names == [f"made-up-{number}" for number in range(9, 2, -1)] + ["others"]
    assert sum(series[-1]["counts"]) == 10 + 11 + 12


def test_other_kinds_than_csp_are_named_by_their_kind(viewer, group):
    permissions = {"kind": "permissions-policy-violation", "subject": "camera"}
    counted(group(**permissions, row={"count": 0}), h1=1)
    series = charts(shown(viewer, FRONT))["chart-directives"]["series"]
    assert [one["name"] for one in series] == ["permissions-policy-violation"]


def test_refusals_browsers_and_overflow_are_shown(viewer, group):
    counted(group(kind="csp-violation", row={"count": 0, "overflow": True}), h1=41)
    today = timezone.now().date()
    for what, name, count in (
        ("browser", "Firefox 151", 1234),
        ("refused", "not-json", 5),
        ("refused", "too-large", 6),
    ):
        ReportDaily.objects.create(day=today, what=what, name=name, count=count)
    page = shown(viewer, FRONT)
    assert ">1,234<" in page
    assert "too-large 6, not-json 5" in page
    assert "reports beyond the limit of new violations" in page
    found = dashboard.numbers(Span.of("7d"))
    assert (found.refusals, found.overflow) == (11, 41)


@pytest.mark.parametrize("days", ["24h", "7d", "30d"])
def test_the_number_of_queries_does_not_grow_with_what_there_is(viewer, days):
    fill()
    with CaptureQueriesContext(connection) as asked:
        shown(viewer, f"{FRONT}?range={days}")
    assert len(asked) <= MOST_QUERIES


def test_every_chart_has_a_table_of_the_same_numbers(viewer):
    fill()
    page = shown(viewer, f"{FRONT}?range=30d")
    for chart in charts(page).values():
        whole = sum(sum(one["counts"]) for one in chart["series"])
        assert whole > 0
    tables = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[:2]
    sums = [
        sum(int(number.replace(",", "")) for number in re.findall(r'rp-number">([\d,]+)<', table))
        for table in tables
    ]
    assert sums == [
        sum(sum(s["counts"]) for s in chart["series"]) for chart in charts(page).values()
    ]


def test_numbers_that_are_older_say_so(viewer, group, monkeypatch):
    group()

    def fold() -> None:
        raise storage.StorageUnavailable

    monkeypatch.setattr(storage, "fold", fold)
    assert "these numbers are older" in shown(viewer, FRONT)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/Berlin", "America/St_Johns"])
@pytest.mark.parametrize("days", ["24h", "7d", "30d"])
def test_charts_of_a_site_with_naive_moments_show_every_report(viewer, settings, zone, days):
    settings.USE_TZ, settings.TIME_ZONE = False, zone
    now = int(timezone.now().timestamp())
    reported = entry(subject="media-src", blocked="https://tunes.example")
    storage.append([Arrival(reported, now, 7), Arrival(reported, now - 5 * 3600, 4)])
    found = charts(shown(viewer, f"{FRONT}?range={days}"))
    found |= charts(shown(viewer, f"{page_of(ReportGroup.objects.get())}?range={days}"))
    assert sorted(found) == ["chart-directives", "chart-group", "chart-verdicts"]
    for chart in found.values():
        assert sum(sum(one["counts"]) for one in chart["series"]) == 11
        assert {len(one["counts"]) for one in chart["series"]} == {len(chart["labels"])}


def test_steps_of_naive_moments_are_the_hours_that_are_stored(settings):
    settings.USE_TZ, settings.TIME_ZONE = False, "Europe/Berlin"
    now = datetime(2026, 10, 25, 12, 34)  # that night 2:00 came twice
    steps = Span.of("24h", now).steps
    seconds = int(now.timestamp())
    assert set(steps) == {moments.hour(seconds - 3600 * ago) for ago in range(24)}
    assert sorted(set(steps)) == list(steps)
