"""However reports are cut into requests, commits and folds, the rows are the same."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.storing.conftest import empty
from tests.storing.made import HOUR, NOW, arrival, rows, sums

from security.reports import storage
from security.reports.storage.tallies import Key, Tallies, Tally

MADE = [
    arrival(number, NOW + hour * HOUR + second, browser=browser, **{"column-number": column})
    for number in range(3)
    for hour in range(2)
    for second in (0, 7)
    for browser in ("Chrome 141", "Firefox 153")
    for column in (1, 2)
] + [
    arrival(at=NOW, **{"blocked-uri": "inline", "script-sample": sample})
    for sample in (*(f"var lastpass_iter = {number}" for number in range(7)), "start()", "go()")
]
ARRIVALS = some.lists(some.tuples(some.sampled_from(MADE), some.integers(1, 9)), min_size=1)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ARRIVALS, some.data())
def test_any_split_gives_the_same_rows(fast, arrivals, data):
    wanted = [one._replace(count=count) for one, count in arrivals]
    empty()
    storage.keep({"all": wanted}, now=NOW)
    at_once = rows()
    empty()
    rest, number = wanted, 0
    while rest:
        cut = data.draw(some.integers(1, len(rest)))
        step = data.draw(some.sampled_from(["append", "append and fold", "keep", "forget"]))
        if step == "keep":
            storage.keep({str(number): rest[:cut]}, now=NOW)
        else:
            storage.append(rest[:cut])
        if step == "append and fold":
            storage.fold(limit=data.draw(some.sampled_from([1, None])))
        if step == "forget":
            storage.forget()
        rest, number = rest[cut:], number + 1
    storage.fold()
    assert rows() == at_once
    assert sums() == {sum(one.count for one in wanted)}


TALLY = some.builds(
    lambda reports, first, span: Tally(reports, first, first + span),
    some.integers(1, 10**12),
    some.integers(0, 10**10),
    some.integers(0, 10),
).filter(lambda tally: tally.first // HOUR == tally.last // HOUR)


@given(some.lists(some.tuples(some.integers(1, 2**63), some.text(max_size=3), some.text(), TALLY)))
def test_the_text_in_the_inbox_says_what_was_tallied(parts):
    tallies, read = Tallies(), Tallies()
    for group, policy, browser, tally in parts:
        tallies.add(Key(group, policy, browser, tally.last // HOUR), tally)
    read.load(tallies.dump())
    assert read == tallies
