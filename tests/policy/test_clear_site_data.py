import pytest
from hypothesis import given
from tests.policy import strategies
from tests.policy.strategies import MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.clear_site_data import DIRECTIVES, ClearSiteData


@law
@given(strategies.values(ClearSiteData))
def test_directives_are_read_back(policy):
    strategies.assert_round_trip(policy, separators=",")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(ClearSiteData, value)
    strategies.assert_read_or_refused(ClearSiteData.parse, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(ClearSiteData.parse, text)


def test_directives_stand_in_double_quotes():
    assert str(ClearSiteData(("cookies", "storage"))) == '"cookies", "storage"'
    assert str(ClearSiteData(DIRECTIVES)) == (
        '"cache", "cookies", "storage", "executionContexts", "*"'
    )


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ("cookies", ""),
        (["cookies"], ""),
        ((), ""),
        (None, ""),
        (("cookies", "cookie"), "[1]"),
        (("Cookies",), "[0]"),
        (('"cookies"',), "[0]"),
        (("clientHints",), "[0]"),
        ((None,), "[0]"),
        (("cookies",) * 10_000, ""),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_other_directives_are_refused(bad, path):
    assert assert_refused(ClearSiteData, bad).path == path


def test_a_typo_gets_a_hint():
    assert assert_refused(ClearSiteData, ("cookie",)).hint == "Did you mean 'cookies'?"


def test_what_browsers_do_not_know_is_skipped():
    parsed = ClearSiteData.parse('"cookies",\t"clientHints", storage,, "*"')
    assert parsed == ClearSiteData(("cookies", "*"))


@pytest.mark.parametrize("text", ["", ",", "cookies", "'cookies'", '"Cookies"', '"cookies" x'])
def test_headers_that_clear_nothing_are_refused(text):
    assert_refused(ClearSiteData.parse, text)
