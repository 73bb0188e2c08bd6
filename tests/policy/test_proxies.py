from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy.errors import PolicyError
from security.policy.proxies import Client, TrustedProxies


def test_a_hint_trusts_nobody_who_was_not_named():
    with pytest.raises(PolicyError) as raised:
        TrustedProxies.from_list("10.0.0.5")
    assert raised.value.hint == 'Write ["10.0.0.5"].'


def test_nobody_is_trusted_until_somebody_is_declared():
    proxies = TrustedProxies.from_list([])
    assert not proxies
    assert not proxies.trusts("127.0.0.1")
    assert not proxies.trusts("")


@pytest.mark.parametrize(
    ("entries", "peer", "trusted"),
    [
        (["10.0.0.5"], "10.0.0.5", True),
        (["10.0.0.5"], "10.0.0.6", False),
        (["10.0.0.0/8"], "10.255.0.1", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", True),
        (["::ffff:10.0.0.5"], "10.0.0.5", True),
        (["::ffff:10.0.0.0/104"], "::ffff:10.0.0.9", True),
        (["fd00::/8"], "fd12::1", True),
        (["fd00::/8"], "fe80::1", False),
        (["10.0.0.0/8"], "10.0.0.1:443", False),
        (["10.0.0.0/8"], "unknown", False),
        (["10.0.0.0/8"], "", False),
        (["unix"], "", True),
        (["unix"], "unix", True),
        (["unix"], "10.0.0.1", False),
    ],
)
def test_only_declared_peers_are_trusted(entries, peer, trusted):
    assert TrustedProxies.from_list(entries).trusts(peer) is trusted


@given(st.text())
def test_no_peer_address_is_an_error(peer):
    proxies = TrustedProxies.from_list(["10.0.0.0/8", "fd00::/8", "unix"])
    assert proxies.trusts(peer) in {True, False}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, " * 100_000 + "198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_client_is_the_right_most_hop_that_is_not_ours(peer, forwarded, client):
    assert TrustedProxies.from_list(["10.0.0.0/8"]).client(peer, forwarded) == client


CLIENT = "198.51.100.1"


@pytest.mark.parametrize(
    ("claims", "client"),
    [
        ({}, Client("10.0.0.1", "http")),
        ({"forwarded_proto": "https"}, Client("10.0.0.1", "https")),
        ({"forwarded_for": CLIENT}, Client(CLIENT, "http")),
        ({"forwarded_for": CLIENT, "forwarded_proto": "https"}, Client(CLIENT, "https")),
        ({"forwarded_for": CLIENT, "forwarded_proto": "gopher"}, Client(CLIENT, "http")),
        (
            {"forwarded_for": f"{CLIENT}, 10.0.0.2", "forwarded_proto": "https, http"},
            Client(CLIENT, "https"),
        ),
        (
            {"forwarded_for": f"{CLIENT}, 10.0.0.2", "forwarded_proto": "https"},
            Client(CLIENT, "https"),
        ),
        (
            {"forwarded_for": CLIENT, "forwarded_proto": "https, http"},
            Client(CLIENT, "http"),
        ),
        (
            {"forwarded_for": "10.0.0.3, 10.0.0.2", "forwarded_proto": "https, http"},
            Client("10.0.0.1", "https"),
        ),
        (
            {"forwarded_for": f"{CLIENT}, unknown", "forwarded_proto": "https"},
            Client("10.0.0.1", "https"),
        ),
        ({"forwarded": f"for={CLIENT};proto=https"}, Client(CLIENT, "https")),
        ({"forwarded": f"for={CLIENT};proto=https, for=10.0.0.2"}, Client(CLIENT, "https")),
        ({"forwarded": f"for={CLIENT}, for=10.0.0.2;proto=https"}, Client(CLIENT, "http")),
        ({"forwarded": f"for={CLIENT}, for=unknown;proto=https"}, Client("10.0.0.1", "https")),
        ({"forwarded": "for=10.0.0.2;proto=https"}, Client("10.0.0.1", "https")),
    ],
    ids=str,
)
def test_a_declared_proxy_says_who_the_client_is_and_over_what_it_came(claims, client):
    proxies = TrustedProxies.from_list(["10.0.0.0/8"])
    assert proxies.resolve("10.0.0.1", "http", **claims) == client
    assert proxies.resolve("203.0.113.9", "http", **claims) == Client("203.0.113.9", "http")


@pytest.mark.parametrize(
    ("forwarded", "agree"),
    [
        (f"for={CLIENT};proto=https", True),
        (f"for={CLIENT}:4711;proto=https;host=x", True),
        (f"for=6.6.6.6, for={CLIENT};proto=https", True),
        ("for=6.6.6.6;proto=https", False),
        (f"for={CLIENT};proto=http", False),
        (f"for={CLIENT}", False),
        ("for=unknown;proto=https", False),
        ("nonsense", False),
    ],
)
def test_where_two_headers_contradict_each_other_neither_counts(forwarded, agree):
    proxies = TrustedProxies.from_list(["10.0.0.0/8"])
    claims = {"forwarded_for": CLIENT, "forwarded_proto": "https", "forwarded": forwarded}
    found = proxies.resolve("10.0.0.1", "http", **claims)
    assert found == (Client(CLIENT, "https") if agree else Client("10.0.0.1", "http"))


def test_a_proxy_may_say_that_the_client_came_over_plain_http():
    proxies = TrustedProxies.from_list(["10.0.0.0/8"])
    assert proxies.resolve("10.0.0.1", "https", forwarded_proto="http").scheme == "http"


def test_the_peer_has_the_one_spelling_too():
    nobody = TrustedProxies()
    assert nobody.resolve("::ffff:192.0.2.1", "http") == Client("192.0.2.1", "http")
    assert nobody.resolve("", "http") == Client("", "http")
    assert nobody.resolve("strange", "http") == Client("strange", "http")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("10.0.0.1", " must be a list of networks (got '10.0.0.1')."),
        (None, " must be a list of networks (got None)."),
        (["10.0.0.1/8"], "[0] must be an address, a network or 'unix' (got '10.0.0.1/8')."),
        (["10.0.0.1", 7], "[1] must be an address, a network or 'unix' (got 7)."),
        (["proxy"], "[0] must be an address, a network or 'unix' (got 'proxy')."),
    ],
)
def test_an_entry_that_is_no_network_is_refused(entries, message):
    with pytest.raises(PolicyError) as caught:
        TrustedProxies.from_list(entries)
    assert caught.value.describe("P") == "P" + message
    assert caught.value.hint
