"""``manage.py check`` in projects as ``startproject`` makes them, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from tests.meta.tree import ROOT, SOURCE

OURS = """
INSTALLED_APPS += ["security"]
MIDDLEWARE.remove("django.middleware.security.SecurityMiddleware")
MIDDLEWARE.remove("django.middleware.clickjacking.XFrameOptionsMiddleware")
MIDDLEWARE.insert(0, "security.middleware.SecurityMiddleware")
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]
DEBUG = False
SECRET_KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnop"
ALLOWED_HOSTS = ["www.example.com"]
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if "MAILERS" in globals():  # since Django 6.1, and not for production
    MAILERS = {"default": {"OPTIONS": {"host": "mail.example.com"}}}
"""
CLEAN = "System check identified no issues"


@pytest.fixture
def manage(tmp_path: Path):
    """Start a project, append to its settings, and return what runs its ``manage.py``."""
    call_command("startproject", "shop", str(tmp_path))
    settings = tmp_path / "shop" / "settings.py"

    def run(more: str, *words: str) -> tuple[int, str]:
        with settings.open("a", encoding="ascii") as file:
            file.write(more)
        done = subprocess.run(
            [sys.executable, "-W", "error", "manage.py", *words],
            cwd=tmp_path,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "shop.settings",
                "PYTHONPATH": os.pathsep.join([str(SOURCE), str(ROOT)]),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_new_project_hears_nothing_from_us(manage):
    code, out = manage('INSTALLED_APPS += ["security"]\n', "check", "--fail-level", "DEBUG")
    assert (code, out.startswith(CLEAN)) == (0, True)
    assert re.findall(r"bulwark\.\w+", manage("", "check", "--deploy")[1]) == []


@pytest.mark.parametrize("preset", ["strict", "balanced", "api"])
def test_a_preset_with_safe_cookies_is_clean(manage, preset):
    more = f'{OURS}SECURITY_PRESET = "{preset}"\n'
    code, out = manage(more, "check", "--deploy", "--fail-level", "DEBUG")
    assert (code, out.startswith(CLEAN)) == (0, True)
    code, out = manage("", "checksecure", "--bulwark", "--verbosity=0")
    assert (code, re.findall(r"bulwark\.\w+", out)) == (0, [])


def test_the_hint_of_each_command_silences_it(manage):
    more = f'{OURS}SECURITY_PRESET = "strict"\nMIDDLEWARE.append(MIDDLEWARE.pop(0))\n'
    code, out = manage(more, "check", "--deploy", "--tag", "security", "--fail-level", "WARNING")
    assert (code, re.findall(r"bulwark\.\w+", out)) == (1, ["bulwark.W031"])
    (line,) = re.findall(r"HINT: Put it first: (.*)\.$", out, re.MULTILINE)
    code, out = manage(f"{line}\n", "check", "--deploy", "--fail-level", "DEBUG")
    assert (code, out.startswith(CLEAN)) == (0, True)


def test_checksecure_says_the_same(manage):
    more = f'{OURS}SECURITY_PRESET = "strict"\nSESSION_COOKIE_DOMAIN = ".example.com"\n'
    code, out = manage(more, "checksecure", "--bulwark", "--fail-level", "WARNING")
    said = " ".join(out.split())
    assert (code, "Running security.checks.cookies.check_cookie_domains... FAIL" in out) == (
        1,
        True,
    )
    assert "SESSION_COOKIE_DOMAIN is '.example.com', so every subdomain reads the session" in said


def test_an_error_stops_commands_without_deploy(manage):
    more = f'{OURS}CSRF_COOKIE_NAME = "__Host-csrf"\nCSRF_COOKIE_SECURE = False\n'
    code, out = manage(more, "check")
    assert (code, re.findall(r"bulwark\.\w+", out)) == (1, ["bulwark.E011"])
