"""Whoever sends reports may invent them: there are no more rows than we say."""

from __future__ import annotations

import pytest
from tests.storing.made import HOUR, NOW, arrival, counted, of_body, sums, together

from security.models import ReportDaily, ReportExemplar, ReportGroup, ReportPolicy
from security.reports import storage
from security.reports.entry import Arrival


@pytest.fixture(autouse=True)
def few(settings):
    settings.SECURITY_REPORTS = {"MAX_GROUPS_PER_HOUR": 20}


def test_an_hour_makes_as_many_groups_as_it_may(database):
    def send(thread: int) -> None:
        for number in range(10):
            storage.append([arrival(10 * thread + number), arrival(10 * thread + number, NOW + 9)])

    assert together(8, send) == []
    storage.fold()
    assert ReportGroup.objects.filter(overflow=False).count() == 20
    (surplus,) = ReportGroup.objects.filter(overflow=True)
    assert (surplus.count, surplus.kind, surplus.blocked) == (120, "csp-violation", "")
    assert sums() == {160}
    assert ReportDaily.objects.get(what="groups").count == 20
    assert not surplus.exemplars.exists()


def test_the_next_hour_takes_more(database):
    storage.append([arrival(number) for number in range(30)])
    storage.append([arrival(number, NOW + HOUR) for number in range(30)])
    storage.fold()
    assert ReportGroup.objects.filter(overflow=False).count() == 30
    assert sums() == {60}


def test_what_had_no_group_gets_one_in_the_next_hour(database):
    storage.append([arrival(number) for number in range(20)])
    for at in (NOW, NOW + HOUR - 1, NOW + HOUR, NOW + HOUR + 1):
        storage.append([arrival(20, at)])
    storage.fold()
    assert counted()["https://host20.example"] == 2


def test_groups_that_are_there_are_counted_when_the_hour_is_full(database):
    storage.append([arrival(number) for number in range(25)])
    storage.forget()
    storage.append([arrival(number, count=2) for number in range(20)])
    storage.fold()
    assert counted()["https://host7.example"] == 3


def test_invented_kinds_share_one_group(database):
    storage.append([arrival(number) for number in range(20)])
    invented = [
        of_body([{"type": f"kind-{n}", "url": "https://shop.example/", "body": {"a": 1}}])
        for n in range(30)
    ]
    storage.append([Arrival(each, NOW) for each in invented])
    storage.fold()
    assert ReportGroup.objects.get(overflow=True, kind="").count == 30


def test_invented_policies_are_bounded_and_their_reports_counted(database):
    arrivals = [arrival(**{"original-policy": f"default-src h{n}.example"}) for n in range(50)]
    for each in arrivals:
        storage.append([each])
    storage.fold()
    assert ReportPolicy.objects.count() == 20
    assert counted() == {"https://host0.example": 50}
    assert sum(ReportPolicy.objects.values_list("count", flat=True)) == 20


def test_exemplars_are_five_however_many_write_at_once(database):
    def send(thread: int) -> None:
        for number in range(5):
            column = {"column-number": 100 * thread + number + 1}
            storage.append([arrival(0, browser=f"Chrome {100 + thread}", **column)])

    assert together(8, send) == []
    storage.fold()
    assert ReportExemplar.objects.count() == 5
    assert len(ReportGroup.objects.get().browsers) == 8
    assert sums() == {40}
