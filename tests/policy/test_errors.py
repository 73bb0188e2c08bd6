from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy.errors import PolicyError, did_you_mean, must_be, shown


def test_the_standard_error_says_what_and_got():
    error = must_be("a whole number", "1 year", hint="Write 31536000.")
    assert str(error) == "must be a whole number (got '1 year')."
    assert error.hint == "Write 31536000."


def test_the_path_grows_from_the_inside_out():
    error = must_be("one source", "x").within(1).within("CSP", "script-src")
    assert error.describe("S") == 'S["CSP"]["script-src"][1] must be one source (got \'x\').'


def test_the_hint_survives_the_way_out():
    assert must_be("a", "b", hint="c").within(0).hint == "c"


@given(st.text() | st.binary() | st.integers() | st.lists(st.text()))
def test_a_shown_value_is_one_short_ascii_line(value):
    text = shown(value)
    assert len(text) <= 80
    assert text.isascii()
    assert text.isprintable()


def test_a_megabyte_is_shown_by_its_beginning():
    assert shown("a" * 1_000_000) == "'" + "a" * 79


class Mute:
    def __repr__(self):
        raise KeyError("no words")


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [(10**5000, "<int>"), (nested(100_000), "<list>"), (Mute(), "<Mute>")],
    ids=["number", "list", "object"],
)
def test_what_cannot_be_shown_is_named_by_its_type(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("word", "hint"),
    [("strct", "Did you mean 'strict'?"), ("zzz", None), (7, None), ("s" * 10_000, None)],
)
def test_the_nearest_word_is_named_or_nothing(word, hint):
    assert did_you_mean(word, ["strict", "balanced"]) == hint


def test_a_policy_error_is_a_value_error():
    assert issubclass(PolicyError, ValueError)
