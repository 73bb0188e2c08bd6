"""``manage.py`` in projects of their own, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.meta.tree import ROOT, SOURCE

INSTALLS = {
    "djangosecure": ["djangosecure"],
    "security": ["django.contrib.auth", "django.contrib.contenttypes", "security"],
    "both": ["django.contrib.auth", "django.contrib.contenttypes", "djangosecure", "security"],
}
SETTINGS = """
SECRET_KEY = "a-key-of-many-characters"
INSTALLED_APPS = {apps!r}
MIDDLEWARE = [
    "djangosecure.middleware.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "urls"
USE_TZ = True
SECURE_HSTS_SECONDS = 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_FRAME_DENY = True
SECURE_BROWSER_XSS_FILTER = True
SECURE_SSL_REDIRECT = {redirect}
{more}
"""
MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
CHECKS = """
def check_doors():
    return ["DOOR_OPEN"]

check_doors.messages = {"DOOR_OPEN": "The door is open."}

def check_windows():
    raise OSError("no window")
"""


@pytest.fixture
def project(tmp_path: Path):
    """Make a project, and return the function that runs its ``manage.py``."""
    (tmp_path / "manage.py").write_text(MANAGE, encoding="ascii")
    (tmp_path / "urls.py").write_text("urlpatterns = []\n", encoding="ascii")
    (tmp_path / "house.py").write_text(CHECKS, encoding="ascii")

    def make(install: str, *, redirect: bool = True, more: str = ""):
        text = SETTINGS.format(apps=INSTALLS[install], redirect=redirect, more=more)
        (tmp_path / "site_settings.py").write_text(text, encoding="ascii")

        def manage(*words: str) -> tuple[int, str, str]:
            done = subprocess.run(
                [sys.executable, "-W", "error", "manage.py", *words],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(ROOT)])},
                capture_output=True,
                text=True,
                check=False,
            )
            return done.returncode, done.stdout, done.stderr

        return manage

    return make


@pytest.mark.parametrize("install", INSTALLS)
def test_the_command_is_there_however_we_are_installed(project, install):
    code, out, err = project(install)("checksecure", "--fail-level", "DEBUG")
    assert (code, err) == (0, "")
    assert out.startswith("Running djangosecure.check.csrf.check_csrf_middleware... OK\n")
    assert out.endswith("check_secret_key... OK\n\nAll clear!\n\n")


@pytest.mark.parametrize(
    ("words", "code"), [((), 0), (("--fail-level", "WARNING"), 1)], ids=["documented", "level"]
)
def test_the_exit_code_is_true_where_it_is_asked_for(project, words, code):
    manage = project("djangosecure", redirect=False)
    assert manage("checksecure", "--verbosity=0", *words) == (
        code,
        "",
        "SSL_REDIRECT_NOT_ENABLED\n",
    )


def test_hsts_is_planned_without_the_app_too(project):
    code, out, err = project("djangosecure")("hsts", "status")
    assert (code, out, err) == (0, "No ramp. SECURE_HSTS_SECONDS is 3600 (1 hour).\n", "")


def test_both_apps_together_make_no_migration_of_their_own(project):
    code, out, _ = project("both")("makemigrations", "--check", "--dry-run")
    assert (code, out) == (0, "No changes detected\n")


def test_a_check_that_fails_is_named_without_a_traceback(project):
    more = 'SECURE_CHECKS = ["house.check_windows", "house.check_doors"]'
    assert project("djangosecure", more=more)("checksecure") == (
        2,
        "Running house.check_windows... FAIL\nRunning house.check_doors... FAIL\n",
        "house.check_windows could not be run. OSError: no window\n\nThe door is open.\n\n",
    )


def test_a_path_that_leads_nowhere_is_no_traceback(project):
    code, out, err = project("djangosecure", more='SECURE_CHECKS = ["house.check_roof"]')(
        "checksecure"
    )
    assert (code, out) == (2, "")
    assert err.startswith(
        "CommandError: SECURE_CHECKS[0] must be the dotted path of a function "
        "(got 'house.check_roof').\n    HINT: "
    )


def test_our_catalogue_runs_in_a_project_that_has_the_app(project):
    manage = project("security", more='ALLOWED_HOSTS = ["*"]')
    code, out, _ = manage("checksecure", "--bulwark", "--format", "json", "--fail-level", "WARNING")
    found = [w["code"] for check in json.loads(out)["checks"] for w in check["warnings"]]
    assert (code, "bulwark.W002" in found) == (1, True)
