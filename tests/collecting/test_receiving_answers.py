from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from tests.collecting.sending import Server, Stream, body
from tests.reports.corpus import captures

from security import views
from security.reports.sinks import SinkUnavailable, sink

OWN = {
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "access-control-allow-origin": "*",
}
BOTH = pytest.mark.parametrize("path", ["/reports/", "/csp-report/"])


@BOTH
def test_a_report_is_kept_before_the_answer(server, keeper, path):
    answer = server.post(path, body())
    assert (answer.status, answer.headers, answer.body) == (204, OWN, b"")
    assert [report.subject for report in keeper().reports] == ["img-src"]
    assert dict(keeper().refused) == {}


@BOTH
def test_neither_world_pays_for_a_thread(server, keeper, path):
    server.post(path, body())
    assert keeper().ways == {"accept" if server.mode == "wsgi" else "aaccept"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "X"])
def test_another_method_is_counted_and_answered_as_each_view_says(server, keeper, method):
    assert server.post("/reports/", body(), method=method).status == 204
    assert server.post("/csp-report/", body(), method=method).status == 403
    assert dict(keeper().refused) == {"not-post": 2}


def test_a_preflight_is_told_what_a_browser_wants_to_hear(server, keeper):
    asked = {
        "Origin": "https://www.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = server.post("/reports/", method="OPTIONS", headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers == OWN | {
        "allow": "OPTIONS, POST",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "86400",
    }
    assert dict(keeper().refused) == {}


@BOTH
def test_the_kill_switch_answers_410_and_reads_nothing(start, keeper, settings, path, caplog):
    settings.SECURITY_REPORTS = {**settings.SECURITY_REPORTS, "CLOSED": True}
    stream = Stream(body())
    server = start()
    answer = server.post(path, stream)
    assert (answer.status, answer.headers) == (410, OWN)
    assert (keeper().arrivals, dict(keeper().refused), caplog.records) == ([], {}, [])
    if server.mode == "wsgi":
        assert stream.was_read == 0


def test_the_kill_switch_lets_the_preflight_pass_so_that_the_410_arrives(start, settings):
    settings.SECURITY_REPORTS = {**settings.SECURITY_REPORTS, "CLOSED": True}
    assert start().post("/reports/", method="OPTIONS").status == 204


@BOTH
@pytest.mark.parametrize(
    ("failure", "logged"),
    [
        (
            SinkUnavailable("no room"),
            "Reports cannot be kept just now: no room. This is logged once a minute; "
            "1 were answered 503 since.",
        ),
        (ZeroDivisionError(), "The sink of reports failed."),
    ],
    ids=["unavailable", "broken"],
)
def test_what_cannot_be_kept_is_answered_503(server, keeper, path, failure, logged, caplog):
    keeper().failure = failure
    answer = server.post(path, body())
    assert (answer.status, answer.headers) == (503, OWN | {"retry-after": "60"})
    told = [record.getMessage() for record in caplog.records]
    assert [text for text in told if not text.startswith("A policy was violated")] == [logged]


def test_an_outage_is_logged_once_a_minute(server, keeper, caplog):
    keeper().failure = SinkUnavailable("no room")
    for _ in range(3):
        assert server.post("/reports/", body()).status == 503
    assert len(caplog.records) == 1
    assert views._outage.count(time.monotonic() + 60) == 3


def test_a_sink_that_recovers_is_used_again(server, keeper):
    keeper().failure = SinkUnavailable("no room")
    server.post("/reports/", body())
    keeper().failure = None
    assert server.post("/reports/", body()).status == 204
    assert len(keeper().arrivals) == 1


def test_a_sink_that_cannot_be_made_is_answered_503(start, settings):
    settings.SECURITY_REPORTS = {"SINK": "tests.collecting.sending.Stubborn"}
    assert start().post("/reports/", body()).status == 503


def test_there_is_one_sink_until_a_setting_changes(settings):
    first = sink()
    assert sink() is first
    settings.SECURITY_REPORTS = {**settings.SECURITY_REPORTS, "OPTIONS": {"label": "b"}}
    assert sink() is not first
    assert sink().label == "b"


HEADER_NAMES = st.sampled_from(
    ["User-Agent", "Content-Type", "Content-Length", "Origin", "Cookie", "Content-Encoding",
     "Referer", "Sec-Fetch-Site", "X-Forwarded-For", "Transfer-Encoding", "Accept-Language"]
)  # fmt: skip
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
CORPUS = [found.body for found in captures()]
LARGE = options(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@LARGE
@given(
    sent=st.binary(max_size=300) | st.sampled_from(CORPUS),
    headers=st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=4),
    method=st.sampled_from(["POST", "POST", "POST", "GET", "OPTIONS", "PUT"]),
    peer=st.sampled_from(["", "203.0.113.9", "fe80::1%eth0", "unix:", "x"]),
    mode=st.sampled_from(["wsgi", "asgi"]),
)
def test_whatever_is_sent_is_answered_by_what_the_docs_say(sent, headers, method, peer, mode):
    server = Server(mode)
    said = {"method": method, "headers": headers, "peer": peer}
    assert server.post("/reports/", sent, **said).status == 204
    assert server.post("/reports/forged/", sent, **said).status == 204
    assert server.post("/silent/", sent, **said).status in {204, 403}
