"""What is counted, and under what."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.transaction import atomic, set_rollback
from tests.storing.made import HOUR, NOW, POLICY, arrival, counted, rows, sums
from tests.storing.router import ALIAS

from security.models import (
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportInbox,
    ReportPolicy,
    ReportTotal,
)
from security.reports import storage


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def test_an_hour_ends_with_its_last_second(database):
    for second in (NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR):
        storage.append([arrival(at=second, count=2)])
    storage.fold()
    hours = [(at(NOW - HOUR), 2), (at(NOW), 4), (at(NOW + HOUR), 2)]
    assert list(ReportCount.objects.order_by("hour").values_list("hour", "count")) == hours
    assert list(ReportTotal.objects.order_by("hour").values_list("hour", "count")) == hours


def test_a_day_ends_at_midnight_utc(database):
    midnight = NOW - NOW % 86_400
    storage.append([arrival(at=midnight - 1), arrival(at=midnight)])
    storage.fold()
    days = {at(midnight - 1).date(): 1, at(midnight).date(): 1}
    browsers = ReportDaily.objects.filter(what="browser", name="Chrome 141")
    assert dict(browsers.values_list("day", "count")) == days


def test_first_and_last_are_the_first_and_the_last(database):
    storage.append([arrival(at=NOW + 50), arrival(at=NOW + 90), arrival(at=NOW + 20)])
    storage.fold()
    storage.keep({"1-0": [arrival(at=NOW + 10), arrival(at=NOW + 60)]}, now=NOW)
    group, policy = ReportGroup.objects.get(), ReportPolicy.objects.get()
    assert (group.first_seen, group.last_seen) == (at(NOW + 10), at(NOW + 90))
    assert policy.last_seen == at(NOW + 90)


def test_a_policy_is_stored_once(database):
    for number in range(30):
        storage.append([arrival(number, count=3)])
    storage.append([arrival(31, **{"original-policy": "default-src 'none'"})])
    storage.fold()
    assert dict(ReportPolicy.objects.values_list("text", "count")) == {
        POLICY: 90,
        "default-src 'none'": 1,
    }
    assert ReportGroup.objects.get(blocked="https://host31.example").policy.count == 1


def test_a_group_keeps_five_exemplars_and_ten_browsers(database):
    for number in range(12):
        storage.append([arrival(browser=f"Chrome {100 + number}", **{"column-number": number})])
    storage.fold()
    group = ReportGroup.objects.get()
    assert group.count == 12
    assert group.exemplars.count() == 5
    assert group.browsers == [f"Chrome {100 + number}" for number in range(10)]


def test_a_row_of_an_older_release_stands_beside_new_exemplars(database):
    storage.append([arrival(0)])
    ReportExemplar.objects.update(text="[1]")
    storage.forget()
    for column in range(9):
        storage.append([arrival(0, **{"column-number": column + 1})])
    assert ReportExemplar.objects.count() == 5


def test_rows_grow_with_violations_and_not_with_reports(database):
    def sizes() -> dict[str, int]:
        return {name: len(of) if isinstance(of, list) else of for name, of in rows().items()}

    arrivals = [arrival(number) for number in range(200)]
    storage.append(arrivals)
    storage.fold()
    before = sizes()
    for _ in range(20):
        storage.append(arrivals)
    storage.fold()
    assert sums() == {200 * 21}
    assert sizes() == before


def test_a_group_that_was_deleted_is_made_again(database):
    storage.append([arrival()])
    storage.fold()
    ReportGroup.objects.all().delete()
    storage.append([arrival(count=4)])
    storage.fold()
    assert counted() == {"https://host0.example": 4}
    assert ReportExemplar.objects.count() == 1


def test_what_waits_for_a_group_that_was_deleted_is_surplus(database):
    storage.append([arrival(count=4)])
    ReportGroup.objects.all().delete()
    assert storage.fold() == 4
    group = ReportGroup.objects.get()
    assert (group.overflow, group.count, group.kind) == (True, 4, "")
    assert sums() == {4}


def test_what_a_caller_rolls_back_is_neither_kept_nor_remembered(database):
    with atomic(using=ALIAS):
        storage.append([arrival()])
        storage.append([arrival()])
        assert ReportInbox.objects.count() == 2
        set_rollback(True, using=ALIAS)
    assert (ReportGroup.objects.count(), ReportInbox.objects.count()) == (0, 0)
    storage.append([arrival()])
    assert storage.fold() == 1
    assert counted() == {"https://host0.example": 1}


def test_browsers_that_somebody_invents_are_counted_together(fast):
    arrivals = [arrival(browser=f"Chrome {number}") for number in range(1, 300)]
    storage.append(arrivals)
    storage.fold()
    names = dict(ReportDaily.objects.filter(what="browser").values_list("name", "count"))
    assert len(names) == 201
    assert names[""] == 99


def test_refusals_are_counted_by_reason(database):
    for _ in range(2):
        storage.refused({"too-many": 3, "no-body": 1, "x" * 99: 1}, NOW)
    found = ReportDaily.objects.filter(what="refused").values_list("name", "count")
    assert dict(found) == {"too-many": 6, "no-body": 2, "x" * 64: 2}


def test_nothing_is_nothing(database):
    storage.append([])
    assert storage.keep({}, now=NOW) == 0
    assert storage.keep({"1-0": []}, now=NOW) == 0
    assert storage.fold() == 0
    assert rows()["groups"] == []


def test_a_fold_takes_no_more_than_it_is_told(database):
    for _ in range(5):
        storage.append([arrival()])
    assert storage.fold(limit=2) == 2
    assert ReportInbox.objects.count() == 3
    assert storage.fold() == 3


def test_naive_moments_are_the_same_moments(fast, settings):
    settings.USE_TZ = False
    settings.TIME_ZONE = "UTC"
    storage.append([arrival(at=NOW + 5)])
    storage.fold()
    assert ReportGroup.objects.get().last_seen == at(NOW + 5).replace(tzinfo=None)
    assert ReportCount.objects.get().hour == at(NOW).replace(tzinfo=None)


def test_two_hours_that_are_one_naive_hour_are_counted_together(database, settings):
    settings.USE_TZ = False
    settings.TIME_ZONE = "Europe/Berlin"
    summer_ends = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp())
    arrivals = [arrival(at=summer_ends - 1, count=2), arrival(at=summer_ends, count=3)]
    storage.append(arrivals)
    assert storage.fold() == 5
    assert storage.keep({"1-0": arrivals}, now=NOW) == 5
    for model in (ReportCount, ReportTotal):
        ((hour, count),) = model.objects.values_list("hour", "count")
        assert (hour, count) == (datetime(2026, 10, 25, 2), 10)
    assert sums() == {10}
