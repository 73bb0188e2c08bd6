"""Whatever browsers sent is stored as it was read."""

from __future__ import annotations

import pytest
from tests.reports.corpus import captures
from tests.storing.made import NOW, arrival, entries, entry, rows, sums

from security.models import ReportExemplar, ReportGroup, ReportInbox, ReportPolicy
from security.reports import grouping, storage
from security.reports.entry import Arrival, Entry

ENTRIES = [(c.name, found) for c in captures() for found in entries(c.body, "Chrome 141")]


def test_every_payload_of_three_engines_is_stored(database):
    for start in range(0, len(ENTRIES), 100):
        storage.append([Arrival(found, NOW) for _, found in ENTRIES[start : start + 100]])
    assert storage.fold() == len(ENTRIES)
    fingerprints = set(ReportGroup.objects.values_list("fingerprint", flat=True))
    assert fingerprints == {found.fingerprint for _, found in ENTRIES}
    assert sums() == {len(ENTRIES)}
    first = {found.fingerprint: found for _, found in reversed(ENTRIES)}
    for group in ReportGroup.objects.all():
        of = first[group.fingerprint]
        key = grouping.key(of.report)
        assert (group.kind, group.disposition, group.subject, group.blocked) == key[:4]
        assert (group.source, group.line, group.document) == key[4:]
        assert (group.host, group.verdict) == (of.host, of.judgement.verdict)
    texts = {found.text for _, found in ENTRIES}
    kept = ReportExemplar.objects.values_list("text", flat=True)
    assert {Entry.load(text).text for text in kept} <= texts
    policies = {found.policy: found.report.policy for _, found in ENTRIES if found.policy}
    assert dict(ReportPolicy.objects.values_list("digest", "text")) == policies


def test_a_worker_stores_the_same_rows(database):
    arrivals = [Arrival(found, NOW) for _, found in ENTRIES]
    storage.append(arrivals)
    storage.fold()
    appended = rows()
    for model in (ReportGroup, ReportPolicy):
        model.objects.all().delete()
    storage.prune(NOW + 10**9)
    storage.forget()
    assert storage.keep({"1-0": arrivals}, now=NOW) == len(arrivals)
    assert rows() == appended


@pytest.mark.parametrize(
    "text",
    ["\U0001f600" * 500, "a\x00b\x1b[0m", "\ud800", "x" * 5000, "%s %(a)s {0} ' \" \\ ; --"],
    ids=["emoji", "control", "surrogate", "long", "quotes"],
)
def test_any_text_is_stored_as_it_was_read(database, text):
    found = entry(0, **{"blocked-uri": text, "script-sample": text, "original-policy": text})
    storage.append([Arrival(found, NOW)])
    storage.fold()
    group = ReportGroup.objects.get()
    assert group.blocked == grouping.key(found.report).blocked
    assert group.policy.text == found.report.policy
    assert Entry.load(group.exemplars.get().text) == found


def test_what_waits_is_short(database):
    """A million reports a minute pass through this table."""
    arrivals = [arrival(number, NOW + number % 3) for number in range(50)]
    storage.append(arrivals)
    (text,) = ReportInbox.objects.values_list("tallies", flat=True)
    assert len(text) < 20 * len(arrivals)
    assert storage.fold() == 50
