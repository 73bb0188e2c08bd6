"""What is accepted is counted, once, by however many workers."""

from __future__ import annotations

import json
import threading
import time
from types import SimpleNamespace

import pytest
from django.db import DataError
from django.db import connections as databases
from tests.working.conftest import ALIAS
from tests.working.made import arrivals, counted, entry

from security.models import ReportDaily, ReportReceipt
from security.reports import storage, worker
from security.reports.sinks.redis import GROUP, packed
from security.reports.worker import Worker
from security.signals import report_alert


def pending(sink):
    return sink.client.xpending(sink.stream, GROUP)["pending"]


def refused():
    rows = ReportDaily.objects.filter(what="refused")
    return dict(rows.values_list("name", "count"))


def crash(monkeypatch, name):
    """Let a step end as the process would."""

    def end(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(*name, end)


def test_what_is_accepted_is_counted(database, sink, work):
    sink.accept(arrivals("a", "b"))
    sink.accept(arrivals("a", count=3))
    assert sink.client.xlen(sink.stream) == 2
    work()
    assert counted() == {"a": 4, "b": 1}
    assert sink.client.xlen(sink.stream) == 0


def test_what_came_before_the_first_worker_is_counted(postgresql, sink, work):
    for number in range(5):
        sink.accept(arrivals(f"n{number}"))
    work(batch=2)
    assert counted() == {f"n{number}": 1 for number in range(5)}


def test_several_workers_share_the_work(database, sink):
    for _ in range(60):
        sink.accept(arrivals("a", "b"))
    workers = [Worker(sink, batch=3) for _ in range(3)]

    def run(one):
        try:
            one.run(once=True)
        finally:
            databases[ALIAS].close()

    threads = [threading.Thread(target=run, args=[one]) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == {"a": 60, "b": 60}
    assert (pending(sink), sink.client.xlen(sink.stream)) == (0, 0)


@pytest.mark.parametrize("step", ["before", "after"])
def test_a_crash_before_or_after_the_commit_counts_once(database, sink, work, monkeypatch, step):
    sink.accept(arrivals("a"))
    with monkeypatch.context() as patch:
        # In the first case nothing is committed, in the second nothing is acknowledged.
        place = (worker.storage, "keep") if step == "before" else (sink.client, "pipeline")
        crash(patch, place)
        with pytest.raises(SystemExit):
            work(name="one")
    assert counted() == ({} if step == "before" else {"a": 1})
    assert pending(sink) == 1
    work(name="one")
    assert counted() == {"a": 1}
    assert (pending(sink), sink.client.xlen(sink.stream)) == (0, 0)


def test_another_worker_takes_over_what_one_left(database, sink, work, monkeypatch):
    sink.accept(arrivals("a"))
    with monkeypatch.context() as patch:
        crash(patch, (sink.client, "pipeline"))
        with pytest.raises(SystemExit):
            work(name="one")
    work(name="two", idle=60)
    assert pending(sink) == 1, "it was not held for so long"
    sink.client.xclaim(sink.stream, GROUP, "one", 0, ids(sink), idle=61_000)
    work(name="two", idle=60)
    assert (counted(), pending(sink)) == ({"a": 1}, 0)


def ids(sink):
    return [number for number, _ in sink.client.xrange(sink.stream)]


def test_an_entry_that_comes_again_is_not_counted_again(database, sink, work):
    (fields,) = packed(arrivals("a"), {})
    pairs = dict(zip(fields[::2], fields[1::2], strict=True))
    number = sink.client.xadd(sink.stream, pairs)
    work()
    sink.client.delete(sink.stream)
    sink.client.xadd(sink.stream, pairs, id=number)
    work()
    assert counted() == {"a": 1}
    assert sink.client.xlen(sink.stream) == 0


def test_the_same_id_of_another_redis_is_counted(postgresql, sink, work):
    for _ in range(2):
        (fields,) = packed(arrivals("a"), {})
        pairs = dict(zip(fields[::2], fields[1::2], strict=True))
        sink.client.delete(sink.stream)
        sink.client.xadd(sink.stream, pairs, id="1700000000000-0")
        work()
    assert counted() == {"a": 2}


POISON = {
    "foreign": {"a": "b"},
    "no JSON": {"token": "t", "reports": "[", "refused": "{}"},
    "nested": {"token": "t", "reports": "[" * 100_000, "refused": "{}"},
    "no list": {"token": "t", "reports": "7", "refused": "{}"},
    "no numbers": {"token": "t", "reports": '[["{}", "1", 1]]', "refused": "{}"},
    "negative": {"token": "t", "reports": json.dumps([[entry("b").text, 1, -5]]), "refused": "{}"},
    "no refusals": {"token": "t", "reports": "[]", "refused": "[]"},
    "binary": {"token": b"\xff", "reports": b"\xff", "refused": b"\xff"},
    "another release": {"token": "t", "reports": '[["[{},[]]", 1, 1]]', "refused": "{}"},
}


@pytest.mark.parametrize("fields", POISON.values(), ids=list(POISON))
def test_an_entry_that_cannot_be_read_is_refused_and_stops_nobody(postgresql, sink, work, fields):
    sink.accept(arrivals("a"))
    sink.client.xadd(sink.stream, fields)
    sink.accept(arrivals("a"))
    work()
    assert (counted(), refused()) == ({"a": 2}, {worker.UNREADABLE: 1})
    assert (pending(sink), sink.client.xlen(sink.stream)) == (0, 0)


def test_a_report_that_the_database_does_not_take_is_refused_alone(
    postgresql, sink, work, monkeypatch
):
    keep = storage.keep

    def choosy(batches, *, now):
        if any(a.entry == entry("bad") for some in batches.values() for a in some):
            raise DataError("too much")
        return keep(batches, now=now)

    monkeypatch.setattr(worker.storage, "keep", choosy)
    sink.accept(arrivals("a"))
    sink.accept(arrivals("b", "bad", "c"))
    work()
    assert counted() == {"a": 1, "b": 1, "c": 1}
    assert refused() == {worker.UNREADABLE: 1}


def test_an_entry_that_somebody_deleted_is_passed_over(postgresql, sink, work):
    sink.accept(arrivals("a"))
    sink.client.xgroup_create(sink.stream, GROUP, id="0")
    sink.client.xreadgroup(GROUP, "one", {sink.stream: ">"})
    sink.client.xtrim(sink.stream, maxlen=0, approximate=False)
    work(name="one")
    assert (counted(), refused(), pending(sink)) == ({}, {}, 0)


def test_what_was_held_for_too_long_is_not_counted_but_read_again(
    postgresql, sink, work, monkeypatch
):
    sink.accept(arrivals("a"))
    times = iter([1000.0, 1000.0, 1000.0 + worker.MAX_HELD + 1])
    seen = []

    def clock():
        now = next(times, None)
        seen.append(now)
        return time.time() if now is None else now

    monkeypatch.setattr(worker, "time", SimpleNamespace(time=clock, monotonic=time.monotonic))
    keep, calls = storage.keep, []
    monkeypatch.setattr(
        worker.storage, "keep", lambda *a, **k: calls.append(len(seen)) or keep(*a, **k)
    )
    work()
    assert counted() == {"a": 1}
    assert None in seen[: calls[0]], "it was counted when read for the first time"


def test_refusals_travel_with_the_next_reports(postgresql, sink, work):
    sink.refuse("not-json", 2)
    sink.refuse("not-json", 1)
    assert sink.client.xlen(sink.stream) == 0
    sink.accept(arrivals("a"))
    sink.accept(arrivals("a"))
    work()
    assert (counted(), refused()) == ({"a": 2}, {"not-json": 3})


def test_receipts_are_kept_while_as_old_an_entry_is_left(postgresql, sink, work):
    now = int(time.time())
    for age in (10, 3 * 3600, 9 * 3600):
        storage.keep({f"r{age}": arrivals("a")}, now=now - age)
    one = Worker(sink)
    sink.client.xgroup_create(sink.stream, GROUP, mkstream=True)

    def left():
        return set(ReportReceipt.objects.values_list("pk", flat=True))

    sink.client.xadd(sink.stream, {"a": "b"}, id=f"{(now - 4 * 3600) * 1000}-0")
    one.tidy()
    assert left() == {"r10", "r10800"}
    sink.client.xtrim(sink.stream, maxlen=0, approximate=False)
    one.tidy()
    assert left() == {"r10"}


def test_a_worker_tells_what_is_new_once_a_minute(postgresql, sink, work, monkeypatch):
    told = []

    def receiver(**kwargs):
        told.append(kwargs)

    report_alert.connect(receiver)
    monkeypatch.setattr(worker, "TELL_EVERY", 0)
    try:
        sink.accept(arrivals("a"))
        work()
        work()
    finally:
        report_alert.disconnect(receiver)
    assert len(told) == 1


def test_a_worker_that_ends_leaves_no_consumer_but_one_that_holds_something(sink, postgresql):
    sink.client.xgroup_create(sink.stream, GROUP, id="0", mkstream=True)
    sink.accept(arrivals("a"))
    sink.client.xreadgroup(GROUP, "holds", {sink.stream: ">"})
    Worker(sink, name="ends").run(once=True)
    holding = Worker(sink, name="holds")
    holding.stop()
    holding.run()
    names = {each["name"] for each in sink.client.xinfo_consumers(sink.stream, GROUP)}
    assert (names, pending(sink)) == ({b"holds"}, 1)


def test_a_consumer_that_is_gone_is_forgotten(sink, postgresql, monkeypatch):
    sink.client.xgroup_create(sink.stream, GROUP, id="0", mkstream=True)
    sink.client.xgroup_createconsumer(sink.stream, GROUP, "gone")
    one = Worker(sink)
    one.tidy()
    assert len(sink.client.xinfo_consumers(sink.stream, GROUP)) == 1
    monkeypatch.setattr(worker, "RECEIPTS_KEPT", -1)
    one.tidy()
    assert sink.client.xinfo_consumers(sink.stream, GROUP) == []
