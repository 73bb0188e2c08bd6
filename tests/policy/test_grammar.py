from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy import grammar
from security.policy.errors import PolicyError


@given(st.text())
def test_text_is_printable_ascii_on_one_line_or_refused(value):
    try:
        accepted = grammar.text(value)
    except PolicyError:
        return
    assert accepted == value
    assert all(" " <= character <= "~" for character in accepted)


@given(st.text())
def test_a_member_cannot_end_what_it_stands_in(value):
    try:
        accepted = grammar.member(value)
    except PolicyError:
        return
    assert accepted
    assert not set(accepted) & set(" ;,\r\n")


@pytest.mark.parametrize("value", ["", "a b", "a;b", "a,b", "a\r\nb", "\u00e9", None, 1, b"a"])
def test_what_is_no_member_is_refused(value):
    with pytest.raises(PolicyError):
        grammar.member(value)


@pytest.mark.parametrize("value", ["", "a b", "a/b", "(", "\u00e9", None])
def test_what_is_no_token_is_refused(value):
    with pytest.raises(PolicyError):
        grammar.token(value)


def test_a_token_passes():
    assert grammar.token("same-origin") == "same-origin"


def test_a_word_must_be_spelt_as_it_is_known():
    assert grammar.one_of("b", ["a", "b"]) == "b"
    with pytest.raises(PolicyError, match=r"must be one of 'a', 'b' \(got 'B'\)\."):
        grammar.one_of("B", ["a", "b"])
    with pytest.raises(PolicyError):
        grammar.one_of(["a"], ["a"])


def test_length_is_bounded_and_named():
    with pytest.raises(PolicyError, match=r"at most 3 characters long \(got '4 characters'\)"):
        grammar.bounded("aaaa", 3)
    with pytest.raises(PolicyError):
        grammar.text("a" * (grammar.MAX_HEADER + 1))
