from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy.throttling import (
    MAX_SLOTS,
    MAX_SPELLINGS,
    MEMORY,
    UNKNOWN,
    Attempts,
    Claim,
    Record,
    default_delay_function,
    delays,
    tabulate,
    wait,
)

COUNTS = st.integers(0, 10**6)
MOMENTS = st.integers(0, 4 * 10**12)
SLOTS = st.sampled_from(["", "d:1", "d:2"])
SPELLINGS = st.sampled_from(["s:1", "s:2", ""])


@pytest.mark.parametrize(
    ("count", "delay"),
    [(0, 0), (2, 0), (3, 5), (4, 10), (5, 20), (17, 81_920), (18, 86_400), (10**9, 86_400)],
)
def test_the_third_failure_costs_five_seconds_and_each_further_one_twice_as_much(count, delay):
    assert default_delay_function(count, 100) == (delay, 0)


@given(st.builds(Attempts, st.integers(1, 99), MOMENTS), st.integers(-9, 10**9), MOMENTS)
def test_no_wait_is_longer_than_the_delay_or_negative(attempts, delay, now):
    assert 0 <= attempts.wait(delay, now) <= max(delay, 0)


def test_nobody_waits_for_attempts_that_were_never_made():
    assert Attempts().wait(60_000, 1) == 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ((-1, 0), (0, 0)),
        ((0.0015, 1.5), (2, 1500)),
        ((10**400, float("inf")), (MEMORY * 1000, MEMORY * 1000)),
    ],
    ids=["negative", "fractions", "endless"],
)
def test_a_delay_is_made_fit(said, meant):
    assert delays(lambda account, ip: said, 1, 1) == meant


@pytest.mark.parametrize(
    "said", [(1,), None, ("a", "b"), (float("nan"), 0)], ids=["one", "none", "text", "nan"]
)
def test_what_is_no_pair_of_numbers_lets_nobody_guess(said):
    with pytest.raises((ValueError, TypeError)):
        delays(lambda account, ip: said, 1, 1)


def records():
    """Build any record that a series of attempts can leave."""
    steps = st.tuples(SLOTS, SPELLINGS, MOMENTS)

    def build(series):
        record = Record()
        for slot, spelling, now in series:
            record = record.claimed(slot, spelling, now)
        return record

    return st.lists(steps, max_size=8).map(build)


@given(records())
def test_a_record_reads_what_it_wrote(record):
    assert Record.parse(str(record)) == record


@pytest.mark.parametrize("nothing", [None, "", b"", "{}"], ids=["none", "text", "bytes", "empty"])
def test_nothing_is_an_empty_record(nothing):
    assert Record.parse(nothing) == Record()


@given(records(), SLOTS, SPELLINGS, MOMENTS)
def test_a_refund_undoes_an_attempt(record, slot, spelling, now):
    claim = Claim(record.slot(slot), spelling, record.at(slot).last, now)
    assert record.claimed(slot, spelling, now).refunded(claim) == record


def test_what_came_later_stays_the_last():
    claim = Claim("", "s:1", 5, 10)
    record = Record().claimed("", "s:1", 5).claimed("", "s:1", 10).claimed("", "s:2", 20)
    assert record.refunded(claim).at() == Attempts(2, 20)


def test_a_success_takes_back_its_own_spelling_only():
    record = Record()
    for spelling in ("s:1", "s:2", "s:1", "s:1"):
        record = record.claimed("", spelling, 7)
    assert record.cleared(Claim("", "s:1", 7, 7)).at().count == 1


def test_a_success_of_a_device_leaves_the_world_where_it_was():
    record = Record().claimed("", "s:1", 7).claimed("d:1", "s:1", 8).claimed("d:1", "s:1", 9)
    assert record.cleared(Claim("d:1", "s:1", 8, 9)) == Record().claimed("", "s:1", 7)


@given(records())
def test_what_is_not_there_is_not_taken_back(record):
    claim = Claim("d:9", "s:1", 0, 0)
    assert record.refunded(claim) == record.cleared(claim) == record


def test_a_full_record_counts_newcomers_with_the_world():
    record = Record()
    for number in range(MAX_SLOTS + 1):
        record = record.claimed(f"d:{number}", "", 7)
    assert record.at("") == Attempts(1, 7)
    assert len(record.claimed("", "s:1", 8).slots) == MAX_SLOTS + 1


def test_who_invents_spellings_crowds_out_no_device():
    record = Record()
    for number in range(2 * MAX_SLOTS):
        record = record.claimed("", f"s:{number}", 7)
    assert len(record.slots) == MAX_SPELLINGS + 1
    assert record.slot("d:1") == "d:1"
    assert record.claimed("", "s:1", 8).slots["s:1"].count == 2


def together(account, ip):
    return (60 if account >= 2 and ip >= 2 else 0), 0


def fragile(account, ip):
    return 100 // (70 - account), 0


def growing(account, ip):
    return account, ip


TABLES = {
    default_delay_function: lambda account, ip: (
        account[:3] == [(0, 0), (3, 5000), (4, 10000)]
        and account[-1] == (18, 86_400_000)
        and ip == [(0, 0)]
    ),
    together: lambda account, ip: account == [(0, UNKNOWN)] and ip == [(0, 0)],
    growing: lambda account, ip: account == ip and account[-1] == (65, UNKNOWN),
}


@pytest.mark.parametrize("function", TABLES, ids=lambda function: function.__name__)
def test_a_table_says_what_it_knows(function):
    assert TABLES[function](*tabulate(function))


def test_a_function_that_fails_far_away_is_asked_there_again():
    account, _ = tabulate(fragile)
    assert account[0] == (0, 1000)
    assert account[-1][1] == UNKNOWN


def test_a_function_that_always_fails_is_always_asked():
    assert tabulate(lambda account, ip: None) == ([(0, UNKNOWN)], [(0, UNKNOWN)])


@given(COUNTS, COUNTS)
def test_the_table_agrees_with_the_default_function(account, ip):
    for_account, _ = tabulate(default_delay_function)
    known = [delay for start, delay in for_account if start <= account][-1]
    assert known == delays(default_delay_function, account, ip)[0]


@given(COUNTS, COUNTS, MOMENTS, MOMENTS)
def test_an_attempt_waits_for_the_slower_of_account_and_address(account, ip, last, now):
    found = wait(growing, Attempts(account, last), Attempts(ip, last), now)
    slower = max(account, ip)
    assert found == Attempts(slower, last).wait(min(slower, MEMORY) * 1000, now)
