from __future__ import annotations

import json

import pytest
from django.core.management import CommandError
from tests.answers.reported import NOW, arrive, violation

from security.models import ReportGroup
from security.reports import plain, replay_text
from security.reports.evidence import Violation
from security.reports.replay import replay
from security.reports.report import Disposition

GOLDEN = """\
Still blocked: 1 group, 5 reports.
- connect-src https://api.example (connect-src blocks it): 5 reports, 1 page, 1 browser, 1 day, on \
/basket/
The report does not say enough: 1 group, 2 reports.
- script-src-elem inline (it runs if it carries the nonce): 2 reports, 1 page, 1 browser, 1 day, on\
 /basket/
Let through: 2 groups, 10 reports.
- frame-src https://maps.example: 5 reports, 1 page, 1 browser, 1 day, on /basket/
- img-src https://cdn.example (https:): 5 reports, 1 page, 1 browser, 1 day, on /basket/
Noise, which a policy should go on blocking: 1 group, 5 reports.
"""
POLICY = "img-src https:; script-src 'nonce-YQ'; connect-src 'self'"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW)


@pytest.fixture
def stored(db):
    arrive(
        violation("frame-src", "https://maps.example"),
        violation(),
        violation("connect-src", "https://api.example"),
        violation("script-src-elem", "chrome-extension"),
        at=NOW,
    )
    arrive(violation("script-src-elem", "inline"), at=NOW, count=2)


def test_groups_are_told_by_what_the_policy_would_do(run, stored, policy_file):
    ran = run("csp", "replay", "--policy", policy_file(POLICY))
    assert ran == (0, GOLDEN, "")


def test_json_tells_every_group(run, stored, policy_file):
    ran = run("csp", "replay", "--policy", policy_file(POLICY), "--format", "json")
    told = json.loads(ran.out)
    assert told["policy"] == POLICY
    assert told["summary"] == {
        "allowed": {"groups": 2, "reports": 10},
        "blocked": {"groups": 1, "reports": 5},
        "untold": {"groups": 1, "reports": 2},
    }
    assert told["noise"]["untold"] == {"groups": 1, "reports": 5}
    by_name = {each["blocked"]: each for each in told["groups"]}
    assert by_name["https://api.example"] == {
        "group": ReportGroup.objects.get(subject="connect-src").fingerprint,
        "outcome": "blocked",
        "directive": "connect-src",
        "blocked": "https://api.example",
        "disposition": "enforce",
        "decided_by": "connect-src",
        "why": "",
        "noise": "",
        "reports": 5,
        "pages": ["/basket/"],
        "browsers": ["Chrome 156"],
        "days": 1,
    }
    assert by_name["chrome-extension"]["noise"] == "chromium-extension"


@pytest.mark.parametrize(
    ("policy", "code"),
    [("img-src https:; connect-src https:", 0), (POLICY, 1), ("script-src 'self'", 1)],
    ids=["allows all but noise", "blocks one", "blocks inline"],
)
def test_what_is_blocked_and_no_noise_can_stop_a_pipeline(run, stored, policy_file, policy, code):
    path = policy_file(policy)
    assert run("csp", "replay", "--policy", path, "--fail-on-blocked").code == code
    assert run("csp", "replay", "--policy", path).code == 0


def test_noise_that_is_blocked_stops_nothing(run, db, policy_file):
    arrive(violation("script-src-elem", "chrome-extension"), at=NOW)
    path = policy_file("script-src 'none'")
    ran = run("csp", "replay", "--policy", path, "--fail-on-blocked")
    assert (ran.code, "Still blocked: 0 groups, 0 reports." in ran.out) == (0, True)


def test_without_a_file_the_policy_of_the_site_is_tried(run, stored, settings):
    settings.SECURE_CSP = {"img-src": ["https:"]}
    ran = run("csp", "replay", "--format", "json")
    assert json.loads(ran.out)["policy"] == "img-src https:"
    settings.SECURE_CSP = None
    with pytest.raises(CommandError, match="The site sends no such policy") as error:
        run("csp", "replay")
    assert error.value.returncode == 2


def test_a_policy_that_browsers_read_otherwise_than_it_was_meant_is_read_as_they_do(
    run, stored, policy_file
):
    path = policy_file("img-src https:; img-src 'none'; no-such-src x, connect-src 'none'")
    told = json.loads(run("csp", "replay", "--policy", path, "--format", "json").out)
    assert {each["blocked"] for each in told["groups"] if each["outcome"] == "blocked"} == {
        "https://api.example"
    }


def test_what_browsers_ignore_of_a_policy_is_told(run, stored, policy_file):
    path = policy_file("script-scr 'none'; img-src https:, \x1b[2J; connect-src 'none'")
    ran = run("csp", "replay", "--policy", path, "--fail-on-blocked")
    assert (ran.code, ran.err) == (
        1,
        "Browsers ignore 'script-scr', which is no directive.\n"
        "Browsers ignore '\\x1b[2j', which is no directive.\n",
    )


@pytest.mark.parametrize(
    "text",
    [
        "not a policy ,,",
        "bad;;",
        "script-scr 'none'",
        "img-src *, script-scr 'none'",
        "img-src *, script-src \u2018none\u2019",
        ",,",
        "; ;",
    ],
)
@pytest.mark.parametrize("command", ["suggest", "replay"])
def test_a_policy_of_which_browsers_keep_nothing_is_refused(run, db, policy_file, command, text):
    with pytest.raises(CommandError, match=r"^--policy.* must be ") as error:
        run("csp", command, "--policy", policy_file(text))
    assert error.value.returncode == 2


@pytest.mark.parametrize("text", ["", "Content-Security-Policy:", "{", "x" * 70_000])
def test_what_is_no_policy_is_refused(run, db, policy_file, text):
    with pytest.raises(CommandError, match=r"^--policy must be") as error:
        run("csp", "replay", "--policy", policy_file(text))
    assert error.value.returncode == 2


@pytest.mark.parametrize("command", ["replay", "suggest"])
def test_a_file_that_is_not_there_is_refused(run, db, tmp_path, command):
    path = str(tmp_path / "missing")
    with pytest.raises(CommandError, match=r"^--policy: ") as error:
        run("csp", command, "--policy", path)
    assert str(error.value) == f"--policy: {path}: No such file or directory."
    assert error.value.returncode == 2


def test_host_and_disposition_choose(run, db, policy_file):
    arrive(
        violation(blocked="https://a.example", document="https://blog.example/"),
        violation(blocked="https://b.example", disposition=Disposition.REPORT),
        at=NOW,
    )
    path = policy_file("img-src 'none'")

    def named(*words):
        told = json.loads(run("csp", "replay", "--policy", path, "--format", "json", *words).out)
        return [each["blocked"] for each in told["groups"]]

    assert named("--host", "blog.example") == ["https://a.example"]
    assert named("--disposition", "report") == ["https://b.example"]
    assert len(named()) == 2


def test_hundreds_of_groups_are_cut_in_text():
    violations = [Violation("img-src", f"https://h{n}.example", "https://a.b/") for n in range(150)]
    text = replay_text.text(replay("img-src 'none'", violations))
    assert text.count("- img-src") == 100
    assert "... and 50 more.\n" in text


def test_what_was_reported_cannot_write_to_the_terminal():
    evil = "https://e.example/\x1b[2J\n\u202e\u00e4" + "x" * 1000
    text = replay_text.text(replay("img-src 'none'", [Violation("img-src", evil, "https://a.b/")]))
    line = next(line for line in text.splitlines() if line.startswith("- "))
    assert line.startswith("- img-src https://e.example/\\x1b[2J\\n\\u202e\\xe4xxx")
    assert (len(line), line[-3:], text.isascii()) == (400, "...", True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("abcde", "abcde"), ("abcdef", "ab..."), ("abcd\n", "ab..."), ("a\n", "a\\n"), ("", "")],
)
def test_a_line_has_a_length(text, shown):
    assert plain.line(text, 5) == shown
