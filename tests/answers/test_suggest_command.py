from __future__ import annotations

import io
import json
import sys

import pytest
from django.core.management import CommandError
from tests.answers.reported import DAY, NOW, arrive, violation
from tests.storing.conftest import known

from security.management import csp_suggest
from security.models import ReportGroup
from security.policy.csp import ContentSecurityPolicy
from security.reports.report import Disposition

pytestmark = pytest.mark.django_db
GOLDEN = """\
--- SECURE_CSP
+++ SECURE_CSP (suggested)
@@ -3,3 +3,7 @@
         CSP.SELF,
     ],
+    "img-src": [
+        CSP.SELF,
+        "https://cdn.example",  # 10 reports, 1 page, 2 browsers, 3 days: on /basket/
+    ],
 }

# Use a nonce or hash:
# - script-src-elem inline: 5 reports, 1 page, 1 browser, 1 day, on /basket/. Give the script {%
#   csp_nonce_attr %} or its hash, or make it a file.

# Probably an attack or noise: do not add:
# - script-src chrome-extension: 5 reports, 1 page, 1 browser, 1 day, on /basket/. Noise:
#   chromium-extension.
"""


@pytest.fixture(autouse=True)
def site(settings, monkeypatch):
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    monkeypatch.setattr("time.time", lambda: NOW)


def stdin(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_the_change_is_a_difference_of_settings_with_evidence(run):
    arrive(violation(), at=NOW - 2 * DAY)
    arrive(violation(), violation("script-src-elem", "inline"), at=NOW, browser=157)
    arrive(violation("script-src-elem", "chrome-extension"), at=NOW)
    ran = run("csp", "suggest")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == GOLDEN


def test_json_holds_the_settings_and_each_line(run):
    arrive(violation(), at=NOW)
    ran = run("csp", "suggest", "--format", "json")
    told = json.loads(ran.out)
    assert told["SECURE_CSP"] == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "https://cdn.example"],
    }
    [line] = told["lines"]
    assert (line["advice"], line["reports"]) == ("add source", 5)
    assert line["groups"] == [ReportGroup.objects.get().fingerprint]
    assert ran.code == 1


def test_nothing_is_suggested_where_nothing_was_reported(run):
    assert run("csp", "suggest") == (0, "# No change of SECURE_CSP is suggested.\n", "")


@pytest.mark.parametrize(("groups", "words"), [(1, "1 group was"), (2, "2 groups were")])
def test_what_was_too_rare_is_told_with_the_option_that_believes_it(run, groups, words):
    arrive(*(violation(blocked=f"https://{n}.example") for n in range(groups)), at=NOW, count=1)
    ran = run("csp", "suggest")
    nothing, rare, *_ = ran.out.splitlines()
    assert nothing == "# No change of SECURE_CSP is suggested."
    assert rare.startswith(f"# {words} reported too rarely to be believed: lower --min-reports")
    assert ran.code == 0
    ran = run("csp", "suggest", "--min-reports", "1")
    assert ("too rarely" in ran.out, ran.code) == (False, 1)


def test_noise_alone_is_no_work(run):
    arrive(violation("script-src-elem", "chrome-extension"), at=NOW)
    assert run("csp", "suggest").code == 0


def test_nothing_that_is_stored_changes(run):
    arrive(violation(), at=NOW)
    run("csp", "replay")
    before = list(ReportGroup.objects.values())
    run("csp", "suggest")
    assert list(ReportGroup.objects.values()) == before


def test_the_suggestion_once_applied_ends_the_violations(run, settings):
    arrive(
        violation(),
        violation("connect-src", "wss://live.example/feed"),
        violation("font-src", "data"),
        violation("style-src-elem", "https://shop.example/a.css", policy="style-src 'none'"),
        at=NOW,
    )
    assert run("csp", "replay", "--fail-on-blocked").code == 1
    told = json.loads(run("csp", "suggest", "--format", "json").out)
    settings.SECURE_CSP = told["SECURE_CSP"]
    ran = run("csp", "replay", "--fail-on-blocked", "--format", "json")
    assert {each["outcome"] for each in json.loads(ran.out)["groups"]} == {"allowed"}
    assert ran.code == 0
    assert run("csp", "suggest").code == 0


def test_a_suggestion_can_be_tried_before_it_is_applied(run, monkeypatch):
    arrive(violation(), at=NOW)
    stdin(monkeypatch, run("csp", "suggest", "--format", "json").out)
    ran = run("csp", "replay", "--policy", "-", "--fail-on-blocked")
    assert ran.code == 0
    assert "Let through: 1 group, 5 reports." in ran.out


def test_what_the_report_only_policy_reports_mends_that(run, settings):
    settings.SECURE_CSP_REPORT_ONLY = {"script-src": ["'self'"]}
    reported = violation("script-src-elem", "https://js.example", disposition=Disposition.REPORT)
    arrive(violation(), reported, at=NOW)
    assert "js.example" not in run("csp", "suggest", "--disposition", "enforce").out
    text = run("csp", "suggest", "--disposition", "report").out
    assert text.startswith("--- SECURE_CSP_REPORT_ONLY\n+++ SECURE_CSP_REPORT_ONLY (suggested)")
    assert '+        "https://js.example",' in text
    assert "cdn.example" not in text


def test_the_policy_of_a_preset_is_the_current_one(run, settings):
    del settings.SECURE_CSP
    settings.SECURITY_PRESET = "strict"
    arrive(violation(), at=NOW)
    current = json.loads(run("csp", "suggest", "--format", "json").out)["current"]
    assert current["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize(
    ("mode", "setting"), [("enforce", "SECURE_CSP"), ("report-only", "SECURE_CSP_REPORT_ONLY")]
)
def test_the_documented_policy_counts_where_there_is_no_other(run, settings, mode, setting):
    settings.SECURE_CSP = None
    settings.CSP_DICT = {"img-src": ["self"]}
    settings.CSP_MODE = mode
    told = json.loads(run("csp", "suggest", "--format", "json").out)
    assert (told["current"], told[setting]) == ({"img-src": ["'self'"]},) * 2


@pytest.mark.parametrize(
    "text",
    [
        "img-src 'none'",
        "Content-Security-Policy: img-src\n   'none';\n",
        "content-security-policy-report-only:img-src 'none'",
        '{"img-src": ["\'none\'"]}',
        '{"SECURE_CSP": {"img-src": "\'none\'"}}',
        '{"SECURE_CSP_REPORT_ONLY": {"img-src": ["\'none\'"]}, "lines": []}',
    ],
    ids=["text", "header", "report-only header", "object", "settings", "report-only settings"],
)
def test_another_policy_may_be_named(run, policy_file, text):
    ran = run("csp", "suggest", "--format", "json", "--policy", policy_file(text))
    assert json.loads(ran.out)["current"] == {"img-src": ["'none'"]}


@pytest.mark.parametrize("text", ["", "no-such-src *", "img-src *, img-src *", "{", "[]" * 40_000])
def test_what_is_no_policy_is_refused(run, policy_file, text):
    with pytest.raises(CommandError, match=r"^--policy") as error:
        run("csp", "suggest", "--policy", policy_file(text))
    assert error.value.returncode == 2


def test_a_file_that_cannot_be_read_is_refused(run, tmp_path):
    (tmp_path / "latin").write_bytes(b"img-src \xe4")
    for name in ("missing", "latin", "."):
        with pytest.raises(CommandError, match=r"^--policy: ") as error:
            run("csp", "suggest", "--policy", str(tmp_path / name))
        assert error.value.returncode == 2


@pytest.mark.parametrize("disposition", ["", "enforce", "report"])
def test_a_site_without_a_policy_is_told_so(run, settings, disposition):
    settings.SECURE_CSP = None
    with pytest.raises(CommandError, match="The site sends no such policy: set SECURE") as error:
        run("csp", "suggest", *(["--disposition", disposition] if disposition else []))
    assert error.value.returncode == 2


def test_several_policies_are_no_one_to_mend(run, settings):
    settings.SECURE_CSP = None
    settings.CSP_STRING = "img-src 'self', img-src *"
    with pytest.raises(CommandError, match="Name one by --policy") as error:
        run("csp", "suggest")
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    ("option", "value"), [("--days", "0"), ("--days", "4000"), ("--min-reports", "0")]
)
def test_numbers_out_of_range_are_refused(run, option, value):
    with pytest.raises(CommandError, match=rf"^{option} must be a") as error:
        run("csp", "suggest", option, value)
    assert error.value.returncode == 2


def test_how_far_back_and_how_many_reports_can_be_chosen(run):
    arrive(violation(), at=NOW - 40 * DAY)
    assert run("csp", "suggest").code == 0
    assert run("csp", "suggest", "--days", "41").code == 1
    assert run("csp", "suggest", "--days", "41", "--min-reports", "6").code == 0
    assert run("csp", "suggest", "--days", "41", "--host", "Shop.Example").code == 1
    assert run("csp", "suggest", "--days", "41", "--host", "blog.example").code == 0


def test_a_limit_that_was_reached_is_told(run, monkeypatch):
    monkeypatch.setattr("security.management.stored_options.MAX_GROUPS", 1)
    arrive(violation(), at=NOW)
    assert run("csp", "suggest").err == "Only 1 groups were read. Choose by --host or --days.\n"


def test_a_suggestion_longer_than_a_header_is_refused(run, settings):
    settings.SECURE_CSP = {"img-src": [f"https://{'a' * 60}{n}.example" for n in range(190)]}
    names = (f"https://{'b' * 60}{n}.example" for n in range(40))
    arrive(*(violation(blocked=name) for name in names), at=NOW)
    with pytest.raises(CommandError, match=r"^SECURE_CSP must be at most") as error:
        run("csp", "suggest")
    assert error.value.returncode == 2


def test_a_database_that_is_not_there_is_told(run, settings, tmp_path, django_db_blocker):
    settings.DATABASE_ROUTERS = ["tests.storing.router.Router"]
    empty = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "empty")}
    with (
        django_db_blocker.unblock(),
        known(empty),
        pytest.raises(CommandError, match="cannot be read from the") as error,
    ):
        run("csp", "suggest")
    assert error.value.returncode == 2


def test_wildcards_need_the_public_suffix_list(run, monkeypatch):
    names = [f"https://a{number}.cdn.example" for number in range(5)]
    arrive(*(violation(blocked=name) for name in names), at=NOW)
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    assert csp_suggest.registrable() is None
    policy = json.loads(run("csp", "suggest", "--format", "json").out)["SECURE_CSP"]
    assert policy["img-src"] == ["'self'", *names]
    assert ContentSecurityPolicy.from_mapping(policy)


ADDED = """\
--- SECURITY_CSP_ADD
+++ SECURITY_CSP_ADD (suggested)
@@ -0,0 +1,5 @@
+SECURITY_CSP_ADD = {
+    "img-src": [
+        "https://cdn.example",  # 10 reports, 1 page, 2 browsers, 3 days: on /basket/
+    ],
+}
"""
MORE = """\
--- SECURITY_CSP_ADD
+++ SECURITY_CSP_ADD (suggested)
@@ -2,4 +2,5 @@
     "img-src": [
         "https://a.example",
+        "https://cdn.example",  # 10 reports, 1 page, 2 browsers, 3 days: on /basket/
     ],
 }
"""


@pytest.mark.parametrize(("before", "printed"), [({}, ADDED), ("https://a.example", MORE)])
def test_what_a_preset_writes_is_added_to(run, settings, before, printed):
    del settings.SECURE_CSP
    settings.SECURITY_PRESET = "strict"
    if before:
        settings.SECURITY_CSP_ADD = {"img-src": [before]}
    arrive(violation(), at=NOW - 2 * DAY)
    arrive(violation(), at=NOW, browser=157)
    ran = run("csp", "suggest")
    assert (ran.code, ran.out) == (1, printed)


def test_without_a_suggestion_a_preset_stays(run, settings):
    del settings.SECURE_CSP
    settings.SECURITY_PRESET = "strict"
    ran = run("csp", "suggest")
    assert (ran.code, ran.out) == (0, "# No change of SECURE_CSP is suggested.\n")
