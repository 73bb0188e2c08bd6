"""Each group of reports is held against the policy that it was reported for."""

from __future__ import annotations

import io
import json
import sys

import pytest
from tests.answers.reported import NOW, arrive, violation

from security.reports.report import Disposition

pytestmark = pytest.mark.django_db
SELF = ["'self'"]
REPORT = {"disposition": Disposition.REPORT}
CANDIDATE = 'SECURITY_CSP_ROLLOUT["POLICY"]'
BOTH = """\
# Enforced: SECURE_CSP

--- SECURE_CSP
+++ SECURE_CSP (suggested)
@@ -2,4 +2,5 @@
     "img-src": [
         CSP.SELF,
+        "https://cdn.example",  # 5 reports, 1 page, 1 browser, 1 day: on /basket/
     ],
 }

# Report-only: SECURE_CSP_REPORT_ONLY

--- SECURE_CSP_REPORT_ONLY
+++ SECURE_CSP_REPORT_ONLY (suggested)
@@ -2,4 +2,5 @@
     "font-src": [
         CSP.SELF,
+        "https://type.example",  # 5 reports, 1 page, 1 browser, 1 day: on /basket/
     ],
 }
"""
REPLAYED = """\
Enforced: SECURE_CSP
Still blocked: 1 group, 5 reports.
- img-src https://cdn.example (img-src blocks it): 5 reports, 1 page, 1 browser, 1 day, on /basket/
The report does not say enough: 0 groups, 0 reports.
Let through: 0 groups, 0 reports.

Report-only: SECURE_CSP_REPORT_ONLY
Still blocked: 1 group, 5 reports.
- font-src https://type.example (font-src blocks it): 5 reports, 1 page, 1 browser, 1 day, on \
/basket/
The report does not say enough: 0 groups, 0 reports.
Let through: 0 groups, 0 reports.
"""


@pytest.fixture(autouse=True)
def site(settings, monkeypatch):
    settings.SECURE_CSP = {"img-src": SELF}
    settings.SECURE_CSP_REPORT_ONLY = {"font-src": SELF}
    monkeypatch.setattr("time.time", lambda: NOW)


@pytest.fixture
def rolled_out(settings):
    settings.SECURE_CSP_REPORT_ONLY = None
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"font-src": SELF}, "PERCENT": 5}


def font(**rest):
    return violation("font-src", "https://type.example/a.woff2", policy="font-src 'self'", **rest)


def told(run, *options):
    """Return the sources that are to be added, by setting."""
    whole = json.loads(run("csp", "suggest", "--format", "json", *options).out)
    return {
        next(iter(part)): [
            line["source"] for line in part["lines"] if line["advice"] == "add source"
        ]
        for part in (whole, *whole.get("others", ()))
    }


def test_each_policy_has_its_own_heading_where_there_is_something_for_both(run):
    arrive(violation(), font(**REPORT), at=NOW)
    assert run("csp", "suggest") == (1, BOTH, "")
    assert run("csp", "replay") == (0, REPLAYED, "")


def test_what_the_report_only_policy_reports_is_never_called_fixed_by_the_enforced_one(run):
    arrive(font(**REPORT), at=NOW)
    ran = run("csp", "suggest")
    assert ran.out == BOTH[BOTH.index("--- SECURE_CSP_REPORT_ONLY") :]
    assert ran.code == 1
    assert run("csp", "replay", "--fail-on-blocked").code == 1


@pytest.mark.parametrize(
    ("wanted", "added"),
    [
        ("enforce", {"SECURE_CSP": ["https://cdn.example"]}),
        ("report", {"SECURE_CSP_REPORT_ONLY": ["https://type.example"]}),
    ],
)
def test_one_disposition_can_be_chosen(run, wanted, added):
    arrive(violation(), font(**REPORT), at=NOW)
    assert told(run, "--disposition", wanted) == added


def test_json_describes_the_first_policy_and_others_beside_it(run):
    arrive(violation(), font(**REPORT), at=NOW)
    assert told(run) == {
        "SECURE_CSP": ["https://cdn.example"],
        "SECURE_CSP_REPORT_ONLY": ["https://type.example"],
    }
    replayed = json.loads(run("csp", "replay", "--format", "json").out)
    assert [one["blocked"] for one in replayed["groups"]] == ["https://cdn.example"]
    (other,) = replayed["others"]
    assert other["policy"] == "font-src 'self'"
    assert [one["blocked"] for one in other["groups"]] == ["https://type.example"]


def test_nothing_to_suggest_is_said_of_every_policy(run):
    out = "# No change of SECURE_CSP or SECURE_CSP_REPORT_ONLY is suggested.\n"
    assert run("csp", "suggest") == (0, out, "")
    assert run("csp", "replay").out.count("Still blocked") == 1


def test_a_candidate_is_held_against_those_whose_browsers_block_and_those_that_report(
    run, rolled_out
):
    arrive(font(), font(**REPORT), at=NOW)
    ran = run("csp", "suggest")
    assert ran.out.startswith(f"--- {CANDIDATE}\n+++ {CANDIDATE} (suggested)\n")
    assert '+        "https://type.example",  # 10 reports,' in ran.out
    assert ran.code == 1


@pytest.mark.parametrize(
    ("wanted", "count"), [("enforce", 3), ("report", 5)], ids=["blocked", "reported"]
)
def test_of_a_candidate_either_disposition_can_be_chosen(run, rolled_out, wanted, count):
    arrive(font(), at=NOW, count=3)
    arrive(font(**REPORT), at=NOW, count=5)
    out = run("csp", "suggest", "--disposition", wanted).out
    assert f'"https://type.example",  # {count} reports,' in out


def test_a_candidate_that_is_enforced_for_nobody_is_told_of_by_reports_alone(
    run, rolled_out, settings
):
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"font-src": SELF}}
    arrive(violation(), font(**REPORT), at=NOW)
    assert f"# Report-only: {CANDIDATE}\n" in run("csp", "suggest").out
    assert told(run, "--disposition", "enforce") == {"SECURE_CSP": ["https://cdn.example"]}


def test_what_both_policies_of_a_rollout_block_is_suggested_for_both(run, rolled_out, settings):
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"img-src": SELF}, "PERCENT": 5}
    arrive(violation(), at=NOW)
    assert told(run) == {
        "SECURE_CSP": ["https://cdn.example"],
        "SECURITY_CSP_ROLLOUT": ["https://cdn.example"],
    }
    some = f"# Enforced for some visitors, report-only for the others: {CANDIDATE}\n"
    assert some in run("csp", "suggest").out


def test_the_candidate_has_what_settings_add_to_every_policy(run, rolled_out, settings):
    settings.SECURITY_CSP_ADD = {"font-src": ["https://type.example"]}
    arrive(font(**REPORT), at=NOW)
    assert "# Already fixed:\n" in run("csp", "suggest").out


def test_a_report_without_a_disposition_belongs_to_the_policy_that_blocks_it(run):
    arrive(font(disposition=Disposition.UNKNOWN), at=NOW)
    assert told(run) == {"SECURE_CSP": [], "SECURE_CSP_REPORT_ONLY": ["https://type.example"]}
    assert "Already fixed" not in run("csp", "suggest").out


def test_reports_of_a_policy_that_was_given_up_are_held_against_the_one_that_is_left(run, settings):
    settings.SECURE_CSP_REPORT_ONLY = None
    settings.SECURE_CSP = {"font-src": SELF}
    arrive(font(**REPORT), at=NOW)
    assert told(run) == {"SECURE_CSP": ["https://type.example"]}


@pytest.mark.parametrize("policy", ["report-only", "rolled_out"])
def test_suggestions_for_both_can_be_tried_before_they_are_applied(
    run, settings, monkeypatch, policy
):
    if policy == "rolled_out":
        settings.SECURE_CSP_REPORT_ONLY = None
        settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"font-src": SELF}, "PERCENT": 5}
    arrive(violation(), font(**REPORT), at=NOW)
    suggested = run("csp", "suggest", "--format", "json").out
    monkeypatch.setattr(sys, "stdin", io.StringIO(suggested))
    ran = run("csp", "replay", "--policy", "-", "--fail-on-blocked", "--format", "json")
    whole = json.loads(ran.out)
    assert whole["policy"] == "img-src 'self' https://cdn.example"
    assert whole["others"][0]["policy"] == "font-src 'self' https://type.example"
    assert ran.code == 0


def test_another_policy_is_held_against_all_that_was_reported(run, policy_file):
    arrive(violation(), font(**REPORT), at=NOW)
    path = policy_file("img-src 'none'; font-src 'none'")
    assert told(run, "--policy", path) == {
        "SECURE_CSP": ["https://type.example", "https://cdn.example"]
    }
    report_only = told(run, "--policy", path, "--disposition", "report")
    assert report_only == {"SECURE_CSP_REPORT_ONLY": ["https://type.example"]}


@pytest.mark.parametrize(
    "text", ['{"others": [1, null]}', '{"others": 1}', '{"SECURITY_CSP_ROLLOUT": 1}']
)
def test_what_is_no_suggestion_is_refused(run, policy_file, text):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match=r"^--policy") as error:
        run("csp", "suggest", "--policy", policy_file(text))
    assert error.value.returncode == 2
