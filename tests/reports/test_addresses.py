from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.reports import addresses
from security.reports.addresses import Address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://A.Example/P?q#f", Address("https", "a.example", None, "/P")),
        ("HTTPS://a.example:443/", Address("https", "a.example", None, "/")),
        ("http://a.example:80", Address("http", "a.example", None, "")),
        ("wss://a.example:443/s", Address("wss", "a.example", None, "/s")),
        ("https://a.example:8443/p", Address("https", "a.example", 8443, "/p")),
        ("https://user:pass@a.example/", Address("https", "a.example", None, "/")),
        ("https://user@cdn.example:443cdn.example/i", Address("https", "cdn.example", None, "/i")),
        ("https://a.example:x/secret", Address("https", "a.example", None, "")),
        ("https://a.example:123456/secret", Address("https", "a.example", None, "")),
        ("https://[::1]:8000/p", Address("https", "[::1]", 8000, "/p")),
        ("https://[::1/p", Address("https", "", None, "")),
        ("chrome-extension://abc/a.js", Address("chrome-extension", "abc", None, "/a.js")),
        ("inline", None),
        ("data:text/html,x", None),
        ("about:blank", None),
        ("", None),
    ],
)
def test_the_parts_of_a_url_are_read(text, address):
    assert addresses.read(text) == address


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("chrome-extension://abc", "chrome-extension"),
        ("Chrome-Extension", "chrome-extension"),
        ("data:text/html", "data"),
        ("inline", "inline"),
        ("", ""),
        ("/path", ""),
        ("two words", ""),
    ],
)
def test_a_bare_word_counts_as_a_scheme(text, scheme):
    assert addresses.scheme(text) == scheme


@given(st.text())
def test_what_was_read_reads_the_same_again(text):
    address = addresses.read(f"https://{text}")
    assert address is None or addresses.read(str(address)) == address


def test_an_origin_names_no_default_port():
    assert addresses.read("https://a.example:443/p").origin == "https://a.example"
    assert addresses.read("https://a.example:80/p").origin == "https://a.example:80"
