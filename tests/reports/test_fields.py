from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.reports import fields

ANY = st.text(st.characters())  # lone surrogates, too


@given(ANY, st.integers(8, 100))
def test_a_text_can_be_stored_and_keeps_its_limit(value, limit):
    text = fields.text(value, limit)
    assert len(text.encode()) <= limit
    assert not set(text) & {*map(chr, range(32)), "\x7f", "\u2028", "\u202e"}
    assert fields.text(text, limit) == text


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=20))
def test_an_honest_text_is_left_alone(value):
    assert fields.text(value) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\x1b[31mb", "a\ufffd[31mb"),
        ("a\r\n\tb", "a   b"),
        ("a\u2028b", "a b"),
        ("a\u202eb", "a\ufffdb"),
        ("a\ud83d", "a\ufffd"),
        ("\U0001f600", "\U0001f600"),
        (5, ""),
        (None, ""),
        (["a"], ""),
    ],
    ids=ascii,
)
def test_what_cannot_be_stored_or_shown_is_replaced(value, text):
    assert fields.text(value) == text


def test_a_long_text_is_cut_between_two_characters_and_marked():
    assert fields.text("\u20ac" * 10, 14) == "\u20ac" * 3 + "\u2026"  # of three bytes each
    assert fields.text("a" * 15, 14) == "a" * 11 + "\u2026"
    assert fields.text("a" * 14, 14) == "a" * 14


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://user:pass@a.example/p@q?r@s", "https://a.example/p@q?r@s"),
        ("https://user:p@ss@a.example/", "https://a.example/"),
        ("HTTPS:\\\\user:pass@a.example", "HTTPS:\\\\a.example"),
        ("https:user:pass@a.example", "https:a.example"),
        ("//user:pass@a.example/", "//a.example/"),
        (" blob:https://user:pass@a.example/x", " blob:https://a.example/x"),
        ("https://a.example//b@c", "https://a.example//b@c"),
        ("mailto:me@a.example", "mailto:me@a.example"),
        ("https://" + "u" * 9_000 + "@a.example/", "https://a.example/"),
        (None, ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_user_and_password_are_taken_out_of_a_url(value, url):
    assert fields.url(value) == url


@given(ANY)
def test_no_url_keeps_a_password(user):
    for mark in "/?#\\":
        user = user.replace(mark, "")
    assert "pass:word" not in fields.url(f"https://{user}pass:word@a.example/")


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY))
def test_a_number_fits_a_column(value):
    number = fields.number(value)
    assert number is None or 0 < number <= fields.MAX_NUMBER


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY))
def test_a_scalar_becomes_text(value):
    assert len(fields.word(value).encode()) <= fields.MAX_TEXT
