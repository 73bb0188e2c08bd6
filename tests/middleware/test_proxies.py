from __future__ import annotations

import logging

import pytest
from tests.middleware.claims import CLAIMS, NAMES, TRUSTED, learn

from security.policy.forwarded import address_of

pytestmark = pytest.mark.usefixtures("proxied")
OURS = [
    "10.0.0.5",
    "10.1.255.255",
    "2001:db8::9",
    "2001:0DB8:0:0::9",
    "::1",
    "::ffff:10.0.0.5",
    "::ffff:10.1.2.3",
    "::ffff:a00:5",
]
NOT_OURS = [
    "10.0.0.6",
    "10.2.0.0",
    "2001:db9::1",
    "::ffff:10.0.0.6",
    "::2",
    "127.0.0.1",
    "203.0.113.9",
    "10.0.0.5, 10.0.0.5",
    "10.0.0.5:80",
    "010.0.0.5",
    "unix",
    "testserver",
    "",
    None,
]

IGNORED = (
    "Ignored HTTP_X_FORWARDED_PROTO from '203.0.113.9', which is not in SECURITY_TRUSTED_PROXIES. "
    "This is logged once per process."
)


@pytest.fixture
def believing(settings):
    """Be told to believe what a proxy says."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    settings.USE_X_FORWARDED_PORT = True


NOTHING = {"secure": False, "host": "testserver", "port": "80", "claims": [], "headers": []}
EVERYTHING = {
    "secure": True,
    "client": ["198.51.100.7", "https"],
    "host": "shop.example",
    "port": "8443",
    "claims": sorted(NAMES),
    "headers": [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "X-Forwarded-Proto",
        "X-Forwarded-Scheme",
        "X-Forwarded-Ssl",
    ],
}


@pytest.mark.parametrize("peer", OURS)
def test_a_declared_proxy_is_believed(wire, believing, peer):
    assert learn(wire()(peer=peer, headers=CLAIMS)) == EVERYTHING


@pytest.mark.parametrize("peer", NOT_OURS)
def test_what_anybody_else_claims_changes_nothing(wire, believing, peer):
    client = [str(address_of(peer or "") or peer or ""), "http"]
    assert learn(wire()(peer=peer, headers=CLAIMS)) == NOTHING | {"client": client}


@pytest.mark.parametrize("trusted", [[], [*TRUSTED, "unix"]])
def test_a_socket_is_believed_where_it_is_declared(wire, settings, believing, trusted):
    settings.SECURITY_TRUSTED_PROXIES = trusted
    assert learn(wire()(peer=None, headers=CLAIMS))["secure"] is bool(trusted)


def test_a_declared_socket_makes_no_address_a_proxy(wire, settings, believing):
    settings.SECURITY_TRUSTED_PROXIES = ["unix"]
    client = ["203.0.113.9", "http"]
    assert learn(wire()(peer="203.0.113.9", headers=CLAIMS)) == NOTHING | {"client": client}


@pytest.mark.parametrize("entry", ["::ffff:10.0.0.5", "::ffff:10.0.0.0/104"])
@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5"])
def test_a_proxy_may_be_declared_by_its_mapped_address(wire, settings, believing, entry, peer):
    settings.SECURITY_TRUSTED_PROXIES = [entry]
    assert learn(wire()(peer=peer, headers=CLAIMS))["secure"] is True


def test_what_django_believes_is_believed_from_nobody_where_no_proxy_is_declared(
    wire, settings, believing
):
    settings.SECURITY_TRUSTED_PROXIES = []
    found = learn(wire()(peer="10.0.0.5", headers=CLAIMS))
    assert (found["secure"], found["host"]) == (False, "testserver")


def test_another_name_for_the_proxy_header_is_guarded_too(wire, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_TLS", "yes")
    headers = {"Host": "testserver", "X-Tls": "yes"}
    site = wire()
    assert learn(site(peer="10.0.0.5", headers=headers))["secure"] is True
    assert learn(site(peer="203.0.113.9", headers=headers))["secure"] is False


def test_the_forwarded_host_of_a_proxy_is_validated_too(wire, settings, believing):
    site = wire()
    evil = CLAIMS | {"X-Forwarded-Host": "evil.example"}
    assert [site(peer="10.0.0.5", headers=CLAIMS).status for _ in range(2)] == [200, 200]
    assert [site(peer="10.0.0.5", headers=evil).status for _ in range(2)] == [400, 400]
    assert site(peer="203.0.113.9", headers=evil).status == 200


def test_a_claim_of_https_brings_no_hsts(wire, settings, believing):
    settings.SECURE_HSTS_SECONDS = 60
    site = wire()
    assert site(peer="10.0.0.5", headers=CLAIMS)["Strict-Transport-Security"] == "max-age=60"
    assert site(peer="203.0.113.9", headers=CLAIMS)["Strict-Transport-Security"] is None


def test_a_claim_of_https_escapes_no_redirect(wire, settings, believing):
    settings.SECURE_SSL_REDIRECT = True
    site = wire()
    assert site(peer="10.0.0.5", headers=CLAIMS).status == 200
    assert site(peer="203.0.113.9", headers=CLAIMS)["Location"] == "https://testserver/sync/"


def test_https_at_the_server_itself_stays_https(wire, believing):
    headers = {"Host": "testserver"}
    assert learn(wire()(peer="203.0.113.9", headers=headers, scheme="https"))["secure"] is True


def test_an_ignored_claim_is_logged_once(wire, believing, caplog):
    caplog.set_level(logging.INFO)
    site = wire()
    for _ in range(3):
        site(peer="203.0.113.9", headers={"Host": "testserver", "X-Forwarded-Proto": "https"})
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("security.hosts", IGNORED)
    ]


def test_a_request_without_claims_is_not_logged(wire, believing, caplog):
    caplog.set_level(logging.INFO)
    wire()(peer="203.0.113.9", headers={"Host": "testserver"})
    assert caplog.records == []


def test_without_any_of_it_the_headers_are_the_views_to_read(wire, settings):
    settings.SECURITY_TRUSTED_PROXIES = []
    found = learn(wire()(headers=CLAIMS))
    assert (found["secure"], found["host"]) == (False, "testserver")
    assert found["claims"] == sorted(NAMES)
