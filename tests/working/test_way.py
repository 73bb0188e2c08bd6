"""From the request of a browser through Redis into the database."""

from __future__ import annotations

import json

import pytest
from tests.working.made import SINK, counted

BODY = {
    "csp-report": {
        "document-uri": "https://www.example.com/page/",
        "effective-directive": "script-src-elem",
        "original-policy": "script-src 'self'",
        "blocked-uri": "https://a.example.net/a.js",
    }
}


@pytest.fixture(autouse=True)
def served(settings):
    settings.ROOT_URLCONF = "security.urls"


def send(site):
    return site.post("/reports/", json.dumps(BODY), content_type="application/csp-report")


def test_what_is_answered_204_is_counted(database, options, site, work):
    assert [send(site).status_code for _ in range(3)] == [204] * 3
    assert counted() == {}
    work()
    assert counted() == {"a": 3}


def test_a_full_stream_is_answered_503(options, settings, site, sink):
    settings.SECURITY_REPORTS = {"SINK": SINK, "OPTIONS": {**options, "most": 1}}
    assert [send(site).status_code for _ in range(3)] == [204, 503, 503]
    assert sink.client.xlen(sink.stream) == 1


def test_redis_that_is_away_is_answered_503(settings, site):
    settings.SECURITY_REPORTS = {"SINK": SINK, "OPTIONS": {"url": "redis://127.0.0.1:1/0"}}
    assert send(site).status_code == 503
