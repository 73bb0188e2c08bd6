from __future__ import annotations

import logging

import pytest
from django.core import mail
from django.core.management import CommandError
from tests.answers.alerted import ADDRESS, mailed_by
from tests.answers.hooks import hooked
from tests.answers.reported import NOW, arrive, script, violation

from security.management.commands import reportalerts
from security.models import ReportGroup
from security.reports import alerts
from security.signals import report_alert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


def test_the_signal_gets_every_group(heard, settings):
    settings.SECURITY_REPORTS = {}
    arrive(*(violation(blocked=f"https://h{number}.example") for number in range(25)), at=NOW)
    assert alerts.run(NOW) == 25
    [(sender, found)] = heard
    assert (sender, len(found)) == (ReportGroup, 25)
    assert {alert.fingerprint for alert in found} == set(
        ReportGroup.objects.values_list("fingerprint", flat=True)
    )
    assert mail.outbox == []


def test_a_receiver_that_raises_stops_nobody(heard):
    def broken(**kwargs):
        raise ZeroDivisionError

    report_alert.connect(broken)
    try:
        arrive(violation(), at=NOW)
        assert alerts.run(NOW) == 1
    finally:
        report_alert.disconnect(broken)
    assert (len(heard), len(mail.outbox)) == (1, 1)


def test_where_nobody_listens_nothing_is_asked(settings, django_assert_num_queries):
    settings.SECURITY_REPORTS = {}
    arrive(violation(), at=NOW)
    with django_assert_num_queries(0):
        assert alerts.run(NOW) == 0
    assert ReportGroup.objects.get().alerted_on is None


def test_a_webhook_gets_the_groups_and_a_text(settings, tmp_path, monkeypatch):
    arrive(*(violation(blocked=f"https://h{number}.example") for number in range(25)), at=NOW)
    with hooked(tmp_path) as (hook, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setenv("NO_PROXY", "localhost")
        settings.SECURITY_REPORTS = {"ALERT_WEBHOOK": hook.url()}
        assert alerts.run(NOW) == 25
        assert alerts.run(NOW) == 0
    [(path, kind, sent)] = hook.posted
    assert (path, kind) == ("/hooks/csp", "application/json")
    assert sent["text"].startswith("Violation reports: 25 new\n- new: img-src https://h")
    assert (len(sent["alerts"]), sent["more"], sent["overflow"], sent["last"]) == (20, 5, 0, False)
    first = ReportGroup.objects.get(fingerprint=sent["alerts"][0]["group"])
    assert sent["alerts"][0] == {
        "reason": "new",
        "group": first.fingerprint,
        "kind": "csp-violation",
        "disposition": "enforce",
        "subject": "img-src",
        "blocked": first.blocked,
        "host": "shop.example",
        "page": "/basket/",
        "source": "",
        "reports": 5,
        "since": "2026-11-18T11:06:40Z",
        "usual": 0,
    }


def test_what_was_reported_is_no_markup_in_a_chat(settings, tmp_path, monkeypatch):
    evil = "<!channel> <https://evil.example|Sign in> &lt;"
    arrive(violation(blocked=evil), at=NOW)
    with hooked(tmp_path) as (hook, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setenv("NO_PROXY", "localhost")
        settings.SECURITY_REPORTS = {"ALERT_WEBHOOK": hook.url()}
        assert alerts.run(NOW) == 1
    [(_, _, sent)] = hook.posted
    shown = "&lt;!channel&gt; &lt;https://evil.example|Sign in&gt; &amp;lt;"
    assert f"- new: img-src {shown}, on shop" in sent["text"]
    assert sent["alerts"][0]["blocked"] == evil


def test_what_cannot_be_sent_is_logged_and_the_others_are_sent(
    settings, tmp_path, monkeypatch, caplog, heard
):
    arrive(violation(), at=NOW)
    with hooked(tmp_path) as (hook, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setenv("NO_PROXY", "localhost")
        hook.status = 500
        mailed_by(settings, "smtp", host="127.0.0.1", port=1)  # nobody listens there
        settings.SECURITY_REPORTS = {"ALERT_EMAILS": [ADDRESS], "ALERT_WEBHOOK": hook.url()}
        with caplog.at_level(logging.ERROR, "security.reports"):
            assert alerts.run(NOW) == 1
            assert alerts.run(NOW) == 0
    assert len(heard) == 1
    texts = [record.getMessage() for record in caplog.records if record.name == "security.reports"]
    assert [text.partition(" about")[0] for text in texts] == ["The mail", "The webhook"]
    assert all("img-src https://cdn.example" in text for text in texts)


def test_what_was_reported_cannot_forge_a_line_of_the_mail():
    evil = "https://e.example/\r\nBcc: everybody@example.com\r\n\r\n\u202eHello"
    arrive(violation(document=evil, blocked=evil), script(evil, evil, evil), at=NOW)
    ReportGroup.objects.update(blocked=evil, document=evil, host=evil, subject=evil)
    assert alerts.run(NOW) == 2
    [sent] = mail.outbox
    assert sent.subject == "Violation reports: 2 new"
    assert sent.body.isascii()
    assert len(sent.body.splitlines()) == 6
    assert max(map(len, sent.body.splitlines())) <= 400


def test_the_command_tells_and_says_so_when_asked(run, monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW)
    arrive(violation(), at=NOW)
    assert run("reportalerts", "--verbosity", "2").out == "Told of 1 group.\n"
    assert run("reportalerts", "--verbosity", "2").out == ""
    assert len(mail.outbox) == 1


def test_the_command_is_quiet_for_cron(run, monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW)
    arrive(violation(), at=NOW)
    assert run("reportalerts") == (0, "", "")
    assert len(mail.outbox) == 1


def test_the_command_says_that_nobody_would_be_told(run, settings):
    settings.SECURITY_REPORTS = {}
    with pytest.raises(CommandError, match=r"^Nobody is to be told") as error:
        run("reportalerts")
    assert (error.value.returncode, str(error.value)) == (2, reportalerts.NOBODY)
