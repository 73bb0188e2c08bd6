"""The snippets of the page on CI are read as their tools read them, and their commands run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.grade.advising.test_end_to_end import DEPLOYED, HOME, SOURCE, Site
from tests.meta.tree import ROOT

from security import __version__

PLACE = ROOT / "docs" / "ci"
READY = """
INSTALLED_APPS += ["security"]
MIDDLEWARE = [
    "security.middleware.SecurityMiddleware",
    *(name for name in MIDDLEWARE if "SecurityMiddleware" not in name and "XFrame" not in name),
]
SECURITY_PRESET = "strict"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SECRET_KEY = "a long key of a shop that is only made for a test, with many letters"
"""
INSTALL = f'"django-bulwark[grade]=={__version__}"'


def read(name):
    return yaml.safe_load((PLACE / name).read_text(encoding="utf-8"))


def steps():
    return read("action.yml")["runs"]["steps"]


@pytest.fixture
def shop(tmp_path):
    made = Site(tmp_path, settings=DEPLOYED + READY, home=HOME)
    made.manage("migrate", "--verbosity=0")
    return made


def run(shop, command, **variables):
    """Run a line of a snippet in the project, with our Python first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    known = {**os.environ, "PATH": path, "PYTHONPATH": SOURCE}
    known["DJANGO_SETTINGS_MODULE"] = "shop.settings"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=shop.folder,
        env=known | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_snippet_installs_the_package_at_one_version_and_uses_nothing_else():
    install, *rest = steps()
    assert install["run"] == f"python -m pip install {INSTALL}"
    assert not any("uses" in step for step in rest)
    assert all("${{" not in step["run"] for step in rest)
    assert read("gitlab-ci.yml")["gradesite"]["script"][0].endswith(INSTALL)


def test_the_hooks_pass_on_a_good_site_and_fail_on_a_bad_one(shop):
    (repository,) = read("pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        done = run(shop, hook["entry"])
        assert done.returncode == 0, done.stdout + done.stderr
    shop.append("SECURITY_PRESET = None\nSECURE_HSTS_SECONDS = 0\n")
    assert [run(shop, hook["entry"]).returncode for hook in repository["hooks"]] == [1, 1]


def test_the_action_writes_a_summary_and_results_and_fails_on_a_bad_site(shop):
    _, grade, results = steps()
    summary = shop.folder / "summary.md"
    variables = {"FAIL_UNDER": "A+", "GITHUB_STEP_SUMMARY": str(summary)}
    assert grade["env"].keys() == {"DJANGO_SETTINGS_MODULE", "FAIL_UNDER"}
    assert run(shop, grade["run"], **variables).returncode == 0
    assert "A+" in summary.read_text()
    assert run(shop, results["run"]).returncode == 0
    assert '"version": "2.1.0"' in (shop.folder / "gradesite.sarif").read_text()
    shop.append("SECURITY_PRESET = None\n")
    assert run(shop, grade["run"], **variables).returncode == 1


def test_the_job_of_gitlab_writes_the_report_that_it_names(shop):
    job = read("gitlab-ci.yml")["gradesite"]
    assert run(shop, job["script"][1]).returncode == 0
    report = shop.folder / job["artifacts"]["reports"]["junit"]
    assert report.read_text().startswith("<?xml")
