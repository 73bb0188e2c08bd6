from __future__ import annotations

import json

import pytest
from tests.collecting.sending import LEGACY, REPORTS, body, violation
from tests.reports.corpus import captures

from security.conf import conf
from security.reports import intake, wire
from security.reports.report import Kind
from security.reports.spelling import KINDS


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
