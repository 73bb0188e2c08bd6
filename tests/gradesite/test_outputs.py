"""What becomes of the grades: advice, a baseline, places in the settings file."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.grade.advising.test_end_to_end import DEPLOYED, HOME, Site

APP = '\nINSTALLED_APPS += ["security"]\n'
COOP = "Cross-Origin-Opener-Policy"


@pytest.fixture
def shop(tmp_path):
    """Return a project as ``startproject`` makes it, with a page of its own and our app."""
    made = Site(tmp_path, settings=DEPLOYED + APP, home=HOME)
    made.manage("migrate", "--verbosity=0")
    return made


def test_what_it_suggests_is_taken_by_git_and_leads_to_the_best_grade_at_once(shop):
    assert shop.manage("gradesite", "--fail-under", "A+", check=False).returncode == 1
    done = shop.manage("gradesite", "--suggest")
    first = done.stderr.splitlines()[0]
    assert first.startswith("Lowest grade of ")
    assert first.endswith(", asked again with these settings.")
    assert " -> A+ " in first
    assert "Pages with inline scripts stop working" in done.stderr
    subprocess.run(["git", "apply"], cwd=shop.folder, input=done.stdout, text=True, check=True)
    again = shop.manage("gradesite", "--fail-under", "A+")
    assert again.returncode == 0
    promised = int(first.split(" -> A+ ")[1].split(",")[0])
    cards = json.loads(shop.manage("gradesite", "--format", "json").stdout)
    assert min(card["observatory"]["score"] for card in cards) == promised


def test_where_no_setting_is_to_be_changed_the_patch_is_empty(shop):
    patch = shop.manage("gradesite", "--suggest").stdout
    subprocess.run(["git", "apply"], cwd=shop.folder, input=patch, text=True, check=True)
    done = shop.manage("gradesite", "--suggest")
    assert done.stdout == ""
    assert "No setting is to be changed." in done.stderr


def test_settings_that_are_in_no_file_are_not_patched(run):
    done = run("/", "--suggest", SECURITY_PRESET=None)
    assert (done.code, done.out) == (2, "")
    assert done.complaint == "The settings must be a module with a file, to be patched."


@pytest.fixture
def file(tmp_path):
    return tmp_path / "baseline.json"


def test_a_baseline_tells_what_has_changed_and_nothing_else(run, file):
    pages = ["/", "/post/tea/", "--baseline", str(file)]
    first = run(*pages)
    assert (first.code, first.out) == (0, f"Recorded 2 URLs in {file}.\n")
    same = run(*pages)
    assert (same.code, same.out) == (0, "Nothing has changed on 2 URLs.\n")
    weak = {"SECURE_CROSS_ORIGIN_OPENER_POLICY": "unsafe-none"}
    done = run(*pages, **weak)
    assert done.code == 1
    assert f"  {COOP} same-origin -> unsafe-none on 2 URLs" in done.out
    assert "content-security-policy" not in done.out
    assert done.out.endswith("The site is worse than the baseline.\n")
    assert run(*pages, "--update-baseline", **weak).code == 0
    assert run(*pages, **weak).code == 0


def test_a_file_that_is_no_baseline_is_left_as_it_is(run, file):
    file.write_text("{}")
    done = run("/", "--baseline", str(file))
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith(f"{file}")
    assert done.complaint.endswith("--update-baseline.")
    assert file.read_text() == "{}"


def test_a_folder_that_is_not_there_is_named(run, tmp_path):
    done = run("/", "--baseline", str(tmp_path / "none" / "baseline.json"))
    assert done.code == 2
    assert done.complaint.endswith("baseline.json: No such file or directory.")


def test_results_in_sarif_point_at_lines_of_the_settings(shop):
    shop.append("\nX_FRAME_OPTIONS = 'SAMEORIGIN'\n")
    done = json.loads(shop.manage("gradesite", "/", "--format", "sarif").stdout)
    places = {
        one["ruleId"]: one["locations"][0]["physicalLocation"] for one in done["runs"][0]["results"]
    }
    place = places["frames.no-ancestors"]
    assert place["artifactLocation"]["uri"].endswith("shop/settings.py")
    lines = shop.settings.read_text().splitlines()
    assert lines[place["region"]["startLine"] - 1].startswith("X_FRAME_OPTIONS")
