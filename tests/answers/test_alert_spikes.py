from __future__ import annotations

import pytest
from django.core import mail
from tests.answers.reported import DAY, HOUR, NOW, arrive, violation
from tests.storing.made import together

from security.models import ReportDaily, ReportGroup
from security.reports import alerts, storage
from security.reports.alert_text import Reason
from security.signals import report_alert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
START = NOW - NOW % HOUR  # of the hour


def usual(hours, count, blocked="https://cdn.example/a.png"):
    """Let each of so many hours before this one bring some reports."""
    for hour in range(hours, 0, -1):
        arrive(violation(blocked=blocked), at=START - hour * HOUR, count=count)
    storage.fold()
    ReportGroup.objects.update(alerted_on=None)


def spikes(now=NOW):
    """Return how many reports each spike had that is told of, and how many are usual."""
    calls = []

    def listen(sender, alerts, **kwargs):
        calls.extend(each for each in alerts if each.reason is Reason.SPIKE)

    report_alert.connect(listen)
    try:
        alerts.run(now)
    finally:
        report_alert.disconnect(listen)
    return [(each.count, each.usual) for each in calls]


def test_an_hour_with_ten_times_the_usual_is_a_spike():
    usual(170, 4)
    arrive(violation(), at=NOW, count=39)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert spikes() == [(40, 4.0)]
    [sent] = mail.outbox
    assert sent.subject == "Violation reports: 1 spike"
    assert (
        "- spike: img-src https://cdn.example, on shop.example/basket/: 40 reports since "
        "2026-11-18 11:00 UTC, usually 4.0 an hour\n"
    ) in sent.body
    assert spikes() == []


def test_the_factor_can_be_chosen(settings):
    settings.SECURITY_REPORTS = {"ALERT_FACTOR": 2.5}
    usual(170, 20)
    arrive(violation(), at=NOW, count=49)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert spikes() == [(50, 20.0)]


def test_few_reports_are_no_spike():
    arrive(violation(), at=NOW - 5 * DAY, count=1)
    arrive(violation(), at=NOW, count=19)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert len(spikes()) == 1


def test_a_young_group_is_compared_with_the_hours_that_it_had():
    usual(30, 30)
    arrive(violation(), at=NOW, count=299)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert spikes() == [(300, 30.0)]


def test_the_hour_before_is_looked_at_too():
    arrive(violation(), at=NOW - 5 * DAY, count=1)
    arrive(violation(), at=START - 1, count=50)
    assert [count for count, _ in spikes(START + 30)] == [50]


def test_an_hour_long_ago_is_not():
    arrive(violation(), at=NOW - 5 * DAY, count=1)
    arrive(violation(), at=START - HOUR - 1, count=50)
    assert spikes(START + 30) == []


def test_a_new_group_is_no_spike_beside(heard):
    arrive(violation(), at=START - 10, count=50)
    arrive(violation(), at=NOW, count=5000)
    alerts.run(NOW)
    [(_, [alert])] = heard
    assert alert.reason is Reason.NEW
    assert spikes(NOW + 60) == []


def test_a_solved_violation_that_comes_back_is_a_spike_and_an_ignored_one_is_not():
    usual(2, 1)
    arrive(violation(), at=START - 5 * DAY, count=1)
    arrive(violation(), at=NOW, count=50)
    storage.fold()
    ReportGroup.objects.update(status="ignored")
    assert spikes() == []
    ReportGroup.objects.update(status="solved")
    assert len(spikes()) == 1


def test_without_time_zones_the_same_is_told(settings):
    settings.USE_TZ = False
    usual(170, 4)
    arrive(violation(), at=NOW, count=40)
    arrive(violation("font-src"), at=NOW)
    assert alerts.run(NOW) == 2
    assert mail.outbox[0].subject == "Violation reports: 1 new, 1 spike"
    assert "since 2026-11-18 11:00 UTC" in mail.outbox[0].body


def test_of_many_at_the_same_time_one_tells(database, heard):
    usual(170, 4)
    arrive(violation(), at=NOW, count=40)
    arrive(*(violation(blocked=f"https://h{number}.example") for number in range(30)), at=NOW)
    storage.fold()
    results = []
    assert together(4, lambda number: results.append(alerts.run(NOW))) == []
    assert sorted(results) == [0, 0, 0, 31]
    [(_, found)] = heard
    assert {(each.reason.value, each.usual) for each in found} == {("new", 0), ("spike", 4)}
    assert [each.count for each in ReportDaily.objects.filter(what="alert")] == [1]
    assert len(mail.outbox) == 1
