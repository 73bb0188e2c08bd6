"""``--suggest`` and ``--baseline`` of ``bulwark grade``, as a user gives them."""

from __future__ import annotations

import json

import pytest
from tests.grade.exchanges import CASES

from security import cli

BEST = next(case["input"] for case in CASES if case["verdict"]["grade"] == "A+")


@pytest.fixture
def recorded(tmp_path):
    """Return a function that writes one recorded site and returns the file."""

    def write(**response):
        site = {**BEST, "response": {**BEST["response"], **response}}
        file = tmp_path / "site.json"
        file.write_text(json.dumps(site), encoding="utf-8")
        return str(file)

    return write


@pytest.fixture
def run(capsys):
    def run(*words):
        code = cli.main(["grade", "--recorded", *words])
        return code, *capsys.readouterr()

    return run


def test_settings_stand_below_the_card_with_the_grade_after_them(recorded, run):
    code, out, errors = run(recorded(headers=[["Content-Type", "text/html"]]), "--suggest")
    assert (code, errors) == (0, "")
    card, _, advice = out.partition("\nWith these settings: ")
    assert card.startswith(f"{BEST['host']}  ")
    grades, _, settings = advice.partition("\n")
    assert " -> A" in grades
    assert 'SECURITY_PRESET = "' in settings
    assert settings.endswith("Graded: 1 of 1.\n")


def test_a_baseline_is_recorded_first_and_compared_with_then(recorded, run, tmp_path):
    file = str(tmp_path / "baseline.json")
    baseline = ("--baseline", file)
    assert run(recorded(), *baseline) == (0, f"Recorded 1 URL in {file}.\n", "")
    assert run(recorded(), *baseline) == (0, "Nothing has changed on 1 URL.\n", "")
    worse = recorded(headers=[["Content-Type", "text/html"]])
    code, out, _ = run(worse, *baseline)
    assert code == 1
    assert out.startswith("Grade down\n  A+ ")
    assert out.endswith("The site is worse than the baseline.\n")
    assert run(worse, *baseline, "--update-baseline")[0] == 0
    assert run(worse, *baseline)[0] == 0


def test_a_file_that_is_no_baseline_is_named_and_kept(recorded, run, tmp_path):
    file = tmp_path / "baseline.json"
    file.write_text("[]")
    code, out, errors = run(recorded(), "--baseline", str(file), "--fail-under", "F")
    assert (code, out) == (2, "")
    assert errors.startswith(f"grade: {file}")
    assert errors.endswith("Record a new one with --update-baseline.\n")
    assert file.read_text() == "[]"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--suggest", "--format", "json"], "--format and --suggest do not go together"),
        (["--suggest", "--baseline", "x"], "--suggest and --baseline do not go together"),
        (["--format", "text", "--baseline", "x"], "--format and --baseline do not go together"),
        (["--update-baseline"], "--update-baseline goes with --baseline FILE"),
    ],
)
def test_what_does_not_go_together_is_refused(recorded, run, capsys, words, complaint):
    with pytest.raises(SystemExit) as end:
        run(recorded(), *words)
    assert end.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: {complaint}\n")
