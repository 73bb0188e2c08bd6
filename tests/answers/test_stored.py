from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.answers.reported import DAY, HOUR, NOW, PAGE, arrive, script, violation

from security.models import ReportExemplar, ReportGroup
from security.reports import stored
from security.reports.report import Disposition
from security.reports.storage.moments import day, moment
from security.reports.stored import Selection

pytestmark = pytest.mark.django_db
QUIET = "https://quiet.example"
CDN = "https://cdn.example"


def found(**chosen):
    """Return the groups by what was blocked."""
    return {each.blocked: each for each in stored.groups(Selection(**chosen))}


def test_a_group_tells_what_the_reports_said():
    source = "https://shop.example/app.js"
    arrive(violation(source=source, sample="x()"), at=NOW - DAY)
    arrive(violation(source=source, policy="img-src 'none'"), at=NOW, count=2, browser=157)
    [group] = stored.groups(Selection())
    assert group.key == ReportGroup.objects.get().fingerprint
    assert (group.directive, group.blocked, group.document) == ("img-src", CDN, PAGE)
    assert (group.disposition, group.count, group.pages) == ("enforce", 7, ("/basket/",))
    assert group.browsers == ("Chrome 156", "Chrome 157")
    assert (group.first_seen, group.last_seen) == (day(NOW - DAY), day(NOW))
    assert (group.source_file, group.sample, group.noise) == (source, "x()", "")
    assert group.policy == "img-src 'none'"
    assert group.visitors is None


def test_the_scheme_of_the_page_is_that_of_a_report():
    arrive(violation(document="http://localhost:8000/basket/"))
    assert [each.document for each in stored.groups(Selection())] == [
        "http://localhost:8000/basket/"
    ]


@pytest.mark.parametrize("text", [None, "[]", '["another release"]'])
def test_without_a_readable_exemplar_the_page_is_one_of_its_host(text):
    arrive(violation())
    if text is None:
        ReportExemplar.objects.all().delete()
    else:
        ReportExemplar.objects.update(text=text)
    assert [each.document for each in stored.groups(Selection())] == [PAGE]


def test_those_with_the_most_reports_come_first_and_the_rest_is_left_out():
    for number in range(4):
        arrive(violation(blocked=f"https://c{number}.example"), count=number + 1)
    assert [each.count for each in stored.groups(Selection(), most=2)] == [4, 3]


def test_the_number_of_queries_does_not_grow_with_the_groups():
    numbers = []
    for number in range(12):
        arrive(violation(blocked=f"https://c{number}.example", policy=f"img-src {number}.example"))
        stored.groups(Selection())
        with CaptureQueriesContext(connection) as queries:
            stored.groups(Selection(since=moment(0)))
        numbers.append(len(queries))
    assert len(set(numbers)) == 1


@pytest.mark.parametrize("status", [ReportGroup.Status.IGNORED, ReportGroup.Status.SOLVED])
def test_open_groups_are_read_and_others_where_they_are_asked_for(status):
    arrive(violation(), violation(blocked=QUIET))
    ReportGroup.objects.filter(blocked=QUIET).update(status=status)
    assert set(found()) == {CDN}
    assert set(found(statuses=frozenset({status.value}))) == {QUIET}


def test_a_host_is_that_of_the_page():
    arrive(violation(), violation(document="https://blog.example/a/", blocked=QUIET))
    assert set(found(host="blog.example")) == {QUIET}


def test_a_report_that_does_not_tell_its_disposition_belongs_to_all():
    arrive(
        violation(),
        violation(blocked=QUIET, disposition=Disposition.REPORT),
        violation(blocked="https://webkit.example", disposition=Disposition.UNKNOWN),
    )
    assert set(found(dispositions=frozenset({"report"}))) == {QUIET, "https://webkit.example"}
    assert set(found(dispositions=frozenset({"enforce"}))) == {CDN, "https://webkit.example"}
    assert len(found()) == 3


def test_what_came_before_does_not_count():
    arrive(violation(), at=NOW - 10 * DAY, count=100)
    arrive(violation(), at=NOW, count=3)
    arrive(violation(blocked=QUIET), at=NOW - 10 * DAY)
    since = moment(NOW - DAY)
    [group] = stored.groups(Selection(since=since))
    assert (group.blocked, group.count) == (CDN, 3)
    assert (group.first_seen, group.last_seen) == (day(NOW - DAY), day(NOW))


def test_the_hour_that_had_begun_counts_whole():
    arrive(violation(), at=NOW - HOUR, count=2)
    arrive(violation(), at=NOW, count=3)
    begun = moment(NOW - NOW % HOUR)
    assert found(since=begun + timedelta(seconds=10))[CDN].count == 3
    assert found(since=begun - timedelta(seconds=10))[CDN].count == 5


def test_without_time_zones_the_same_counts(settings):
    settings.USE_TZ = False
    arrive(violation(), at=NOW - 10 * DAY, count=100)
    arrive(violation(), at=NOW, count=3)
    [group] = stored.groups(Selection(since=moment(NOW - DAY)))
    assert (group.count, group.last_seen) == (3, day(NOW))


def test_noise_is_named_by_its_rule_unless_it_was_ruled_by_hand():
    extension = violation("script-src-elem", "chrome-extension")
    arrive(extension, violation())
    assert (found()["chrome-extension"].noise, found()[CDN].noise) == ("chromium-extension", "")
    ReportGroup.objects.filter(blocked="chrome-extension").update(ruled="kept")
    ReportGroup.objects.filter(blocked=CDN).update(ruled="noise")
    assert (found()["chrome-extension"].noise, found()[CDN].noise) == ("", stored.BY_HAND)


def test_what_belongs_to_no_group_is_no_violation(settings):
    settings.SECURITY_REPORTS = {"MAX_GROUPS_PER_HOUR": 1}
    arrive(violation())
    arrive(violation(blocked=QUIET))
    assert ReportGroup.objects.filter(overflow=True).count() == 1
    assert set(found()) == {CDN}


def test_hash_reports_are_scripts_and_no_violations():
    arrive(script(), violation())
    assert set(found()) == {CDN}
    [one] = stored.scripts(Selection())
    assert one[:4] == ("shop.example", "/basket/", "https://cdn.example/pay.js", "sha256-AAAA")
    assert one.reports == 5


def test_a_script_that_is_noise_is_left_out():
    arrive(script())
    ReportGroup.objects.update(ruled="noise")
    assert stored.scripts(Selection()) == []


def test_every_database_gives_the_same(database):
    arrive(violation(), at=NOW - DAY, count=4)
    arrive(violation(), script(), at=NOW)
    [group] = stored.groups(Selection(since=moment(NOW - HOUR), host="shop.example"))
    assert (group.count, group.document, group.policy) == (5, PAGE, "default-src 'self'")
    assert [one.reports for one in stored.scripts(Selection(since=moment(NOW - HOUR)))] == [5]
