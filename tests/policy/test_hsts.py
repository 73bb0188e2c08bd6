from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.errors import PolicyError
from security.policy.hsts import MAX_AGE, MAX_STEPS, Ramp, StrictTransportSecurity

parse = StrictTransportSecurity.parse


@law
@given(strategies.values(StrictTransportSecurity))
def test_a_policy_is_read_back(policy):
    strategies.assert_round_trip(policy, separators=";")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(parse, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(parse, text)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(text):
    assert_refused(parse, text)


@law
@given(st.tuples(any_object(), any_object(), any_object()))
def test_a_constructor_takes_the_right_types_or_refuses(arguments):
    strategies.assert_read_or_refused(lambda given: StrictTransportSecurity(*given), arguments)


@pytest.mark.parametrize("bad", [-1, 1.5, True, "1 year", "60", None, 10**10, 10**5000], ids=type)
def test_max_age_is_a_bounded_number_of_whole_seconds(bad):
    assert_refused(StrictTransportSecurity, bad)


@pytest.mark.parametrize("bad", [0, 1, "yes", None], ids=repr)
def test_flags_are_booleans(bad):
    assert_refused(StrictTransportSecurity, 60, bad)
    assert_refused(StrictTransportSecurity, 60, False, bad)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("max-age=60", StrictTransportSecurity(60)),
        ('max-age="60"', StrictTransportSecurity(60)),
        ('max-age="\\6\\0"', StrictTransportSecurity(60)),
        ("MAX-AGE=60;INCLUDESUBDOMAINS;PreLoad", StrictTransportSecurity(60, True, True)),
        (" ;; preload ; ;max-age = 60;", StrictTransportSecurity(60, preload=True)),
        ("max-age=60;\tincludeSubDomains", StrictTransportSecurity(60, True)),
        ('max-age=60; x; y=z; w="a;b, \\" c"', StrictTransportSecurity(60)),
        ("max-age=60; preload=1", StrictTransportSecurity(60)),
        ("max-age=000000000000000000000", StrictTransportSecurity(0)),
        ("max-age=9999999999", StrictTransportSecurity(MAX_AGE)),
        ("max-age=" + "9" * 6000, StrictTransportSecurity(MAX_AGE)),
    ],
)
def test_headers_are_read_as_browsers_read_them(text, policy):
    assert parse(text) == policy


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "includeSubDomains",
        "max-age",
        "max-age=",
        'max-age=""',
        "max-age=-1",
        "max-age=1.5",
        "max-age=1e3",
        "max-age=one",
        "max-age=\u0661",
        "max-age='60'",
        "max-age:60",
        "max-age=60 60",
        "max-age=60, max-age=60",
        "max-age=60; max-age=60",
        "max-age=60; MAX-AGE=60",
        "max-age=60; preload; preload",
        "max-age=60; x; x",
        "max-age=60; includeSubDomains=1",
        'max-age=60; x="',
        "max-age=60; =1",
        "max-age=60\n",
    ],
    ids=ascii,
)
def test_headers_that_browsers_ignore_are_refused(text):
    assert_refused(parse, text)


RAMP = Ramp(((date(2027, 1, 1), 300), (date(2027, 2, 1), 86400), (date(2027, 3, 1), 0)), True)


@pytest.mark.parametrize(
    ("day", "header", "until"),
    [
        (date.min, None, date(2027, 1, 1)),
        (date(2026, 12, 31), None, date(2027, 1, 1)),
        (date(2027, 1, 1), "max-age=300; includeSubDomains", date(2027, 2, 1)),
        (date(2027, 1, 31), "max-age=300; includeSubDomains", date(2027, 2, 1)),
        (date(2027, 2, 1), "max-age=86400; includeSubDomains", date(2027, 3, 1)),
        (date(2027, 3, 1), "max-age=0; includeSubDomains", None),
        (date.max, "max-age=0; includeSubDomains", None),
    ],
    ids=str,
)
def test_a_ramp_tells_the_header_of_a_day_and_how_long_it_stays(day, header, until):
    policy = RAMP.on(day)
    assert (policy and str(policy)) == header
    assert RAMP.until(day) == until


@law
@given(strategies.ramps(), st.dates(max_value=date(9999, 12, 30)))
def test_the_header_changes_on_no_day_before_the_one_told(ramp, day):
    until = ramp.until(day)
    last = date.max if until is None else until - timedelta(days=1)
    assert ramp.on(day) == ramp.on(last)


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ((), ""),
        ([(date(2027, 1, 1), 300)], ""),
        ("2027-01-01", ""),
        (None, ""),
        (((date(2027, 1, 1), 300),) * (MAX_STEPS + 1), ""),
        (((date(2027, 1, 1), 300), (date(2027, 1, 1), 300)), "[1]"),
        (((date(2027, 1, 2), 300), (date(2027, 1, 1), 300)), "[1]"),
        (((date(2027, 1, 2), -1),), "[0]"),
        (((date(2027, 1, 2), True),), "[0]"),
        (((date(2027, 1, 2), 10**10),), "[0]"),
        (((datetime(2027, 1, 2), 300),), "[0]"),  # refused for its time
        ((("2027-01-01", 300),), "[0]"),
        (((date(2027, 1, 1),),), "[0]"),
        ((date(2027, 1, 1), 300), "[0]"),
    ],
)
def test_a_ramp_is_pairs_of_ascending_dates_and_seconds(steps, path):
    assert assert_refused(Ramp, steps).path == path


def test_a_ramp_has_flags():
    steps = ((date(2027, 1, 1), 300),)
    assert_refused(Ramp, steps, 1)
    assert_refused(Ramp, steps, True, None)
    assert Ramp(steps, preload=True).on(date.max) == StrictTransportSecurity(300, preload=True)


@law
@given(any_object())
def test_anything_is_a_ramp_or_refused(steps):
    try:
        Ramp(steps)
    except PolicyError:
        return
    raise AssertionError(steps)
