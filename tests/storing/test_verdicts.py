"""A group of noise that gets a report which is none."""

from __future__ import annotations

import pytest
from tests.storing.made import HOUR, NOW, arrival, rows, sums

from security.models import ReportExemplar, ReportGroup, ReportTotal
from security.reports import noise, storage
from security.reports.storage import memory

NOISE = "var lastpass_iter = "


def inline(sample, at=NOW, count=1, **members):
    body = {"blocked-uri": "inline", "script-sample": sample, **members}
    return arrival(at=at, count=count, **body)


def noisy(number=0, **members):
    return inline(f"{NOISE}{number}", **members)


def verdict():
    group = ReportGroup.objects.get()
    return group.verdict, group.rule != ""


def totals():
    return sorted(ReportTotal.objects.values_list("hour", "verdict", "count"))


def test_noise_does_not_silence_what_comes_after_it(database):
    storage.append([noisy(count=3), noisy(at=NOW + HOUR, count=4)])
    storage.fold()
    assert verdict() == ("noise", True)
    storage.append([inline("start()", at=NOW + HOUR, count=2)])
    assert verdict() == ("kept", False)
    assert [(name, count) for _, name, count in totals()] == [("kept", 3), ("kept", 4)]
    storage.fold()
    assert [(name, count) for _, name, count in totals()] == [("kept", 3), ("kept", 6)]
    assert sums() == {9}
    storage.append([noisy(count=5)])
    storage.fold()
    assert verdict() == ("kept", False)
    assert {name for _, name, _ in totals()} == {"kept"}


def test_what_came_first_in_a_batch_does_not_decide(database):
    storage.append([noisy(), inline("start()")])
    assert verdict() == ("kept", False)


@pytest.mark.parametrize("forgetful", [True, False], ids=["another process", "the same process"])
def test_a_full_group_keeps_the_report_that_told(database, forgetful):
    storage.append([noisy(number) for number in range(8)])
    storage.append([noisy(9)])  # by now the group is known to be full
    if forgetful:
        memory.forget()
    storage.append([inline("start()")])
    assert verdict() == ("kept", False)
    texts = ReportExemplar.objects.values_list("text", flat=True)
    assert sum("start()" in text for text in texts) == 1
    assert sum(NOISE in text for text in texts) == 4
    storage.fold()
    ReportGroup.objects.update(verdict="noise", pack="old")
    assert storage.rejudge(noise.builtin()) == 1
    assert verdict() == ("kept", False)


def test_a_verdict_by_hand_stays(database):
    storage.append([noisy(count=3)])
    storage.fold()
    storage.rule([ReportGroup.objects.get().pk], "noise")
    storage.append([inline("start()")])
    storage.fold()
    assert ReportGroup.objects.get().ruled == "noise"
    assert [(name, count) for _, name, count in totals()] == [("noise", 4)]


def test_a_worker_does_the_same(database):
    storage.keep({"1-0": [noisy(count=3)]}, now=NOW)
    storage.keep({"2-0": [inline("start()")]}, now=NOW)
    assert verdict() == ("kept", False)
    assert [(name, count) for _, name, count in totals()] == [("kept", 4)]
    assert rows()["inbox"] == 0
