from __future__ import annotations

import json
import logging

import pytest
from tests.collecting.sending import body, violation

from security.reports.entry import Entry


@pytest.fixture
def logging_server(start, settings):
    settings.SECURITY_REPORTS = {"SINK": "security.reports.sinks.log.LogSink"}
    return start()


def lines(caplog):
    return [(record.levelname, json.loads(record.getMessage())) for record in caplog.records]


def test_each_kind_of_report_in_a_request_is_one_line(logging_server, caplog):
    sent = [violation(), violation(), violation(**{"effective-directive": "font-src"})]
    with caplog.at_level(logging.INFO, "security.reports"):
        logging_server.post("/reports/", json.dumps(sent).encode())
    (level, first), (_, second) = lines(caplog)
    assert (level, first["count"], second["count"]) == ("WARNING", 2, 1)
    entry = Entry.load(json.dumps(first["entry"]))
    assert (entry.fingerprint, entry.report.subject) == (first["group"], "img-src")
    assert first["at"] > 1_700_000_000


def test_noise_is_less_loud(logging_server, caplog):
    sent = body(**{"blocked-uri": "chrome-extension://abc/x.js"})
    logging_server.post("/reports/", sent)
    assert caplog.records == []
    with caplog.at_level(logging.INFO, "security.reports"):
        logging_server.post("/reports/", sent)
    assert [level for level, _ in lines(caplog)] == ["INFO"]


def test_what_was_refused_is_one_line(logging_server, caplog):
    with caplog.at_level(logging.INFO, "security.reports"):
        logging_server.post("/reports/", b"[1, 2]")
    assert lines(caplog) == [("INFO", {"refused": "not-a-report", "count": 2})]


def test_no_report_forges_a_line(logging_server, caplog):
    logging_server.post("/reports/", body(**{"script-sample": "a\nb\u2028c\x1b[2J%s"}))
    (record,) = caplog.records
    assert record.getMessage().isprintable()
    assert record.getMessage().isascii()
