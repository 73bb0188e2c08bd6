from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.demo.test_site import ROOT, environment

PATIENCE = 60  # seconds for a program that takes one
PAGE = (ROOT / "docs" / "csp_tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NONCE = re.compile(r"'nonce-[^']+'")
PROGRAMS = {"python": [sys.executable], "bulwark": [sys.executable, "-m", "security"]}
FILES = {
    "manage.py": """
import os, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line(sys.argv)
""",
    "settings.py": """
SECRET_KEY = "known, so that the visitor of this test is always among the same five"
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "urls"
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "tides",
]
MIDDLEWARE = []
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": ["tides/templates"],
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
}]
""",
    "urls.py": """
from django.urls import path
from django.views.generic import TemplateView
urlpatterns = [path("", TemplateView.as_view(template_name="tides/home.html"), name="home")]
""",
    "visit.py": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
from django.test import Client
for name, value in Client(headers={"host": "localhost"}).get("/").headers.items():
    if name.startswith("Content-Security-Policy"):
        print(f"{name}: {value}")
""",
    "tides/__init__.py": "",
    "tides/static/tides/tides.css": "",
    "tides/static/tides/tides.js": "",
}


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder) | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr


def without_nonce(headers: str) -> str:
    return NONCE.sub("'nonce-...'", headers)


def type_in(folder: Path, command: str) -> str:
    program, *arguments = shlex.split(command)
    return run(folder, *PROGRAMS[program], *arguments)


def change(settings: Path, lines: list[str]) -> None:
    old, new = (
        "".join(f"{line[1:]}\n" for line in lines if line[0] == sign) for sign in ("-", "+")
    )
    text = settings.read_text()
    assert text.count(old) == 1
    settings.write_text(text.replace(old, new))


def follow(folder: Path, kind: str, text: str) -> str:
    """Do what a block of the page says, and return the block as it should have been."""
    settings = folder / "settings.py"
    if kind == "html":
        page = folder / "tides" / "templates" / "tides" / "home.html"
        page.parent.mkdir(parents=True)
        page.write_text(text)
    elif kind == "python":
        if text.startswith("# urls.py"):
            (folder / "urls.py").write_text(text)
        else:
            settings.write_text(settings.read_text() + text)
    elif kind == "diff":
        change(settings, text.splitlines())
    elif kind == "yaml":
        return without_nonce(run(folder, sys.executable, "visit.py"))
    elif kind == "console":
        prompt = text.splitlines()[0]
        return f"{prompt}\n{type_in(folder, prompt.removeprefix('$ '))}"
    return text


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tides")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [(kind, text, follow(folder, kind, text)) for kind, text in BLOCKS]


def test_every_command_of_the_page_prints_what_the_page_shows(followed):
    said = [text for kind, text, _ in followed if kind == "console"]
    assert said == [printed for kind, _, printed in followed if kind == "console"]
    assert len(said) == 6


def test_every_step_sends_the_headers_that_the_page_shows(followed):
    said = [text for kind, text, _ in followed if kind == "yaml"]
    assert said == [sent for kind, _, sent in followed if kind == "yaml"]
    assert len(said) == 4


def test_the_policy_that_is_judged_is_the_one_that_is_sent():
    judged = re.search(r'bulwark csp lint (?:--\S+ )*"(.+)"', PAGE)
    assert judged
    sent = [text for kind, text in BLOCKS if kind == "yaml"][-1]
    assert sent == f"Content-Security-Policy: {without_nonce(judged[1])}\n"
