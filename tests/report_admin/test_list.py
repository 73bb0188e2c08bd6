from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.report_admin.conftest import LIST, SUGGEST, shown
from tests.report_admin.rows import fill

from security.models import ReportGroup
from security.report_admin import filters, pages
from security.reports.report import Disposition

MOST_QUERIES = 14


@pytest.fixture
def rows(group):
    return {
        "image": group(document="https://www.one.example/a/"),
        "noise": group(blocked="chrome-extension", row={"verdict": "noise"}),
        "ruled": group(blocked="moz-extension", row={"verdict": "noise", "ruled": "kept"}),
        "solved": group(subject="font-src", row={"status": "solved"}),
        "coep": group(kind="coep", subject="corp", document="https://two.example/b/"),
        "report": group(disposition="report", blocked="https://r.example"),
        "untold": group(disposition="", blocked="https://u.example"),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status__exact=solved", "solved"),
        ("judged=noise", "noise"),
        ("judged=kept", "coep image report ruled solved untold"),
        ("judged=by-hand", "ruled"),
        ("judged=telling", "coep image report ruled untold"),
        ("of_kind=coep", "coep"),
        ("directive=font-src", "solved"),
        ("policy_was=report", "report"),
        ("policy_was=unknown", "untold"),
        ("of_host=two.example", "coep"),
        ("q=two.example", "coep"),
        ("q=moz-", "ruled"),
        ("q=/a/", "image"),
        ("q=nothing-like-it", ""),
        ("judged=nonsense", ""),
    ],
)
def test_the_list_is_narrowed(viewer, rows, query, names):
    found = viewer.get(f"{LIST}?{query}").context["cl"].result_list
    by_key = {row.pk: name for name, row in rows.items()}
    assert " ".join(sorted(by_key[row.pk] for row in found)) == names


def test_the_list_counts_no_further_than_it_has_to(viewer, rows):
    with CaptureQueriesContext(connection) as asked:
        shown(viewer, LIST)
    counts = [one["sql"] for one in asked if "COUNT(*)" in one["sql"]]
    assert len(counts) == 1
    assert "LIMIT 10000" in counts[0]


def test_the_number_of_queries_does_not_grow(viewer):
    fill()
    with CaptureQueriesContext(connection) as asked:
        shown(viewer, LIST)
    assert len(asked) <= MOST_QUERIES


def test_a_filter_lists_the_most_frequent_values_alone(viewer, group, monkeypatch):
    monkeypatch.setattr(filters, "MAX_VALUES", 2)
    for number, subject in enumerate(("a-src", "b-src", "b-src", "c-src", "c-src")):
        group(subject=subject, blocked=f"https://{number}.example")
    found = shown(viewer, LIST)
    listed = ["?directive=a-src", "?directive=b-src", "?directive=c-src"]
    assert [one in found for one in listed] == [False, True, True]


def test_links_lead_from_the_index_to_the_dashboard_and_from_there_to_the_list(viewer, group):
    group()
    assert 'href="/admin/security/reportgroup/"' in shown(viewer, "/admin/")
    assert LIST in shown(viewer, "/admin/security/reportgroup/")


# The suggestion.


@pytest.fixture
def policy(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware", *settings.MIDDLEWARE]
    settings.SECURE_CSP = {"default-src": ["'none'"], "img-src": ["'self'"]}


def test_a_suggestion_tells_what_to_add_and_what_not(viewer, group, policy):
    group(row={"count": 5})
    group(blocked="chrome-extension", subject="script-src-elem")
    found = shown(viewer, SUGGEST)
    assert "+        &quot;https://pictures.example&quot;," in found
    assert '<h2 id="rp-add-1">Add source</h2>' in found
    assert "Probably an attack or noise: do not add" in found


def test_each_violation_is_held_against_the_policy_that_it_was_reported_for(
    viewer, group, policy, settings
):
    settings.SECURE_CSP = {"img-src": ["'self'"]}
    settings.SECURE_CSP_REPORT_ONLY = {"font-src": ["'self'"]}
    reported = {"subject": "font-src", "disposition": Disposition.REPORT}
    group(**reported, blocked="https://type.example", row={"count": 5})
    found = shown(viewer, SUGGEST)
    assert "+++ SECURE_CSP_REPORT_ONLY (suggested)" in found
    assert "Already fixed" not in found
    assert "rp-part" not in found
    group(row={"count": 5})
    found = shown(viewer, SUGGEST)
    enforced, report_only = found.split('<h2 class="rp-part">')[1:]
    assert enforced.startswith("Enforced: SECURE_CSP</h2>")
    assert report_only.startswith("Report-only: SECURE_CSP_REPORT_ONLY</h2>")
    assert ("https://pictures.example" in enforced, "https://type.example" in enforced) == (
        True,
        False,
    )
    assert "+        &quot;https://type.example&quot;," in report_only


def test_a_policy_that_would_grow_too_long_does_not_hide_the_others(
    viewer, group, policy, settings
):
    settings.SECURE_CSP = {"img-src": [f"https://{'a' * 60}{n}.example" for n in range(190)]}
    settings.SECURE_CSP_REPORT_ONLY = {"font-src": ["'self'"]}
    for n in range(40):
        group(blocked=f"https://{'b' * 60}{n}.example", row={"count": 5})
    reported = {"subject": "font-src", "disposition": Disposition.REPORT}
    group(**reported, blocked="https://type.example", row={"count": 5})
    found = shown(viewer, SUGGEST)
    assert '<p class="errornote">must be at most' in found
    assert "+        &quot;https://type.example&quot;," in found


def test_a_suggestion_can_be_about_some_groups_alone(viewer, group, policy):
    group(row={"count": 5})
    other = group(blocked="https://other.example", row={"count": 5})
    found = shown(viewer, f"{SUGGEST}?group={other.pk}")
    assert "From 1 violation that you chose." in found
    assert "https://other.example" in found
    assert "https://pictures.example" not in found


def test_a_group_with_few_reports_can_be_chosen_among_many(viewer, group, policy, monkeypatch):
    monkeypatch.setattr(pages, "MAX_SUGGESTED", 2)
    for n in range(3):
        group(blocked=f"https://{n}.example", row={"count": 9})
    rare = group(blocked="https://rare.example", row={"count": 5})
    assert "https://rare.example" in shown(viewer, f"{SUGGEST}?group={rare.pk}")


@pytest.mark.parametrize("query", ["group=99", "group=x", "group=" + "9" * 40, "group=%00"])
def test_a_choice_of_what_is_not_there_is_no_error(viewer, group, policy, query):
    group(row={"count": 5})
    assert viewer.get(f"{SUGGEST}?{query}").status_code == 200


def test_without_a_policy_there_is_a_way_to_a_first_one(viewer, group):
    group()
    assert "python manage.py csp draft" in shown(viewer, SUGGEST)


def test_of_many_groups_so_many_are_chosen_as_an_address_can_hold(viewer, group, monkeypatch):
    monkeypatch.setattr(pages, "MAX_CHOSEN", 2)
    keys = [group(blocked=f"https://{n}.example").pk for n in range(3)]
    response = viewer.post(LIST, {"action": "add_to_policy", "_selected_action": keys})
    assert response["Location"].count("group=") == 2


def test_nothing_is_changed_by_reading(viewer, group, policy):
    one = group(row={"count": 5})
    before = ReportGroup.objects.values().get(pk=one.pk)
    shown(viewer, SUGGEST)
    assert ReportGroup.objects.values().get(pk=one.pk) == before
