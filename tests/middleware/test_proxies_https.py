from __future__ import annotations

import pytest
from django.core.handlers.asgi import ASGIRequest
from tests.middleware.claims import learn
from tests.wire import Request

from security.conf import conf
from security.middleware import SecurityMiddleware
from security.middleware.shield import Shield

pytestmark = pytest.mark.usefixtures("proxied")
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
