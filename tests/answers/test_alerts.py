from __future__ import annotations

from functools import partial

import pytest
from django.core import mail
from tests.answers.alerted import ADDRESS
from tests.answers.reported import DAY, HOUR, NOW, arrive, script, violation

from security.models import ReportDaily, ReportGroup
from security.reports import alerts
from security.reports.alert_text import LAST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
TEXT = """\
This is what browsers reported. Anybody can send such reports: do not open their addresses.

- new: script-src-elem inline, on shop.example/basket/: 7 reports since 2026-11-18 11:06 UTC
- new: img-src https://cdn.example, on shop.example/basket/: 5 reports since 2026-11-18 10:06 UTC
- new: csp-hash sha256-AAAA https://cdn.example/pay.js, on shop.example/basket/: 1 report since \
2026-11-18 11:06 UTC

The admin shows all of them under Violations.
"""


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


def test_noise_that_is_none_any_more_is_new_however_old_the_group_is():
    inline = partial(violation, "script-src-elem", "inline")
    arrive(inline(sample="var lastpass_iter = 1"), at=NOW - 9 * DAY)
    assert alerts.run(NOW) == 0
    arrive(inline(sample="start()"), at=NOW - HOUR, count=2)
    assert alerts.run(NOW) == 1
    assert (
        "- new: script-src-elem inline, on shop.example/basket/: 7 reports" in mail.outbox[0].body
    )
    assert alerts.run(NOW + DAY) == 0


def test_what_is_none_for_days_is_no_news():
    inline = partial(violation, "script-src-elem", "inline")
    arrive(inline(sample="var lastpass_iter = 1"), at=NOW - 9 * DAY)
    arrive(inline(sample="start()"), at=NOW - 3 * DAY)
    assert alerts.run(NOW) == 0


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
