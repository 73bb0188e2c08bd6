from __future__ import annotations

import json
import logging
import time

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.signing import TimestampSigner
from django.http import JsonResponse
from django.urls import path
from tests.wire import Request

from security import proxy_probe
from security.client import client_of
from security.conf import conf
from security.middleware import SecurityMiddleware
from security.middleware.shield import Shield
from security.policy.forwarded import address_of

NAMES = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SCHEME",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_REAL_IP",
)
CLAIMS = {
    "Host": "testserver",
    "Forwarded": "for=198.51.100.7;proto=https;host=shop.example",
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Host": "shop.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Scheme": "https",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Prefix": "/x",
    "X-Real-Ip": "198.51.100.7",
}
TRUSTED = ["10.0.0.5", "10.1.0.0/16", "2001:db8::/32", "::1"]
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


def told(request):
    """Say what a view learns about the connection."""
    return JsonResponse(
        {
            "secure": request.is_secure(),
            "client": client_of(request),
            "host": request.get_host(),
            "port": request.get_port(),
            "claims": sorted(name for name in NAMES if name in request.META),
            "headers": sorted(name for name in request.headers if "Forwarded" in name),
        }
    )


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.ROOT_URLCONF = (path("sync/", told),)
    settings.ALLOWED_HOSTS = ["testserver", "shop.example"]
    settings.SECURITY_TRUSTED_PROXIES = TRUSTED


@pytest.fixture
def believing(settings):
    """Be told to believe what a proxy says."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    settings.USE_X_FORWARDED_PORT = True


def learn(answer):
    assert answer.status == 200
    return json.loads(answer.body)


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


HTTPS = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Proto": "https",
}
WAYS = {
    "x-forwarded": HTTPS,
    "proto": {"X-Forwarded-Proto": "https"},
    "chain": {"X-Forwarded-For": "6.6.6.6, 198.51.100.7, 10.1.0.1", "X-Forwarded-Proto": "https"},
    "forwarded": {"Forwarded": "for=198.51.100.7;proto=https"},
    "both": {**HTTPS, "Forwarded": "for=198.51.100.7;proto=https"},
}


@pytest.mark.parametrize("way", WAYS)
def test_https_at_a_declared_proxy_is_https_without_another_setting(wire, settings, way):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    headers = {"Host": "testserver", **WAYS[way]}
    site = wire()
    answer = site(peer="10.0.0.5", headers=headers)
    address = "10.0.0.5" if way == "proto" else "198.51.100.7"
    assert (learn(answer)["secure"], learn(answer)["client"]) == (True, [address, "https"])
    assert answer["Strict-Transport-Security"] == "max-age=60"
    assert site(peer="203.0.113.9", headers=headers).status == 301


def test_a_redirect_ends_where_the_proxy_speaks_https(wire, settings):
    settings.SECURE_SSL_REDIRECT = True
    site = wire()
    plain = {"Host": "testserver"} | HTTPS | {"X-Forwarded-Proto": "http"}
    assert site(peer="10.0.0.5", headers=plain)["Location"] == "https://testserver/sync/"
    assert site(peer="10.0.0.5", headers={"Host": "testserver"} | HTTPS).status == 200


def test_plain_http_behind_a_proxy_that_connects_over_tls_is_plain_http(wire, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    headers = {"Host": "testserver"} | HTTPS | {"X-Forwarded-Proto": "http"}
    answer = wire()(peer="10.0.0.5", headers=headers, scheme="https")
    assert (answer.status, answer["Location"]) == (301, "https://testserver/sync/")
    assert answer["Strict-Transport-Security"] is None


def test_any_number_of_declared_proxies_is_believed(wire, monkeypatch):
    monkeypatch.setattr("security.middleware.hosts.MAX_REMEMBERED", 2)
    site = wire()
    for number in (1, 2, 3, 3, 1):
        headers = {"Host": "testserver"} | HTTPS
        assert learn(site(peer=f"10.1.0.{number}", headers=headers))["secure"] is True
    assert conf.memo[Shield].doorkeeper.ours == {"10.1.0.1", "10.1.0.2"}


def test_contradicting_headers_change_nothing(wire):
    headers = {"Host": "testserver"} | HTTPS | {"Forwarded": "for=6.6.6.6;proto=https"}
    found = learn(wire()(peer="10.0.0.5", headers=headers))
    assert (found["secure"], found["client"]) == (False, ["10.0.0.5", "http"])


def test_the_header_that_django_is_told_decides_alone(wire, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_TLS", "yes")
    site = wire()
    headers = {"Host": "testserver", "X-Forwarded-For": "198.51.100.7"}
    for tls, claimed, scheme in (("yes", "http", "https"), ("no", "https", "http")):
        claims = {"X-Tls": tls, "X-Forwarded-Proto": claimed}
        found = learn(site(peer="10.0.0.5", headers=headers | claims))
        assert (found["secure"], found["client"]) == (scheme == "https", ["198.51.100.7", scheme])


def test_without_the_middleware_the_client_is_the_same(wire, settings):
    settings.MIDDLEWARE = []
    site = wire()
    headers = {"Host": "testserver"} | HTTPS
    assert learn(site(peer="10.0.0.5", headers=headers))["client"] == ["198.51.100.7", "https"]
    assert learn(site(peer="203.0.113.9", headers=headers))["client"] == ["203.0.113.9", "http"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert learn(site(peer="203.0.113.9", headers=headers))["client"] == ["203.0.113.9", "http"]


def test_the_scope_of_the_server_stays_as_it_is():
    scope = Request(peer="10.0.0.5", headers={"Host": "testserver"} | HTTPS).scope()
    request = ASGIRequest(scope, None)
    assert SecurityMiddleware(lambda request: None).process_request(request) is None
    assert (request.scheme, scope["scheme"]) == ("https", "http")


def probe(**request):
    headers = {"Host": "testserver", proxy_probe.HEADER: proxy_probe.token()}
    return request | {"headers": headers | request.get("headers", {})}


def test_a_signed_probe_is_told_what_was_believed(wire):
    answer = wire()(**probe(peer="10.0.0.5", headers=CLAIMS))
    assert json.loads(answer.body) == {
        "address": "198.51.100.7",
        "scheme": "https",
        "host": "testserver",
        "port": "80",
    }
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_probe_from_anybody_else_is_told_that_nothing_was(wire):
    answer = wire()(**probe(headers=CLAIMS | {"Host": "evil.example"}))
    believed = {"address": "203.0.113.9", "scheme": "http", "host": None, "port": "80"}
    assert json.loads(answer.body) == believed


SALT = "security.proxyselftest"
FORGED = {
    "empty": lambda: "",
    "unsigned": lambda: "who-am-i",
    "tampered": lambda: proxy_probe.token() + "x",
    "of-another-kind": lambda: TimestampSigner(salt="other").sign("who-am-i"),
    "of-another-question": lambda: TimestampSigner(salt=SALT).sign("who-is-admin"),
    "of-another-key": lambda: TimestampSigner(key="x" * 50, salt=SALT).sign("who-am-i"),
    "long": lambda: "x" * 60_000,
    "not-ascii": lambda: "who-am-i:\xe9:\xe9",
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_probe_that_we_did_not_sign_is_any_request(wire, kind):
    site = wire()
    headers = {proxy_probe.HEADER: FORGED[kind]()}
    assert "secure" in learn(site(**probe(headers=headers)))
    assert site(**probe(headers=headers | {"Host": "evil.example"})).status == 400


def test_a_probe_is_answered_for_a_minute(wire, monkeypatch):
    site, request = wire(), probe()
    assert "address" in learn(site(**request))
    later = time.time() + proxy_probe.MAX_AGE + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert "secure" in learn(site(**request))


def test_where_no_proxy_is_declared_a_probe_is_any_request(wire, settings):
    settings.SECURITY_TRUSTED_PROXIES = []
    assert "secure" in learn(wire()(**probe()))


def test_a_probe_alone_is_not_logged(wire, caplog):
    caplog.set_level(logging.INFO)
    wire()(**probe())
    assert caplog.records == []
