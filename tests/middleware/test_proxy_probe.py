from __future__ import annotations

import json
import logging
import time

import pytest
from django.core.signing import TimestampSigner
from tests.middleware.claims import CLAIMS, learn

from security import proxy_probe

pytestmark = pytest.mark.usefixtures("proxied")


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
