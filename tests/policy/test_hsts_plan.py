from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.strategies import law

from security import parsers
from security.policy import hsts_plan
from security.policy.errors import PolicyError
from security.policy.hsts import MAX_AGE, Ramp
from security.policy.hsts_plan import DAY, HOLD, LAST_DAY, MAX_HOLD, check_preload, ramp, standing

START = date(2027, 1, 4)
STEPS = (
    (date(2027, 1, 4), 300),
    (date(2027, 1, 11), 86_400),
    (date(2027, 1, 18), 604_800),
    (date(2027, 1, 25), 2_592_000),
    (date(2027, 2, 24), 63_072_000),
)
END = STEPS[-1][0]
ONE_DAY = timedelta(days=1)

starts = st.dates(min_value=date(1970, 1, 1), max_value=LAST_DAY)
holds = st.integers(1, MAX_HOLD)
ages = st.integers(0, MAX_AGE)


@st.composite
def ramps(draw):
    """Draw a ramp with steps of any age."""
    days = draw(st.lists(starts, min_size=1, max_size=6, unique=True))
    return Ramp(tuple((day, draw(ages)) for day in sorted(days)))


def refusal(call, *arguments, **named):
    with pytest.raises(PolicyError) as raised:
        call(*arguments, **named)
    return str(raised.value), raised.value.hint


def test_the_ramp_goes_from_minutes_to_two_years():
    assert ramp(START).steps == STEPS


def test_a_longer_hold_moves_the_short_steps_only():
    gaps = [30, 30, 30, 30]
    days = [day for day, _ in ramp(START, hold=30).steps]
    assert [(b - a).days for a, b in pairwise(days)] == gaps


@law
@given(starts, holds)
def test_no_step_begins_before_the_one_before_it_was_felt(start, hold):
    steps = ramp(start, hold=hold).steps
    assert steps[0][0] == start
    for (day, age), (then, more) in pairwise(steps):
        assert (then - day).days >= max(hold, age / DAY)
        assert more > age


@pytest.mark.parametrize("hold", [0, -1, MAX_HOLD + 1, True, 1.5, "7"], ids=repr)
def test_a_hold_is_a_number_of_days(hold):
    assert (
        refusal(ramp, START, hold=hold)[0]
        == f"must be held for 1 to {MAX_HOLD} days (got {hold!r})."
    )


def test_a_ramp_beyond_the_calendar_is_refused():
    text, _ = refusal(ramp, date.max)
    assert text == f"must be begun by {LAST_DAY} (got '9999-12-31')."
    assert ramp(LAST_DAY, hold=MAX_HOLD).steps[0][0] == LAST_DAY


@law
@given(ramps())
def test_what_is_written_is_what_the_setting_reads(plan):
    place = {}
    exec(hsts_plan.written(plan), place)  # noqa: S102
    assert parsers.ramp(place["SECURITY_HSTS_RAMP"]) == plan


def test_the_ramp_is_written_with_what_each_number_means():
    assert hsts_plan.written(ramp(START)).splitlines() == [
        "SECURITY_HSTS_RAMP = [",
        '    ("2027-01-04", 300),  # 5 minutes',
        '    ("2027-01-11", 86_400),  # a day',
        '    ("2027-01-18", 604_800),  # a week',
        '    ("2027-01-25", 2_592_000),  # a month',
        '    ("2027-02-24", 63_072_000),  # two years',
        "]",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (90_000, "25 hours"),
        (172_800, "2 days"),
        (31_536_000, "a year"),
        (63_072_000, "two years"),
    ],
)
def test_seconds_are_said_in_words(seconds, text):
    assert hsts_plan.spoken(seconds) == text


@pytest.mark.parametrize(
    ("today", "number", "age", "next_step"),
    [
        (START - ONE_DAY, 0, None, STEPS[0]),
        (START, 1, 300, STEPS[1]),
        (date(2027, 1, 24), 3, 604_800, STEPS[3]),
        (END - ONE_DAY, 4, 2_592_000, STEPS[4]),
        (END, 5, 63_072_000, (None, None)),
        (date(2040, 1, 1), 5, 63_072_000, (None, None)),
    ],
)
def test_the_standing_of_a_day(today, number, age, next_step):
    here = standing(ramp(START), today)
    assert (here.number, here.count, here.age, here.ends) == (number, 5, age, END)
    assert (here.next_day, here.next_age) == next_step
    assert here.has_ended is (number == 5)
    assert (here.is_withdrawn, here.longest) == (False, age or 0)


@law
@given(ramps(), starts)
def test_the_standing_says_what_the_ramp_sends(plan, today):
    here, policy = standing(plan, today), plan.on(today)
    assert here.age == (None if policy is None else policy.max_age)
    assert here.next_day == plan.until(today)


def test_preload_waits_for_the_end_of_the_ramp():
    plan = ramp(START)
    for today in (START - ONE_DAY, START, END - ONE_DAY):
        text, _ = refusal(check_preload, plan, today, include_subdomains=True)
        assert text == (
            f"must wait until 2027-02-24, the last step of the ramp (today is {today})."
        )
    check_preload(plan, END, include_subdomains=True)


def test_preload_needs_subdomains_and_a_year():
    assert refusal(check_preload, ramp(START), END, include_subdomains=False)[0] == (
        "must come with SECURE_HSTS_INCLUDE_SUBDOMAINS = True (got False)."
    )
    short, year = Ramp(((START, 31_535_999),)), Ramp(((START, 31_536_000),))
    assert refusal(check_preload, short, START, include_subdomains=True)[0] == (
        "must wait for a ramp that ends at 31536000 seconds or more (got 31535999)."
    )
    check_preload(year, START, include_subdomains=True)


def test_a_withdrawal_keeps_the_record_and_lasts_as_long_as_the_memory():
    end = hsts_plan.withdrawal(ramp(START), date(2027, 2, 1))
    assert end.ramp.steps == (*STEPS[:4], (date(2027, 2, 1), 0))
    assert end.forgotten == date(2027, 2, 1) + timedelta(days=30)


def test_a_step_of_the_same_day_was_sent_and_is_remembered():
    end = hsts_plan.withdrawal(ramp(START), END)
    assert end.ramp.steps == (*STEPS[:4], (END - ONE_DAY, 63_072_000), (END, 0))
    assert end.forgotten == END + timedelta(days=730)


def test_a_step_of_the_day_before_is_not_lost_to_one_of_the_same_day():
    plan = Ramp(((START, DAY), (START + ONE_DAY, 300)))
    assert hsts_plan.withdrawal(plan, START + ONE_DAY).ramp.steps == (
        (START, DAY),
        (START + ONE_DAY, 0),
    )


def test_a_number_without_a_ramp_is_withdrawn_too():
    end = hsts_plan.withdrawal(None, START, longest=86_401)
    assert end.ramp.steps == ((START, 0),)
    assert end.forgotten == START + timedelta(days=2)


def test_withdrawing_again_does_not_begin_anew():
    first = hsts_plan.withdrawal(ramp(START), date(2027, 2, 1))
    assert hsts_plan.withdrawal(first.ramp, date(2027, 2, 20)) == first


@law
@given(ramps(), starts, ages)
def test_after_a_withdrawal_everybody_forgets_in_time(plan, start, longest):
    try:
        end = hsts_plan.withdrawal(plan, start, longest=longest)
    except PolicyError:
        return
    sent = [longest, *(age for day, age in plan.steps if day <= start)]
    last = end.ramp.steps[-1]
    assert (last[0] <= start, last[1]) == (True, 0)
    assert (end.forgotten - last[0]).days * DAY >= max(sent)
    assert end.ramp.until(start) is None
    if longest == 0:
        assert hsts_plan.withdrawal(end.ramp, start).forgotten == end.forgotten


def test_what_was_never_sent_cannot_be_withdrawn():
    text, hint = refusal(hsts_plan.withdrawal, ramp(START), START - ONE_DAY)
    assert text == (
        "must have been sent before it is withdrawn (got no step of a ramp until 2027-01-03, "
        "and no number of seconds)."
    )
    assert "--longest 31536000" in hint


def test_a_withdrawal_beyond_the_calendar_is_refused():
    text, _ = refusal(hsts_plan.withdrawal, None, date(9999, 12, 1), longest=MAX_AGE)
    assert text == "must be a date whose end can be told (got '9999-12-01')."


def test_the_usual_hold_is_a_week():
    assert HOLD == 7
