from __future__ import annotations

import logging

import django
import pytest
from django.core import mail
from django.core.management import CommandError
from tests.answers.hooks import hooked
from tests.answers.reported import DAY, HOUR, NOW, arrive, script, violation
from tests.storing.made import together

from security.management.commands import reportalerts
from security.models import ReportDaily, ReportGroup
from security.reports import alerts, storage
from security.reports.alert_text import LAST, Reason
from security.signals import report_alert

pytestmark = pytest.mark.django_db
ADDRESS = "security@shop.example"
START = NOW - NOW % HOUR  # of the hour
TEXT = """\
This is what browsers reported. Anybody can send such reports: do not open their addresses.

- new: script-src-elem inline, on shop.example/basket/: 7 reports since 2026-11-18 11:06 UTC
- new: img-src https://cdn.example, on shop.example/basket/: 5 reports since 2026-11-18 10:06 UTC
- new: csp-hash sha256-AAAA https://cdn.example/pay.js, on shop.example/basket/: 1 report since \
2026-11-18 11:06 UTC

The admin shows all of them under Violations.
"""


def mailed_by(settings, backend, **options):
    """Send mails by one of Django's backends; Django 6.1 has another setting for that."""
    path = f"django.core.mail.backends.{backend}.EmailBackend"
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": path, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = path
    for name, value in options.items():
        setattr(settings, f"EMAIL_{name.upper()}", value)


@pytest.fixture(autouse=True)
def told(settings):
    """Tell by mail; Django's own backend for tests keeps what was sent."""
    mailed_by(settings, "locmem")
    settings.SECURITY_REPORTS = {"ALERT_EMAILS": [ADDRESS]}


@pytest.fixture
def heard():
    """Listen to the signal."""
    calls = []

    def listen(sender, alerts, **kwargs):
        calls.append((sender, alerts))

    report_alert.connect(listen)
    yield calls
    report_alert.disconnect(listen)


def usual(hours, count, blocked="https://cdn.example/a.png"):
    """Let each of so many hours before this one bring some reports."""
    for hour in range(hours, 0, -1):
        arrive(violation(blocked=blocked), at=START - hour * HOUR, count=count)
    storage.fold()
    ReportGroup.objects.update(alerted_on=None)


def spikes(now=NOW):
    """Return how many reports each spike had that is told of, and how many are usual."""
    calls = []

    def listen(sender, alerts, **kwargs):
        calls.extend(each for each in alerts if each.reason is Reason.SPIKE)

    report_alert.connect(listen)
    try:
        alerts.run(now)
    finally:
        report_alert.disconnect(listen)
    return [(each.count, each.usual) for each in calls]


def test_what_is_new_is_told_of_in_one_mail():
    arrive(violation(), at=NOW - HOUR)
    arrive(violation("script-src-elem", "inline"), at=NOW, count=7)
    arrive(script(), at=NOW, count=1)
    assert alerts.run(NOW) == 3
    [sent] = mail.outbox
    assert sent.to == [ADDRESS]
    assert sent.subject == "Violation reports: 3 new"
    assert sent.body == TEXT


def test_however_many_reports_there_are_a_group_is_told_of_once_a_day():
    for minute in range(5):
        arrive(violation(), at=NOW + 60 * minute, count=1000)
        alerts.run(NOW + 60 * minute)
    assert len(mail.outbox) == 1
    assert alerts.run(NOW + DAY) == 0


def test_a_new_group_is_told_of_with_the_next_message():
    arrive(violation(), at=NOW)
    alerts.run(NOW)
    arrive(violation("font-src"), at=NOW)
    assert alerts.run(NOW + 60) == 1
    assert "font-src" in mail.outbox[1].body
    assert "img-src" not in mail.outbox[1].body


@pytest.mark.parametrize(
    "change",
    [
        {"status": "ignored"},
        {"status": "solved"},
        {"ruled": "noise"},
        {"verdict": "noise"},
        {"verdict": "defect"},
        {"verdict": "kept", "ruled": "defect"},
        {"overflow": True},
    ],
    ids=["ignored", "solved", "noise by hand", "noise", "defect", "defect by hand", "overflow"],
)
def test_of_some_groups_nothing_is_told(change):
    arrive(violation(), at=NOW)
    ReportGroup.objects.update(**change)
    assert alerts.run(NOW) == 0
    assert mail.outbox == []


def test_noise_that_was_ruled_to_be_none_is_told_of():
    arrive(violation("script-src-elem", "chrome-extension"), at=NOW)
    assert alerts.run(NOW) == 0
    ReportGroup.objects.update(ruled="kept")
    assert alerts.run(NOW) == 1


def test_what_was_there_before_anybody_wanted_to_know_is_no_news():
    arrive(violation(), at=NOW - DAY - 1)
    assert alerts.run(NOW) == 0
    arrive(violation("font-src"), at=NOW - DAY)
    assert alerts.run(NOW) == 1


def test_many_new_groups_make_one_mail_that_names_some():
    arrive(*(violation(blocked=f"https://h{number}.example") for number in range(25)), at=NOW)
    arrive(violation(blocked="https://most.example"), at=NOW, count=6)
    assert alerts.run(NOW) == 26
    [sent] = mail.outbox
    assert sent.body.count("\n- new: ") == 20
    assert sent.body.splitlines()[2].startswith("- new: img-src https://most.example")
    assert "\n... and 6 more.\n" in sent.body


def test_what_one_message_does_not_stand_for_follows_with_the_next(monkeypatch):
    monkeypatch.setattr(alerts, "MOST", 2)
    arrive(*(violation(blocked=f"https://h{number}.example") for number in range(3)), at=NOW)
    assert [alerts.run(NOW), alerts.run(NOW), alerts.run(NOW)] == [2, 1, 0]


def test_of_a_flood_the_number_is_told_and_no_more(settings):
    settings.SECURITY_REPORTS = {"ALERT_EMAILS": [ADDRESS], "MAX_GROUPS_PER_HOUR": 2}
    for number in range(5):
        arrive(violation(blocked=f"https://h{number}.example"), at=NOW, count=100)
    assert alerts.run(NOW) == 2
    assert "\n300 reports came beyond the limit of new groups in an hour.\n" in mail.outbox[0].body
    arrive(violation(blocked="https://h6.example"), at=NOW, count=10_000)
    assert alerts.run(NOW + 60) == 0


def test_a_day_has_a_number_of_messages(monkeypatch):
    monkeypatch.setattr(alerts, "MESSAGES", 2)
    for number in range(4):
        arrive(violation(blocked=f"https://h{number}.example"), at=NOW + number)
        alerts.run(NOW + number)
    assert [LAST in sent.body for sent in mail.outbox] == [False, True]
    assert ReportDaily.objects.get(what="alert").count == 2
    assert alerts.run(NOW + 20 * HOUR) == 2  # the next day: what was new then is new still


def test_an_hour_with_ten_times_the_usual_is_a_spike():
    usual(170, 4)
    arrive(violation(), at=NOW, count=39)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert spikes() == [(40, 4.0)]
    [sent] = mail.outbox
    assert sent.subject == "Violation reports: 1 spike"
    assert (
        "- spike: img-src https://cdn.example, on shop.example/basket/: 40 reports since "
        "2026-11-18 11:00 UTC, usually 4.0 an hour\n"
    ) in sent.body
    assert spikes() == []


def test_the_factor_can_be_chosen(settings):
    settings.SECURITY_REPORTS = {"ALERT_FACTOR": 2.5}
    usual(170, 20)
    arrive(violation(), at=NOW, count=49)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert spikes() == [(50, 20.0)]


def test_few_reports_are_no_spike():
    arrive(violation(), at=NOW - 5 * DAY, count=1)
    arrive(violation(), at=NOW, count=19)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert len(spikes()) == 1


def test_a_young_group_is_compared_with_the_hours_that_it_had():
    usual(30, 30)
    arrive(violation(), at=NOW, count=299)
    assert spikes() == []
    arrive(violation(), at=NOW, count=1)
    assert spikes() == [(300, 30.0)]


def test_the_hour_before_is_looked_at_too():
    arrive(violation(), at=NOW - 5 * DAY, count=1)
    arrive(violation(), at=START - 1, count=50)
    assert [count for count, _ in spikes(START + 30)] == [50]


def test_an_hour_long_ago_is_not():
    arrive(violation(), at=NOW - 5 * DAY, count=1)
    arrive(violation(), at=START - HOUR - 1, count=50)
    assert spikes(START + 30) == []


def test_a_new_group_is_no_spike_beside(heard):
    arrive(violation(), at=START - 10, count=50)
    arrive(violation(), at=NOW, count=5000)
    alerts.run(NOW)
    [(_, [alert])] = heard
    assert alert.reason is Reason.NEW
    assert spikes(NOW + 60) == []


def test_a_solved_violation_that_comes_back_is_a_spike_and_an_ignored_one_is_not():
    usual(2, 1)
    arrive(violation(), at=START - 5 * DAY, count=1)
    arrive(violation(), at=NOW, count=50)
    storage.fold()
    ReportGroup.objects.update(status="ignored")
    assert spikes() == []
    ReportGroup.objects.update(status="solved")
    assert len(spikes()) == 1


def test_without_time_zones_the_same_is_told(settings):
    settings.USE_TZ = False
    usual(170, 4)
    arrive(violation(), at=NOW, count=40)
    arrive(violation("font-src"), at=NOW)
    assert alerts.run(NOW) == 2
    assert mail.outbox[0].subject == "Violation reports: 1 new, 1 spike"
    assert "since 2026-11-18 11:00 UTC" in mail.outbox[0].body


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


def test_of_many_at_the_same_time_one_tells(database, heard):
    usual(170, 4)
    arrive(violation(), at=NOW, count=40)
    arrive(*(violation(blocked=f"https://h{number}.example") for number in range(30)), at=NOW)
    storage.fold()
    results = []
    assert together(4, lambda number: results.append(alerts.run(NOW))) == []
    assert sorted(results) == [0, 0, 0, 31]
    [(_, found)] = heard
    assert {(each.reason.value, each.usual) for each in found} == {("new", 0), ("spike", 4)}
    assert [each.count for each in ReportDaily.objects.filter(what="alert")] == [1]
    assert len(mail.outbox) == 1
