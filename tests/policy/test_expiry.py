from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.strategies import law

from security.policy.errors import PolicyError
from security.policy.expiry import MAX_SECONDS, SKEW, Expiry, Verdict, read_time, write_time

NOW = 1_795_255_200  # 2026-11-21T10:00:00Z
BERLIN = ZoneInfo("Europe/Berlin")
LIMITS = Expiry(age=86_400, idle=1_800, refresh=60)
ENDED = {Verdict.IDLE, Verdict.OLD, Verdict.UNREADABLE}

times = st.floats(allow_nan=True, allow_infinity=True) | st.none()
seconds = st.integers(0, MAX_SECONDS)
limits = st.builds(Expiry, age=seconds, idle=seconds, refresh=seconds)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("age", "idle", "verdict"),
    [
        (0, 0, Verdict.ALIVE),
        (100, 59, Verdict.ALIVE),
        (100, 60, Verdict.DUE),
        (86_400, 1_800, Verdict.DUE),
        (86_401, 0, Verdict.OLD),
        (86_400, 1_801, Verdict.IDLE),
        (86_401, 1_801, Verdict.OLD),
        (-SKEW, -SKEW, Verdict.ALIVE),
        (-SKEW - 1, 0, Verdict.UNREADABLE),
        (0, -SKEW - 1, Verdict.UNREADABLE),
        (math.nan, 0, Verdict.UNREADABLE),
        (0, math.nan, Verdict.UNREADABLE),
        (math.inf, 0, Verdict.OLD),
        (-math.inf, 0, Verdict.UNREADABLE),
    ],
)
def test_a_session_lives_for_its_age_and_for_its_idle_time(age, idle, verdict):
    assert LIMITS.judge(NOW - age, NOW - idle, NOW) is verdict


def test_without_times_it_is_fresh_and_with_one_alone_it_is_unreadable():
    assert LIMITS.judge(None, None, NOW) is Verdict.FRESH
    assert LIMITS.judge(NOW, None, NOW) is Verdict.UNREADABLE
    assert LIMITS.judge(None, NOW, NOW) is Verdict.UNREADABLE


@pytest.mark.parametrize("ahead", [-1, 0, SKEW])
def test_a_limit_of_0_ends_a_session_at_once(ahead):
    when = NOW + ahead
    assert Expiry(age=0, idle=1_800).judge(when, when, NOW) is Verdict.OLD
    assert Expiry(age=86_400, idle=0).judge(when, when, NOW) is Verdict.IDLE


@pytest.mark.parametrize(
    ("idle", "refresh", "due"),
    [(1_800, 60, 60), (600, 60, 60), (300, 60, 30), (10, 60, 1), (1_800, 0, 0), (1_800, 999, 180)],
)
def test_an_activity_is_recorded_after_the_refresh_or_a_tenth_of_the_idle_time(idle, refresh, due):
    short = Expiry(age=86_400, idle=idle, refresh=refresh)
    assert short.is_due(NOW - due, NOW) is True
    assert short.is_due(NOW - due + 0.5, NOW) is False


@law
@given(limits, times, times, st.floats(0, 1e10))
def test_what_lives_is_within_both_limits(expiry, started, seen, now):
    if expiry.judge(started, seen, now) in {Verdict.ALIVE, Verdict.DUE}:
        assert -SKEW <= now - started <= expiry.age
        assert -SKEW <= now - seen <= expiry.idle


@law
@given(limits, st.floats(0, 1e10), st.floats(0, 1e10), st.floats(0, 1e10), st.floats(0, 1e10))
def test_what_has_ended_does_not_live_again(expiry, started, seen, now, later):
    if expiry.judge(started, seen, now) in {Verdict.IDLE, Verdict.OLD}:
        assert expiry.judge(started, seen, now + later) in ENDED


@law
@given(st.floats(0, 1e10))
def test_a_time_is_read_as_it_was_written_to_the_second(moment):
    assert read_time(write_time(moment), naive=BERLIN) == math.floor(moment)


def test_a_time_is_written_in_iso_8601_and_utc():
    assert write_time(NOW + 0.9) == "2026-11-21T10:00:00+00:00"


@pytest.mark.parametrize(
    "recorded",
    [
        "2026-11-21T10:00:00+00:00",
        "2026-11-21T10:00:00Z",
        "2026-11-21 10:00:00+00:00",
        "2026-11-21 10:00:00.000000+00:00",
        "2026-11-21 12:30:00+02:30",
        "2026-11-21 11:00:00",
        "2026-11-21T11:00:00.000000",
        datetime(2026, 11, 21, 10, tzinfo=UTC),
        datetime(2026, 11, 21, 5, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 11, 21, 11),  # what a session of USE_TZ = False holds
    ],
    ids=str,
)
def test_a_clock_without_an_offset_hung_where_the_project_is(recorded):
    assert read_time(recorded, naive=BERLIN) == NOW


@pytest.mark.parametrize(
    "recorded",
    [
        None,
        True,
        NOW,
        float(NOW),
        str(NOW),
        "",
        "now",
        "2026-11-21T25:00:00+00:00",
        "2026-13-21T10:00:00+00:00",
        "2026-11-21T10:00:00+99:00",
        "2026-11-21T10:00:00+00:00" + " " * 40,
        "2" * 1_000_000,
        f"2026-11-21T10:00:00.{100 * '0'}+00:00",
        "\0",
        "\ud800",
        b"2026-11-21T10:00:00+00:00",
        ["2026-11-21T10:00:00+00:00"],
        {"at": "2026-11-21T10:00:00+00:00"},
        datetime.max,
        datetime.min,
    ],
    ids=lambda value: f"{value!r:.30}",
)
def test_anything_else_is_no_time(recorded):
    moment = read_time(recorded, naive=timezone(timedelta(hours=1)))
    assert LIMITS.judge(moment, moment, NOW) in ENDED


@law
@given(json_values)
def test_no_value_of_a_session_is_an_error(value):
    moment = read_time(value, naive=BERLIN)
    assert isinstance(moment, float)


@pytest.mark.parametrize(
    "edge", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00+23:59"]
)
@pytest.mark.parametrize("naive", [BERLIN, ZoneInfo("Pacific/Kiritimati"), UTC], ids=str)
def test_the_first_and_the_last_moment_are_no_error(edge, naive):
    moment = read_time(edge, naive=naive)
    assert LIMITS.judge(moment, moment, NOW) in ENDED


def test_a_pair_of_limits_is_read():
    expected = Expiry(age=28_800, idle=900.5, refresh=30)
    assert Expiry.of_pair((28_800, 900.5), refresh=30) == expected
    assert Expiry.of_pair([28_800, 900.5], refresh=30) == expected
    assert Expiry.of_pair((0, MAX_SECONDS), refresh=30) == Expiry(0, MAX_SECONDS, 30)


@pytest.mark.parametrize(
    "pair",
    [
        (),
        (1,),
        (1, 2, 3),
        (1, None),
        (True, 1),
        (-1, 1),
        (1, math.nan),
        (math.inf, 1),
        (1, MAX_SECONDS + 1),
        (10**400, 1),
        ("1", "2"),
        "12",
        12,
        {1: 2, 3: 4},
        timedelta(hours=1),
        object,
    ],
    ids=lambda value: f"{value!a:.30}",
)
def test_anything_else_is_no_pair_of_limits(pair):
    with pytest.raises(PolicyError, match=r"must be a function that returns None or two numbers"):
        Expiry.of_pair(pair, refresh=60)
