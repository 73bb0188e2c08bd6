"""``csp_report`` as django-security documents it."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path, reverse
from django.utils import timezone
from tests.collecting.sending import LEGACY, REPORTS, body, violation
from tests.reports.corpus import captures

from security import views
from security.decorators import csp_exempt
from security.models import CspReport
from security.reports.report import Kind
from security.reports.sinks import SinkUnavailable
from security.reports.wire import parse

COLUMNS = ("document_uri", "referrer", "blocked_uri", "violated_directive", "original_policy",
           "sender_ip", "user_agent")  # fmt: skip


def test_the_signature_is_the_documented_one():
    parameters = inspect.signature(views.csp_report).parameters
    defaults = {name: each.default for name, each in list(parameters.items())[1:3]}
    assert next(iter(parameters)) == "request"
    assert defaults == {"csp_save": False, "csp_log": True}


@pytest.mark.parametrize(
    "declared",
    [LEGACY, f"{LEGACY}; charset=utf-8", "Application/CSP-Report", REPORTS, "application/json"],
)
def test_the_types_that_browsers_declare_are_taken(server, declared):
    assert server.post("/csp-report/", body(), declared).status == 204


@pytest.mark.parametrize(
    "declared", [None, "", "text/plain", "application/csp-report+x", "x" * 9999]
)
def test_any_other_type_is_403(server, keeper, declared):
    assert server.post("/csp-report/", body(), declared).status == 403
    assert dict(keeper().refused) == {"wrong-type": 1}


def test_every_report_is_logged_in_the_family_without_its_query(server, caplog):
    with caplog.at_level(logging.INFO, "security"):
        server.post("/csp-report/", body())
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("security.csp_report", "WARNING")
    assert "https://testserver/invoice/<int>/" in record.getMessage()
    assert "secret" not in record.getMessage()


def test_a_report_cannot_forge_a_line_of_the_log(server, caplog):
    server.post("/csp-report/", body(**{"script-sample": "a\r\nERROR forged\x1b[2J\u2028"}))
    (record,) = caplog.records
    assert record.getMessage().isprintable()
    assert record.getMessage().isascii()


def test_csp_log_turns_the_log_off(server, keeper, caplog):
    assert server.post("/silent/", body()).status == 204
    assert (caplog.records, len(keeper().arrivals)) == ([], 1)


def test_the_log_has_one_line_where_the_sink_is_the_log(start, settings, caplog):
    settings.SECURITY_REPORTS = {"SINK": "security.reports.sinks.log.LogSink"}
    start().post("/csp-report/", body())
    (record,) = caplog.records
    assert record.name == "security.reports"


def without_the_app(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "security"]
    settings.SECURITY_REPORTS = {}


def test_without_the_app_csp_log_decides_alone(start, settings, caplog):
    without_the_app(settings)
    server = start()
    with caplog.at_level(logging.INFO, "security"):
        assert server.post("/silent/", body()).status == 204
        assert server.post("/silent/", b"{}").status == 403
        assert {record.name for record in caplog.records} == {"django.request"}  # of the 403
        caplog.clear()
        assert server.post("/csp-report/", body()).status == 204
    (record,) = caplog.records
    assert record.name == "security.reports"


def test_a_log_that_the_project_chose_has_what_csp_log_leaves_out(start, settings, caplog):
    settings.SECURITY_REPORTS = {"SINK": "security.reports.sinks.log.LogSink"}
    start().post("/silent/", body())
    (record,) = caplog.records
    assert record.name == "security.reports"


def test_what_cannot_be_kept_is_in_the_log_before(server, keeper, caplog):
    keeper().failure = SinkUnavailable("no table")
    assert server.post("/csp-report/", body()).status == 503
    assert caplog.records[0].getMessage().startswith("A policy was violated: ")


def test_a_sink_that_cannot_be_made_leaves_the_log(start, settings, caplog):
    settings.SECURITY_REPORTS = {"SINK": "tests.collecting.sending.Stubborn"}
    assert start().post("/csp-report/", body()).status == 503
    assert caplog.records[0].getMessage().startswith("A policy was violated: ")


def test_csp_save_stores_every_report(server, keeper, transactional_db):
    server.post("/saved/", body())
    server.post("/saved/", json.dumps([violation(), violation()]).encode(), REPORTS)
    assert (CspReport.objects.count(), len(keeper().arrivals)) == (3, 3)
    row = CspReport.objects.first()
    assert [getattr(row, name) for name in COLUMNS[:6]] == [
        "https://testserver/invoice/8731/",
        "",
        "https://cdn.example/a.png",
        "img-src",
        "img-src 'self'; report-uri /csp-report/",
        "203.0.113.9",
    ]
    assert row.user_agent.startswith("Mozilla/5.0")
    assert timezone.now() - row.date_received < timedelta(minutes=5)


SOURCE = "https://user:pass@cdn.example/a?sig=secret"
DIRECTIVE = f"script-src 'nonce-secret' {SOURCE}"


@pytest.mark.parametrize(
    ("member", "sent", "column", "stored"),
    [
        ("violated-directive", DIRECTIVE, 3, "script-src 'nonce-removed' https://cdn.example/a"),
        ("original-policy", DIRECTIVE, 4, "script-src 'nonce-removed' https://cdn.example/a"),
        ("blocked-uri", "data:text/html,secret me@site.example", 2, "data"),
        ("blocked-uri", "blob:https://testserver/secret", 2, "blob"),
        ("blocked-uri", SOURCE, 2, "https://cdn.example/a"),
        ("referrer", "https://a.example/me@site.example/7?secret", 1,
         "https://a.example/me@site.example/7"),
    ],
)  # fmt: skip
def test_what_is_stored_has_no_user_query_or_nonce(
    server, transactional_db, member, sent, column, stored
):
    server.post("/saved/", body(**{member: sent}))
    assert getattr(CspReport.objects.get(), COLUMNS[column]) == stored


def test_nothing_is_stored_unless_it_is_asked_for(server, transactional_db):
    server.post("/csp-report/", body())
    assert CspReport.objects.count() == 0


def test_no_column_is_longer_than_it_may_be(server, transactional_db):
    long = "https://cdn.example/" + "\u00e9" * 300_000
    members = dict.fromkeys(
        ("blocked-uri", "document-uri", "referrer", "original-policy", "effective-directive",
         "violated-directive"), long)  # fmt: skip
    agent = {"User-Agent": "M" * 60_000}
    assert server.post("/saved/", body(**members), headers=agent).status == 403  # over 512 kB
    members |= dict.fromkeys(members, long[:10_000])
    assert server.post("/saved/", body(**members), headers=agent).status == 204
    row = CspReport.objects.get()
    for name in COLUMNS:
        most = CspReport._meta.get_field(name).max_length
        assert len(getattr(row, name)) <= most


@pytest.mark.parametrize("peer", ["", "unix:", "x", "fe80::1%eth0", "2001:db8::1"])
def test_an_address_that_is_none_is_stored_as_none(server, transactional_db, peer):
    assert server.post("/saved/", body(), peer=peer).status == 204
    known = {"fe80::1%eth0": "fe80::1", "2001:db8::1": "2001:db8::1"}
    assert CspReport.objects.get().sender_ip == known.get(peer, "0.0.0.0")  # noqa: S104


def test_a_report_without_user_agent_or_referrer_is_stored(server, transactional_db):
    sent = violation(referrer=None)
    del sent["csp-report"]["document-uri"]
    answer = server.post("/saved/", json.dumps(sent).encode(), headers={"User-Agent": None})
    assert answer.status == 204
    row = CspReport.objects.get()
    assert (row.referrer, row.document_uri, row.user_agent) == ("", "", "")


def test_every_violation_of_every_engine_is_stored(keeper, site, start, transactional_db):
    server = start()
    expected = 0
    for found in captures()[:: 9 if site.mode == "asgi" else 1]:  # a thread for each
        reports = parse(found.body).reports
        expected += sum(report.kind == Kind.CSP for report in reports)
        assert (found.name, server.post("/saved/", found.body).status) == (found.name, 204)
    assert CspReport.objects.count() == expected > 0


def test_a_database_that_is_down_is_answered_503(server, keeper, monkeypatch, caplog):
    def bulk_create(self, *args, **kwargs):
        raise OperationalError("password=secret")

    monkeypatch.setattr(QuerySet, "bulk_create", bulk_create)
    assert server.post("/saved/", body()).status == 503
    first, second = [record.getMessage() for record in caplog.records]
    assert first.startswith("A policy was violated: ")
    assert second == "Reports cannot be stored: OperationalError"
    assert keeper().arrivals == []


def test_the_urls_have_the_documented_names_and_one_slash_in_front():
    assert reverse("csp_report") == "/csp-report/"
    assert reverse("security_reports") == "/reports/"
    assert reverse("csp_report", kwargs={"token": "t"}) == "/csp-report/t/"
    assert reverse("security_reports", kwargs={"token": "t"}) == "/reports/t/"


def wrapped(request):
    return views.csp_report(request, csp_save=False, csp_log=False)


async def awaited(request):
    return await views.csp_report(request, csp_log=False)


@pytest.mark.parametrize(
    "view",
    [wrapped, awaited, csp_exempt(views.csp_report), csp_exempt(csp_exempt(views.csp_report))],
    ids=["sync", "async", "marked", "marked-twice"],
)
def test_the_view_may_be_called_and_decorated_by_a_project(start, keeper, settings, view):
    view = (getattr(view, "csrf_exempt", None) and view) or _exempt(view)
    settings.ROOT_URLCONF = (path("own/", view), path("", include("security.urls")))
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    assert start().post("/own/", body()).status == 204
    assert len(keeper().arrivals) == 1


def _exempt(view):
    view.csrf_exempt = True
    return view


def test_outside_of_an_event_loop_the_view_returns_a_response(settings):
    request = RequestFactory().post("/", body(), content_type=LEGACY)
    assert isinstance(views.csp_report(request, False, False), HttpResponse)


def test_in_an_event_loop_the_view_is_awaited():
    async def ask():
        request = RequestFactory().post("/", body(), content_type=LEGACY)
        return await views.security_reports(request)

    assert asyncio.run(ask()).status_code == 204
