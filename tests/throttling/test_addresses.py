"""Which address an attempt is counted on."""

from __future__ import annotations

import pytest
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.utils.decorators import sync_and_async_middleware
from tests.throttling.logins import Browser

from security.auth_throttling import attempt_count, names

COUNTED = {
    "203.0.113.9": "203.0.113.9",
    "::ffff:203.0.113.9": "203.0.113.9",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:db8:1:2::": "2001:db8:1:2::/64",
    "fe80::1%eth0": "fe80::/64",
    "unix": None,
    "": None,
    "203.0.113.9:80": None,
}


@pytest.mark.parametrize("address", COUNTED)
def test_addresses_of_one_network_are_one(address):
    assert names.network(address) == COUNTED[address]


def slow_by_address(account, ip):
    return 0, 60 if ip >= 3 else 0


@pytest.fixture
def spraying(guarded):
    guarded.AUTHENTICATION_THROTTLING = {
        **guarded.AUTHENTICATION_THROTTLING,
        "DELAY_FUNCTION": slow_by_address,
    }
    guarded.MIDDLEWARE = [f"{__name__}.from_peer", *guarded.MIDDLEWARE]
    return guarded


@sync_and_async_middleware
def from_peer(get_response):
    """Let the connection come from wherever the test says."""

    def connect(request):
        request.META["REMOTE_ADDR"] = request.META.pop("HTTP_X_PEER")
        return get_response(request)

    return markcoroutinefunction(connect) if iscoroutinefunction(get_response) else connect


def guess(browser, peer, **headers):
    """Try an account that nobody tried before."""
    guess.number = getattr(guess, "number", 0) + 1
    return browser.attempt(f"name-{guess.number}", "wrong", headers={"X-Peer": peer, **headers})


def test_one_address_may_not_spray(spraying, ann, site):
    browser = Browser(site)
    peer = "203.0.113.9"
    assert [guess(browser, peer) for _ in range(4)] == [200, 200, 200, 429]
    assert attempt_count("ip", peer) == 3


def test_a_network_of_ipv6_is_one_address(spraying, ann, site):
    browser = Browser(site)
    found = [guess(browser, f"2001:db8:1:2::{i}") for i in range(4)]
    assert found == [200, 200, 200, 429]


def test_a_claim_of_a_stranger_changes_nothing(spraying, ann, site):
    browser = Browser(site)
    claims = ({"X-Forwarded-For": f"198.51.100.{i}"} for i in range(4))
    assert [guess(browser, "203.0.113.9", **c) for c in claims] == [200, 200, 200, 429]


def test_behind_a_proxy_each_client_is_itself(spraying, ann, site):
    spraying.SECURITY_TRUSTED_PROXIES = ["203.0.113.9"]
    browser = Browser(site)
    claims = ({"X-Forwarded-For": f"10.9.9.9, 198.51.100.{i}"} for i in range(4))
    assert [guess(browser, "203.0.113.9", **c) for c in claims] == [200] * 4
    assert attempt_count("ip", "198.51.100.2") == 1


def test_on_a_unix_socket_only_accounts_are_counted(spraying, ann, site):
    browser = Browser(site)
    assert [guess(browser, "") for _ in range(4)] == [200] * 4
