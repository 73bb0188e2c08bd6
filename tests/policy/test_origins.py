import pytest
from hypothesis import given
from tests.policy import strategies
from tests.policy.strategies import LONGEST, any_object, any_text, assert_refused, law

from security.policy import origins

NOT_ORIGINS = [
    "",
    "a.example",
    "https:",
    "https://",
    "https://*",
    "https://*.a.example",
    "https://a.*.example",
    "https://a_b.example",
    "https://a..example",
    "https://.example",
    "https://u@a.example",
    "https://a.example:",
    "https://a.example:0",
    "https://a.example:65536",
    "https://a.example:123456",
    "https://a.example:*",
    "https://[::1]",
    "https://a.example\\b",
    "wss://a.example",
    "data:x",
    "javascript://a.example",
    " https://a.example",
    "https://a.example ",
    "https://a.example\n",
    "https://\xe9.example",
    "https://" + "a" * 254,
]


@law
@given(strategies.origins())
def test_an_origin_is_returned_as_written(text):
    assert origins.origin(text) == text
    assert origins.leading(text + "/x?y#z") == text


@law
@given(strategies.origins(wildcard=True))
def test_a_wildcard_counts_only_where_it_is_allowed(text):
    assert origins.origin(text, wildcard=True) == text
    assert origins.leading(text) == (None if "*" in text else text)


@pytest.mark.parametrize("text", NOT_ORIGINS, ids=ascii)
def test_what_is_no_origin_is_refused(text):
    assert_refused(origins.origin, text)


@pytest.mark.parametrize("tail", ["/", "/x", "?x", "#x"])
def test_a_path_is_refused_with_the_origin_to_write(tail):
    error = assert_refused(origins.origin, "https://a.example" + tail)
    assert error.hint == "Leave out what follows the host: 'https://a.example'."


def test_a_missing_scheme_gets_a_hint():
    assert assert_refused(origins.origin, "a.example").hint == "An origin starts with 'https://'."


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(origins.origin, value)


@pytest.mark.parametrize("text", LONGEST)
def test_a_long_host_is_refused(text):
    assert origins.leading("https://" + text) is None
