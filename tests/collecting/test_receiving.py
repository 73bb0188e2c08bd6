from __future__ import annotations

import json
import time

import pytest
from django.core.handlers.asgi import ASGIRequest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from tests.collecting.sending import LEGACY, REPORTS, Server, Stream, body, violation
from tests.reports.corpus import captures

from security import views
from security.conf import conf
from security.reports import intake, wire
from security.reports.report import Kind
from security.reports.sinks import SinkUnavailable, sink
from security.reports.spelling import KINDS

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


def test_every_body_of_every_engine_is_taken_with_its_kind(server, keeper):
    for found in captures()[:: 5 if server.mode == "asgi" else 1]:  # each starts a loop
        before = len(keeper().arrivals)
        answer = server.post("/reports/", found.body, found.about.get("content_type") or LEGACY)
        kinds = {report.kind for report in keeper().reports[before:]}
        types = {Kind.CSP if t == "csp-report" else KINDS[t] for t in found.about["report_types"]}
        assert (found.name, answer.status, kinds) == (found.name, 204, types)
    assert dict(keeper().refused) == {}


def test_the_shape_decides_and_not_the_declared_type(server, keeper):
    for declared in (
        None,
        "",
        "text/plain",
        "image/png; x=",
        LEGACY,
        REPORTS,
        "multipart/form-data",
    ):
        assert server.post("/reports/", body(), declared).status == 204
    assert len(keeper().arrivals) == 7


def test_the_query_and_the_numbers_of_a_page_are_not_kept(server, keeper):
    server.post("/reports/", body())
    (report,) = keeper().reports
    assert report.document == "https://testserver/invoice/<int>/"
    assert report.blocked == "https://cdn.example/a.png"


@pytest.mark.parametrize("document", ["about", "about:srcdoc", ""])
def test_nor_are_those_of_a_frame_without_an_address(server, keeper, document):
    own, foreign = "https://testserver/invoice/8731/", "https://cdn.example/invoice/8731/"
    members = {"document-uri": document, "source-file": foreign, "referrer": foreign}
    server.post("/reports/", body(**members, **{"blocked-uri": own}))
    (report,) = keeper().reports
    assert (report.blocked, report.source) == ("https://testserver/invoice/<int>/", foreign)
    assert report.referrer == "https://cdn.example"


def test_the_browser_of_a_legacy_report_is_that_of_the_request(server, keeper):
    server.post("/reports/", body())
    assert [arrival.entry.browser for arrival in keeper().arrivals] == ["Chrome 156"]


def test_two_that_differ_by_nonce_and_age_alone_are_one(server, keeper):
    for number in (1, 2):
        policy = f"script-src 'nonce-a{number}'"
        server.post("/reports/", body(**{"original-policy": policy}))
        item = {"type": "csp-violation", "age": number, "url": "https://testserver/",
                "body": {"effectiveDirective": "img-src", "originalPolicy": policy}}  # fmt: skip
        server.post("/reports/", json.dumps([item], separators=(",", ":")).encode())
    legacy, modern, again, modern_again = (arrival.entry for arrival in keeper().arrivals)
    assert legacy == again
    assert modern == modern_again
    assert legacy.report.policy == "script-src 'nonce-removed'"


@pytest.mark.parametrize(
    ("quote", "slash"), [("'", "/"), ("\\u0027", "/"), ("'", "\\/"), ("\\u0027", "\\u002f")]
)
@pytest.mark.parametrize("member", ["violated-directive", "original-policy", "script-sample", "x"])
def test_a_nonce_is_kept_nowhere_however_it_is_written(server, keeper, quote, slash, member):
    sent = body(**{member: "script-src NONCE"}).decode()
    nonce = f"{quote}nonce-abc{slash}secret{quote}"
    server.post("/csp-report/", sent.replace("NONCE", nonce).encode())
    [arrival] = keeper().arrivals
    assert "'nonce-removed'" in arrival.entry.text
    assert "secret" not in arrival.entry.text


def test_what_looks_like_a_nonce_in_a_sample_breaks_no_report(server, keeper):
    tricky = "'nonce-abc"
    server.post("/reports/", body(**{"script-sample": tricky, "original-policy": "img-src 'self'"}))
    server.post("/reports/", body(**{"script-sample": '"age":7,', "line-number": 3}))
    assert [report.sample for report in keeper().reports] == [tricky, '"age":7,']


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"null", "not-a-report"),
        (b"1", "not-a-report"),
        (b'"csp-report"', "not-a-report"),
        (b'["csp-report"]', "not-a-report"),
        (b'{"csp-report":"x"}', "no-body"),
        (b"{}", "not-a-report"),
        (b'{"csp-report":{}}', "no-directive"),
        (b"[" * 100_000, "too-complex"),
        (b"x" * (wire.MAX_BODY + 1), "too-large"),
    ],
    ids=["empty", "half", "null", "number", "text", "list", "text-in-report", "object",
         "nothing-in-report", "deep", "large"],
)  # fmt: skip
def test_what_is_no_report_is_counted_by_its_reason(server, keeper, sent, reason):
    assert server.post("/reports/", sent).status == 204
    assert server.post("/csp-report/", sent).status == 403
    assert dict(keeper().refused) == {reason: 2}
    assert keeper().arrivals == []


def test_one_bad_item_drops_itself_alone(server, keeper):
    sent = json.dumps([7, violation(), {"type": "coop"}]).encode()
    assert server.post("/reports/", sent, REPORTS).status == 204
    assert server.post("/csp-report/", sent, REPORTS).status == 204
    assert dict(keeper().refused) == {"not-a-report": 2, "no-body": 2}
    assert len(keeper().arrivals) == 2


@pytest.mark.parametrize(
    "length",
    ["", None, "10000000000", "7", "x", "-1", "\u0663"],
    ids=["true", "absent", "huge", "short", "text", "negative", "digit"],
)
def test_no_more_of_a_body_is_read_than_the_limit(server, keeper, length):
    stream = Stream(b" " * (4 * wire.MAX_BODY))
    if server.mode == "asgi":
        length = length if length is None or length.isascii() else "3"
    assert server.post("/reports/", stream, length=length).status == 204
    assert sum(keeper().refused.values()) == 1
    if server.mode == "wsgi":
        assert stream.was_read <= wire.MAX_BODY + 1


def test_a_large_body_is_not_kept_in_memory_under_asgi(monkeypatch):
    read = []

    def note(request, size):
        read.append(size)
        return original(request, size)

    original = ASGIRequest.read
    monkeypatch.setattr(ASGIRequest, "read", note)
    stream = Stream(b" " * (4 * wire.MAX_BODY))
    assert Server("asgi").post("/reports/", stream, length=None).status == 204
    assert read == [wire.MAX_BODY + 1]


def test_a_body_at_the_limit_is_taken(server, keeper):
    sent = body()
    sent += b" " * (wire.MAX_BODY - len(sent))
    server.post("/reports/", sent)
    assert len(keeper().arrivals) == 1


def test_a_lower_limit_of_the_project_counts(start, keeper, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    server = start()
    assert server.post("/reports/", body()).status == 204
    assert (
        server.post("/reports/", body(), length=None if server.mode == "asgi" else "").status == 204
    )
    assert dict(keeper().refused) == {"too-large": 2}


def test_without_a_limit_of_the_project_ours_counts(start, keeper, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    server = start()
    server.post("/reports/", b"x" * (wire.MAX_BODY + 1))
    server.post("/reports/", body())
    assert (dict(keeper().refused), len(keeper().arrivals)) == ({"too-large": 1}, 1)


class Dripping(Stream):
    """A body that comes in small parts."""

    def read(self, size=-1):
        return super().read(min(size, 50) if size >= 0 else 50)


class Broken(Stream):
    """The client goes away in the middle."""

    def read(self, *size):
        raise OSError("gone")


def test_a_body_that_comes_in_parts_is_read_to_its_end(keeper):
    Server("wsgi").post("/reports/", Dripping(body()))
    assert len(keeper().arrivals) == 1


def test_a_client_that_goes_away_is_counted(keeper):
    assert Server("wsgi").post("/reports/", Broken(body())).status == 204
    assert dict(keeper().refused) == {"unreadable": 1}


def reading_middleware(get_response):
    def middleware(request):
        assert request.body
        return get_response(request)

    return middleware


def test_a_body_that_a_middleware_has_read_is_taken(start, keeper, settings):
    settings.MIDDLEWARE = [f"{__name__}.reading_middleware"]
    start().post("/reports/", body())
    assert len(keeper().arrivals) == 1


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


def test_bodies_are_remembered_up_to_a_number_and_a_size():
    memory = conf.derived(intake._remembering)
    for number in range(intake.MAX_REMEMBERED + 50):
        intake.take(b"%d" % number, "")
    intake.take(b" " * (intake.MAX_SIZE + 1), "")
    assert memory.cache_info().currsize == intake.MAX_REMEMBERED
    assert memory.cache_info().misses == intake.MAX_REMEMBERED + 50


def test_a_body_that_comes_again_is_not_read_again(server):
    memory = conf.derived(intake._remembering)
    for _ in range(3):
        server.post("/reports/", body())
    assert memory.cache_info().hits == 2


def test_what_another_browser_sends_is_another_report(server, keeper):
    server.post("/reports/", body())
    server.post("/reports/", body(), headers={"User-Agent": "Firefox/153.0"})
    assert [arrival.entry.browser for arrival in keeper().arrivals] == ["Chrome 156", "Firefox 153"]
