import pytest
from hypothesis import given
from tests.policy import strategies
from tests.policy.strategies import MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.referrer import POLICIES, ReferrerPolicy


@law
@given(strategies.values(ReferrerPolicy))
def test_a_policy_is_read_back(policy):
    strategies.assert_round_trip(policy, separators=",")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(ReferrerPolicy, value)
    strategies.assert_read_or_refused(ReferrerPolicy.parse, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(ReferrerPolicy.parse, text)


def test_there_are_eight_standard_policies():
    assert len(POLICIES) == 8
    assert str(ReferrerPolicy(POLICIES)) == ", ".join(POLICIES)


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ("same-origin", ""),
        (["same-origin"], ""),
        ((), ""),
        (None, ""),
        (("same-origin", "off"), "[1]"),
        (("Same-Origin",), "[0]"),
        (("same-origin, origin",), "[0]"),
        (("",), "[0]"),
        ((None,), "[0]"),
        (("same-origin",) * 10_000, ""),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_only_standard_policies_make_a_list(bad, path):
    assert assert_refused(ReferrerPolicy, bad).path == path


def test_a_typo_gets_a_hint():
    error = assert_refused(ReferrerPolicy, ("no-referer",))
    assert error.hint == "Did you mean 'no-referrer'?"


@pytest.mark.parametrize(
    ("text", "policies"),
    [
        ("same-origin", ("same-origin",)),
        ("SAME-ORIGIN", ("same-origin",)),
        ("no-referrer, strict-origin", ("no-referrer", "strict-origin")),
        ("no-referrer,unknown,,\tstrict-origin", ("no-referrer", "strict-origin")),
        ("same-origin, same-origin", ("same-origin", "same-origin")),
    ],
)
def test_headers_are_read_without_what_browsers_do_not_know(text, policies):
    assert ReferrerPolicy.parse(text) == ReferrerPolicy(policies)


@pytest.mark.parametrize("text", ["", ",", "never", "same-origin; origin", "'same-origin'"])
def test_headers_without_a_known_policy_are_refused(text):
    assert_refused(ReferrerPolicy.parse, text)
