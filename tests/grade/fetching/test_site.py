from __future__ import annotations

import pytest

from security.grade.fetch.site import Site, read_target
from security.policy.errors import PolicyError


@pytest.mark.parametrize(
    ("text", "host", "secure", "plain"),
    [
        ("a.test", "a.test", "https://a.test/", "http://a.test/"),
        (" A.Test \n", "a.test", "https://a.test/", "http://a.test/"),
        ("a.test:443", "a.test", "https://a.test/", "http://a.test/"),
        ("a.test:8443", "a.test", "https://a.test:8443/", None),
        ("a.test/b?c=%2f#d", "a.test", "https://a.test/b?c=%2f", "http://a.test/b?c=%2f"),
        ("https://a.test/b%2fc", "a.test", "https://a.test/b%2fc", "http://a.test/b%2fc"),
        ("http://a.test:8000/b", "a.test", None, "http://a.test:8000/b"),
        ("HTTP://a.test", "a.test", None, "http://a.test/"),
        ("[::1]:8443", "::1", "https://[::1]:8443/", None),
        ("127.0.0.1", "127.0.0.1", "https://127.0.0.1/", "http://127.0.0.1/"),
        ("\xfc.test", "xn--tda.test", "https://xn--tda.test/", "http://xn--tda.test/"),
        ("a_b.test.", "a_b.test.", "https://a_b.test./", "http://a_b.test./"),
    ],
    ids=ascii,
)
def test_a_target_is_read(text, host, secure, plain):
    assert read_target(text) == Site(text.strip(), host, secure, plain)


@pytest.mark.parametrize(
    ("text", "port", "plain"),
    [
        ("a.test", 8000, "http://a.test:8000/"),
        ("a.test:8443/b", 8000, "http://a.test:8000/b"),
        ("a.test:8443", 80, "http://a.test/"),
        ("http://a.test/", 8000, "http://a.test/"),
    ],
)
def test_plain_http_may_be_on_another_port(text, port, plain):
    assert read_target(text, http_port=port).plain == plain


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "a b", "a\tb", "a\x00b", "a\\b", "ftp://a.test", "javascript:alert(1)",
        "https://", "https:///a", "a..b", ".a", "-a", "a:0", "a:65536", "a:b", "[::1", "[::g]",
        "999.1.1.1", "%2e", "a,b", "a;b", "a" * 64, ".".join(["a" * 60] * 5), "//a.test",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_target_is_refused(text):
    with pytest.raises(
        PolicyError, match=r"^must be a host, host:port, or an address of http or h"
    ):
        read_target(text)


def test_a_password_is_refused_and_not_shown():
    with pytest.raises(PolicyError, match=r"^must be without a user name and a password \(got one"):
        read_target("https://user:secret@a.test/")


def test_a_target_has_a_limit():
    with pytest.raises(PolicyError, match=r"^must be at most 2,048 characters long"):
        read_target("a.test/" + "b" * 2048)
