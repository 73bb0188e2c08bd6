"""``manage.py check`` in projects as ``startproject`` makes them, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from tests.checks.projects import CLEAN, OURS, python
from tests.meta.tree import ROOT, SOURCE

# A server whose arguments are those of somebody else.
START = "import sys; sys.argv = ['/srv/{}', 'check']; import shop.wsgi"


@pytest.fixture
def manage(tmp_path: Path):
    """Start a project, append to its settings, and return what runs its ``manage.py``."""
    call_command("startproject", "shop", str(tmp_path))
    settings = tmp_path / "shop" / "settings.py"

    def run(more: str, *words: str) -> tuple[int, str]:
        with settings.open("a", encoding="ascii") as file:
            file.write(more)
        return python(tmp_path, "manage.py", *words)

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


BROKEN = f'{OURS}SECURE_HSTS_SECONDS = "1 year"\nSECURITY_PRESET = "strikt"\n'


@pytest.mark.parametrize("words", [["check"], ["check", "--deploy"], ["check", "security"]])
def test_a_broken_value_is_told_by_the_check(manage, words):
    code, out = manage(BROKEN, *words)
    assert (code, re.findall(r"bulwark\.\w+", out)) == (1, ["bulwark.E001", "bulwark.E001"])
    assert "Traceback" not in out
    assert "SECURE_HSTS_SECONDS must be a whole number of seconds" in out
    assert "HINT: Did you mean 'strict'?" in out


@pytest.mark.parametrize(
    "words",
    [["runserver", "127.0.0.1:0", "--noreload"], ["migrate", "--check"], ["shell", "-c", "1"]],
)
def test_every_other_command_refuses_to_start(manage, words):
    code, out = manage(BROKEN, *words)
    assert code == 1
    assert "django.core.exceptions.ImproperlyConfigured: " in out
    assert "SECURE_HSTS_SECONDS must be a whole number of seconds" in out


def test_a_server_refuses_to_start_whatever_its_arguments(manage, tmp_path):
    manage(BROKEN, "check")
    for program in ("gunicorn", "manage.py"):  # ours stands in MIDDLEWARE, and asks again
        done = subprocess.run(
            [sys.executable, "-c", START.format(program)],
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
        assert done.returncode == 1
        assert "SECURE_HSTS_SECONDS must be a whole number of seconds" in done.stderr


def python_of(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    return "".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


ASK = """
import django
django.setup()
from django.test import Client
answer = Client(headers={"host": "localhost:8000"}).get("/")
print(answer.status_code, answer.headers["X-Frame-Options"])
"""


@pytest.mark.parametrize("page", ["docs/quickstart.md", "README.md"])
def test_what_the_page_says_is_clean_and_serves_a_developer(manage, page):
    code, out = manage(f"{python_of(page)}\n", "check", "--fail-level", "DEBUG")
    assert (code, out.startswith(CLEAN)) == (0, True)
    preset = {"docs/quickstart.md": "SAMEORIGIN", "README.md": "DENY"}[page]
    assert manage("", "shell", "-v", "0", "-c", ASK) == (0, f"200 {preset}\n")


@pytest.mark.parametrize("page", ["docs/quickstart.md", "README.md"])
def test_what_the_page_says_is_safe_in_production(manage, page):
    more = f'{python_of(page)}\nALLOWED_HOSTS = ["www.example.com"]\n'
    code, out = manage(f"DEBUG = False\n{more}", "check", "--deploy", "--tag", "security")
    assert code == 0
    assert set(re.findall(r"\w+\.[WE]\d+", out)) <= {
        "security.W009",  # the SECRET_KEY of startproject
        "security.W012",
        "security.W016",
    }
