"""An entry is the same after it was kept as text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.corpus import captures

from security.conf import conf
from security.reports import intake, noise
from security.reports.entry import Arrival, Entry, enter
from security.reports.sinks.redis import packed, unpacked
from security.reports.wire import parse

TEXTS = st.sampled_from(["", "https://a.example/b", "inline", "script-src", 0, 7]) | st.text()
MEMBERS = st.sampled_from(
    ["document-uri", "effective-directive", "violated-directive", "blocked-uri", "source-file",
     "disposition", "line-number", "column-number", "status-code", "script-sample", "referrer",
     "original-policy", "made-up"]
)  # fmt: skip
LEGACY = st.builds(lambda body: {"csp-report": body}, st.dictionaries(MEMBERS, TEXTS))
ANY_KIND = st.fixed_dictionaries(
    {"type": st.sampled_from(["csp-violation", "coop", "crash", "x"]) | st.text(min_size=1)},
    optional={
        "url": TEXTS,
        "age": st.integers(),
        "user_agent": TEXTS,
        "body": st.dictionaries(st.text(), TEXTS),
    },
)


def _same(body: bytes) -> None:
    for report in parse(body).reports:
        entry = enter(report, noise.builtin(), lambda path: path, "Chrome 156")
        read = Entry.load(entry.text)
        assert read == entry
        assert read.report == replace(entry.report, age=0)
        assert read.judgement == entry.judgement
        for name in ("text", "fingerprint", "policy", "host", "browser"):
            assert getattr(read, name) == getattr(entry, name)


@given(LEGACY | ANY_KIND)
def test_any_entry_is_read_as_it_was_kept(item):
    _same(json.dumps(item).encode())


def test_entries_of_what_browsers_send_are_read_as_they_were_kept():
    for capture in captures():
        _same(capture.body)


@pytest.mark.parametrize(
    "item",
    [
        {"csp-report": {"effective-directive": "img-src", "blocked-uri": "https://x.example/"}},
        {"type": "csp-violation", "body": {"effectiveDirective": "img-src"}},
    ],
    ids=["csp-report", "report"],
)
def test_a_worker_reads_what_was_taken_without_a_page(item):
    (entry,) = intake.take(json.dumps(item).encode(), "").entries
    (fields,) = packed([Arrival(entry, 1_800_000_000)], {})
    pairs = zip(fields[::2], fields[1::2], strict=True)
    message = unpacked({name.encode(): value.encode() for name, value in pairs})
    assert message.unreadable == 0
    assert [arrival.entry for arrival in message.arrivals] == [entry]


def test_a_body_of_many_reports_is_read_again_and_one_of_few_is_not():
    one = {"type": "crash", "body": {}}
    memory = conf.derived(intake._remembering)
    memory.cache_clear()
    for number, kept in [(1, 1), (intake.MAX_ENTRIES, 2), (intake.MAX_ENTRIES + 1, 2), (140, 2)]:
        body = json.dumps([one] * number, separators=(",", ":")).encode()
        assert len(body) <= intake.MAX_SIZE
        for _ in range(2):
            assert len(intake.take(body, "").entries) == number
        assert memory.cache_info().currsize == kept
