import pytest
from hypothesis import given
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.caching import (
    CONFIDENTIAL,
    CONFIDENTIAL_HEADERS,
    CacheControl,
    forbids_storing,
)


@law
@given(strategies.values(CacheControl))
def test_directives_are_read_back(policy):
    strategies.assert_round_trip(policy, separators=";,")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(CacheControl, value)
    strategies.assert_read_or_refused(CacheControl.parse, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(CacheControl.parse, text)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(text):
    assert_refused(CacheControl.parse, text)


def test_a_confidential_page_sends_three_headers():
    assert CONFIDENTIAL_HEADERS == (
        ("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
        ("Pragma", "no-cache"),
        ("Expires", "-1"),
    )
    assert CacheControl.parse(CONFIDENTIAL_HEADERS[0][1]) == CONFIDENTIAL


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("no-store", ("no-store",)),
        (" No-Store ,\tmax-age=0,", ("No-Store", "max-age=0")),
        (',,private="set-cookie, x;y", public', ('private="set-cookie, x;y"', "public")),
        (r'x="a\"b,"', (r'x="a\"b,"',)),
    ],
)
def test_headers_are_split_at_commas_outside_quotes(text, directives):
    assert CacheControl.parse(text) == CacheControl(directives)


@pytest.mark.parametrize(
    ("header", "forbids"),
    [
        ("no-store", True),
        ("public, NO-STORE", True),
        ("no-store, must-understand", False),
        ("Must-Understand, no-store, max-age=1", False),
        ('private="a, no-store, b"', False),
        ("no-store=1", False),
        ("max-age=600", False),
        ("no-store; public", False),
        ("no-store\n", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_plain_no_store_keeps_every_cache_from_storing(header, forbids):
    assert forbids_storing(header) is forbids


@pytest.mark.parametrize("text", ["", ",", "no store", "max-age = 0", "max-age=", 'x="', "a;b"])
def test_headers_with_bad_syntax_are_refused(text):
    assert_refused(CacheControl.parse, text)


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ("no-store", ""),
        ((), ""),
        (None, ""),
        (("no-store", ""), "[1]"),
        (("no-store, public",), "[0]"),
        (("no-store\n",), "[0]"),
        ((1,), "[0]"),
        (("no-store",) * 10_000, ""),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_only_directives_make_a_list(bad, path):
    assert assert_refused(CacheControl, bad).path == path
