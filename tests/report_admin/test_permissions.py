from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from tests.report_admin.conftest import FRONT, LIST, SUGGEST, page_of

from security.models import ReportGroup

STATUSES = [("ignored", "ignore"), ("solved", "solve"), ("open", "reopen")]


@pytest.mark.parametrize("page", [FRONT, LIST, SUGGEST, f"{FRONT}1/change/", f"{FRONT}1/history/"])
def test_nobody_reads_without_a_permission(client_of, group, page):
    group(row={"id": 1})
    assert client_of().get(page).status_code == 403
    assert Client().get(page).status_code == 302


@pytest.mark.parametrize("page", [FRONT, LIST, SUGGEST, f"{FRONT}1/change/", f"{FRONT}1/history/"])
@pytest.mark.parametrize("permission", ["view", "change"])
def test_either_permission_is_enough_to_read(client_of, group, page, permission):
    group(row={"id": 1})
    assert client_of(permission).get(page).status_code == 200


@pytest.mark.parametrize("fields", [{"status": "ignored"}, {"ruled": "noise"}])
def test_who_may_only_read_changes_nothing(viewer, group, fields):
    one = group()
    assert viewer.post(page_of(one), fields).status_code == 403
    one.refresh_from_db()
    assert (one.status, one.ruled) == ("open", "")


def test_who_may_only_read_is_offered_no_change(viewer, editor, group):
    page = page_of(group())
    offers = (b'name="ruled"', b'value="ignored"')
    assert [offer in viewer.get(page).content for offer in offers] == [False, False]
    assert [offer in editor.get(page).content for offer in offers] == [True, True]


def test_who_may_only_read_has_no_action_that_changes(viewer, editor, group):
    group()
    assert b'<option value="ignore">' not in viewer.get(LIST).content
    assert b'<option value="ignore">' in editor.get(LIST).content


def test_a_change_needs_the_token_of_the_form(client_of, group):
    one = group()
    editor = client_of("change", enforce_csrf_checks=True)
    assert editor.post(page_of(one), {"status": "ignored"}).status_code == 403
    one.refresh_from_db()
    assert one.status == "open"


@pytest.mark.parametrize("page", [f"{FRONT}add/", f"{FRONT}1/delete/"])
def test_groups_are_neither_added_nor_deleted_by_hand(editor, group, page):
    group(row={"id": 1})
    assert editor.get(page).status_code == 404
    assert editor.post(page, {"post": "yes"}).status_code == 404
    assert ReportGroup.objects.count() == 1


@pytest.mark.parametrize(("status", "action"), STATUSES)
def test_a_status_is_set_on_the_page_and_logged(editor, group, status, action):
    before = "solved" if status == "open" else "open"
    one = group(row={"status": before})
    response = editor.post(page_of(one), {"status": status})
    assert response["Location"] == page_of(one)
    one.refresh_from_db()
    assert one.status == status
    (entry,) = LogEntry.objects.all()
    assert (entry.object_id, entry.change_message) == (str(one.pk), f"Set the status to {status}.")


@pytest.mark.parametrize(("status", "action"), STATUSES)
def test_an_action_sets_the_status_of_what_was_chosen_and_logs_what_changed(
    editor, group, status, action
):
    before = "solved" if status == "open" else "open"
    rows = [group(blocked=f"https://{n}.example", row={"status": before}) for n in "abc"]
    rows.append(group(blocked="https://d.example", row={"status": status}))
    chosen = [row.pk for row in (rows[0], rows[1], rows[3])]
    editor.post(LIST, {"action": action, "_selected_action": chosen})
    found = [ReportGroup.objects.get(pk=row.pk).status for row in rows]
    assert found == [status, status, before, status]
    logged = set(LogEntry.objects.values_list("object_id", flat=True))
    assert logged == {str(rows[0].pk), str(rows[1].pk)}


def test_a_status_that_is_none_changes_nothing(editor, group):
    one = group()
    editor.post(page_of(one), {"status": "gone", "ruled": "nonsense"})
    one.refresh_from_db()
    assert (one.status, one.ruled, LogEntry.objects.count()) == ("open", "", 0)


def test_a_verdict_is_overruled_and_taken_back(editor, group):
    one = group(row={"verdict": "noise", "rule": "firefox-extension"})
    editor.post(page_of(one), {"ruled": "kept"})
    one.refresh_from_db()
    assert (one.verdict, one.ruled) == ("noise", "kept")
    page = editor.get(page_of(one)).content.decode()
    assert "by hand; the rules say noise" in page
    editor.post(page_of(one), {"ruled": "kept"})
    editor.post(page_of(one), {"ruled": ""})
    one.refresh_from_db()
    assert one.ruled == ""
    messages = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert messages == ["Ruled by hand: to look at.", "The verdict of the rules holds again."]


def test_the_log_of_a_group_can_be_read(editor, group):
    one = group()
    editor.post(page_of(one), {"status": "ignored"})
    page = editor.get(f"{FRONT}{one.pk}/history/").content.decode()
    assert "Set the status to ignored." in page


def test_adding_to_the_policy_leads_to_a_suggestion_about_what_was_chosen(viewer, group):
    rows = [group(blocked=f"https://{n}.example") for n in "ab"]
    response = viewer.post(LIST, {"action": "add_to_policy", "_selected_action": [rows[1].pk]})
    assert response["Location"] == f"{SUGGEST}?group={rows[1].pk}"


def test_what_does_not_exist_is_not_found(viewer):
    assert viewer.get(f"{FRONT}77/change/").status_code == 404
    assert viewer.get(f"{FRONT}nonsense/change/").status_code == 404
