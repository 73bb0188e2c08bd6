from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone
from tests.accounts.password_site import installed, logged_in, queries, user

from security.admin import MAX_COUNTED, BoundedPaginator, PasswordExpiryAdmin
from security.models import CspReport, PasswordExpiry, PasswordHistory
from security.password_expiry import password_changed, password_is_expired
from security.policy.passwords import fingerprint

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db
EXPIRIES = "/admin/security/passwordexpiry/"
REPORTS = "/admin/security/cspreport/"


@pytest.fixture
def ask(client, installed, settings):
    """GET or POST a page of the admin as a superuser."""
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
    root = User.objects.create_superuser("root", password="first Secret 1")
    headers = logged_in(root)

    def send(page, fields=None):
        if fields is None:
            return client.get(page, headers=headers)
        return client.post(page, fields, headers=headers)

    return send


@pytest.fixture
def report():
    return CspReport.objects.create(
        document_uri="https://testserver/page",
        referrer="https://testserver/",
        blocked_uri="https://evil.example/x.js",
        violated_directive="script-src-elem",
        original_policy="script-src 'self'",
        sender_ip="203.0.113.9",
        user_agent="Mozilla/5.0",
    )


def act(ask, action, *rows):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return ask(EXPIRIES, chosen)


def test_reports_and_expiries_are_in_the_admin_and_former_passwords_are_not(ask):
    registered = [model in admin.site._registry for model in (CspReport, PasswordExpiry)]
    assert (registered, PasswordHistory in admin.site._registry) == ([True, True], False)


# Reports.


@pytest.mark.parametrize("query", ["", "?q=evil", "?date_received__year=2026", "?q=203.0.113"])
def test_reports_are_listed_searched_and_filtered(ask, report, query):
    CspReport.objects.update(date_received="2026-11-21T12:00:00Z")
    response = ask(f"{REPORTS}{query}")
    assert list(response.context["cl"].result_list) == [report]


@pytest.mark.parametrize("query", ["?q=nothing", "?date_received__year=2001"])
def test_a_search_that_finds_nothing_shows_nothing(ask, report, query):
    assert list(ask(f"{REPORTS}{query}").context["cl"].result_list) == []


def test_a_report_can_be_read_and_deleted_and_not_be_written(ask, report):
    page = f"{REPORTS}{report.pk}/change/"
    assert b"https://evil.example/x.js" in ask(page).content
    statuses = [ask(f"{REPORTS}add/").status_code, ask(page, {"referrer": "x"}).status_code]
    assert statuses == [403, 403]
    assert ask(f"{REPORTS}{report.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not CspReport.objects.exists()


def test_a_list_of_reports_counts_no_further_than_it_shows(ask, report):
    with queries() as asked:
        ask(REPORTS)
    counts = [sql for sql in asked if "COUNT" in sql and "cspreport" in sql]
    assert len(counts) == 1
    assert f"LIMIT {MAX_COUNTED}" in counts[0]


def test_the_count_of_a_page_is_bounded(report, monkeypatch):
    rows = CspReport.objects.order_by("pk")
    assert BoundedPaginator(rows, 100).count == 1
    monkeypatch.setattr("security.admin.MAX_COUNTED", 0)
    assert BoundedPaginator(rows, 100).count == 0


# Expiries.


def test_expiries_are_listed_and_found_by_the_name_of_the_user(ask, user):
    User.objects.create_user("bob", password="first Secret 1")
    found = ask(f"{EXPIRIES}?q=ada").context["cl"].result_list
    assert [row.user for row in found] == [user]


def test_the_list_is_searched_by_what_the_user_model_calls_the_name(monkeypatch):
    class Member:
        USERNAME_FIELD = "email"

    monkeypatch.setattr("security.admin.get_user_model", lambda: Member)
    found = PasswordExpiryAdmin(PasswordExpiry, admin.site).get_search_fields(None)
    assert found == ["user__email"]


def test_a_page_of_the_list_costs_the_same_for_any_number_of_users(ask):
    def cost() -> int:
        with queries() as asked:
            assert ask(EXPIRIES).status_code == 200
        return len(asked)

    cost()
    before = cost()
    for number in range(10):
        User.objects.create_user(f"user{number}", password="first Secret 1")
    assert cost() == before


def test_a_new_password_can_be_required(ask, user):
    password_changed(user)
    row = PasswordExpiry.objects.get(user=user)
    response = act(ask, "require_new_password", row)
    assert response["Location"] == EXPIRIES
    assert password_is_expired(user)
    assert b"1 user must choose a new password." in ask(EXPIRIES).content
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.get_change_message()) == (
        str(row.pk),
        "Required a new password.",
    )


def test_a_password_can_be_set_to_never_expire(ask, user):
    bob = User.objects.create_user("bob", password="first Secret 1")
    rows = PasswordExpiry.objects.filter(user__in=[user, bob])
    act(ask, "never_expire", *rows)
    assert [password_is_expired(each) for each in (user, bob)] == [False, False]
    assert b"2 passwords never expire." in ask(EXPIRIES).content
    assert LogEntry.objects.count() == 2


def test_an_action_needs_the_permission_to_change(client, user):
    staff = User.objects.create_user("staff", password="first Secret 1", is_staff=True)
    password_changed(staff)
    password_changed(user)
    row = PasswordExpiry.objects.get(user=user)
    chosen = {"action": "require_new_password", "_selected_action": [row.pk]}
    assert client.post(EXPIRIES, chosen, headers=logged_in(staff)).status_code == 403
    assert not password_is_expired(user)


def test_a_date_set_here_is_about_the_password_of_now(ask, user):
    row = PasswordExpiry.objects.get(user=user)
    PasswordExpiry.objects.update(fingerprint=fingerprint("another password"))
    fields = {"password_expiry_date_0": "2001-01-01", "password_expiry_date_1": "00:00:00"}
    assert ask(f"{EXPIRIES}{row.pk}/change/", fields).status_code == 302
    assert password_is_expired(user)


def test_a_row_can_be_added_for_a_user_who_has_none(ask, user):
    PasswordExpiry.objects.all().delete()
    date = timezone.now() + timedelta(days=365)
    fields = {
        "user": user.pk,
        "password_expiry_date_0": f"{date:%Y-%m-%d}",
        "password_expiry_date_1": "00:00:00",
    }
    assert ask(f"{EXPIRIES}add/", fields).status_code == 302
    assert not password_is_expired(user)


def test_the_user_of_a_row_stays(ask, user):
    row = PasswordExpiry.objects.get(user=user)
    bob = User.objects.create_user("bob", password="first Secret 1")
    ask(f"{EXPIRIES}{row.pk}/change/", {"user": bob.pk, "never_expires": "on"})
    row.refresh_from_db()
    assert (row.user, row.never_expires) == (user, True)


@pytest.mark.parametrize("page", [EXPIRIES, f"{EXPIRIES}add/", REPORTS])
def test_our_pages_have_no_inline_script_or_style(ask, report, user, page):
    text = ask(page).content.decode()
    for written in ("onclick=", "onchange=", "<style", "style=", "javascript:"):
        assert written not in text
    opened = [part.partition(">")[0] for part in text.split("<script")[1:]]
    assert [tag for tag in opened if "src=" not in tag and "application/json" not in tag] == []
