"""What is too old goes, and nothing else; verdicts change, and the totals with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from tests.storing.made import HOUR, NOW, arrival, entry, rows, sums
from tests.storing.router import ALIAS

from security.models import (
    CspReport,
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportPolicy,
    ReportReceipt,
    ReportTotal,
)
from security.reports import noise, storage
from security.reports.entry import Arrival

DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def short(settings):
    settings.SECURITY_REPORTS = {"KEEP_DAYS": 10, "KEEP_REPORTS_DAYS": 3}


def old(name):
    return arrival(1, NOW, **{"original-policy": f"default-src {name}.example"})


def test_what_was_not_seen_for_long_goes(database):
    storage.append([old("gone"), arrival(2, NOW)])
    storage.append([arrival(2, NOW + 5 * DAY)])
    assert storage.prune(NOW + 10 * DAY) == (0,) * 7
    pruned = storage.prune(NOW + 10 * DAY + 1)
    assert pruned == storage.Pruned(
        groups=1, counts=2, totals=1, numbers=0, policies=1, reports=0, receipts=0
    )
    assert ReportGroup.objects.get().blocked == "https://host2.example"
    assert (ReportCount.objects.get().count, ReportTotal.objects.get().count) == (1, 1)
    assert ReportExemplar.objects.count() == ReportPolicy.objects.count() == 1
    # Chrome, new groups and new policies of the first day.
    assert storage.prune(NOW + 11 * DAY).numbers == 3
    assert ReportDaily.objects.count() == 1


def test_reports_and_receipts_have_ages_of_their_own(database):
    report = {"document_uri": "https://shop.example/", "referrer": "", "blocked_uri": "inline"}
    report |= {"violated_directive": "script-src", "sender_ip": "192.0.2.1", "user_agent": ""}
    for age in (3 * DAY, 3 * DAY + 1):
        made = CspReport.objects.create(**report)
        moment = datetime.fromtimestamp(NOW - age, tz=UTC)
        CspReport.objects.filter(pk=made.pk).update(date_received=moment)
    storage.keep({"1-0": [arrival()]}, now=NOW - 10 * DAY)
    storage.keep({"2-0": [arrival()]}, now=NOW - 10 * DAY - 1)
    pruned = storage.prune(NOW)
    assert (pruned.reports, pruned.receipts, pruned.groups) == (1, 1, 0)
    assert CspReport.objects.count() == 1
    assert ReportReceipt.objects.get().pk == "1-0"


def test_a_dry_run_tells_the_same_and_changes_nothing(database):
    storage.append([old("gone"), arrival(2, NOW)])
    storage.append([arrival(2, NOW + 5 * DAY)])
    storage.fold()
    before = rows()
    told = storage.prune(NOW + 20 * DAY, dry_run=True)
    assert rows() == before
    assert storage.prune(NOW + 20 * DAY) == told
    assert told.groups == 2


def test_it_removes_more_than_one_batch(fast):
    storage.append([arrival(number) for number in range(600)])
    pruned = storage.prune(NOW + 20 * DAY)
    assert (pruned.groups, pruned.counts) == (600, 600)


def test_what_waits_is_counted_before(database):
    storage.append([arrival(1, NOW)])
    storage.fold()
    storage.append([arrival(1, NOW + 19 * DAY)])
    assert storage.prune(NOW + 20 * DAY).groups == 0


def test_the_command_says_what_it_removed(fast):
    storage.append([arrival(1, 1_000_000_000), arrival(2, 1_000_000_000)])
    storage.fold()

    def run(*options: str) -> list[str]:
        out = StringIO()
        call_command("prunereports", *options, stdout=out)
        return out.getvalue().splitlines()

    assert run("--dry-run")[1] == "Would remove 2 hourly counts."
    assert run()[0] == "Removed 2 violations."
    assert run("-v", "0") == []
    assert ReportGroup.objects.count() == 0


def another(pack, group):
    """Return a pack that has no rule for what the pack of the package knows as noise."""
    return noise.builtin().without([group.rule])


def noisy(at=NOW, count=1):
    return Arrival(entry(0, **{"source-file": "chrome-extension://abc/x.js"}), at, count)


def totals():
    return dict(ReportTotal.objects.values_list("verdict").values_list("verdict", "count"))


def test_a_new_pack_gives_new_verdicts_and_totals(database):
    storage.append([noisy(count=3), arrival(1, count=2)])
    storage.fold()
    assert totals() == {"noise": 3, "kept": 2}
    group = ReportGroup.objects.get(verdict="noise")
    pack = another(noise.builtin(), group)
    storage.append([noisy(count=4)])
    assert storage.rejudge(pack) == 1
    group.refresh_from_db()
    assert (group.verdict, group.rule, group.pack) == ("kept", "", pack.version)
    assert totals() == {"kept": 9}
    assert sums() == {9}
    assert storage.rejudge(pack) == 0
    assert storage.rejudge(noise.builtin()) == 1
    assert totals() == {"noise": 7, "kept": 2}


def test_a_verdict_by_hand_stands_above(database):
    storage.append([noisy(count=3), noisy(NOW + HOUR)])
    storage.fold()
    group = ReportGroup.objects.get()
    assert storage.rule([group.pk], "own") == 1
    storage.append([noisy(count=5)])
    storage.fold()
    assert sorted(ReportTotal.objects.values_list("verdict", "count")) == [("own", 1), ("own", 8)]
    assert storage.rejudge(another(noise.builtin(), group)) == 1
    assert set(totals()) == {"own"}
    storage.rule([group.pk], "")
    assert set(totals()) == {"kept"}
    assert sums() == {9}


def test_a_group_whose_reports_cannot_be_read_keeps_its_verdict(fast):
    storage.append([noisy()])
    ReportExemplar.objects.update(text="of another release")
    pack = replace(noise.builtin(), version="new")
    assert storage.rejudge(pack) == 0
    assert ReportGroup.objects.get().verdict == "noise"


def test_the_other_command_judges_by_the_rules_of_the_settings(fast):
    storage.append([noisy()])
    ReportGroup.objects.update(verdict="kept", pack="old")
    out = StringIO()
    call_command("rejudgereports", stdout=out)
    version = noise.builtin().version
    assert out.getvalue() == f"1 violation has another verdict by {version}.\n"


@pytest.mark.parametrize("name", ["prunereports", "rejudgereports"])
def test_a_command_says_that_the_database_is_down(fast, monkeypatch, name):
    connections[ALIAS].close()
    monkeypatch.setitem(connections[ALIAS].settings_dict, "NAME", "/nowhere/at/all")
    with pytest.raises(CommandError, match="The database does not answer"):
        call_command(name)
