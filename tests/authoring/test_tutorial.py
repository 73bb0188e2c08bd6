from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.demo.running import ROOT, environment

import security

PATIENCE = 60  # seconds for a program that takes one
PACKAGES = Path("site-packages")
PAGE = (ROOT / "docs" / "csp_tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NONCE = re.compile(r"'nonce-[^']+'")
PROGRAMS = {"python": [sys.executable], "bulwark": [sys.executable, "-m", "security"]}
LEFT_OUT = re.compile(r"^\d+(?= templates of installed packages )", re.MULTILINE)
KNOWN_KEY = "known, so that the visitor of this test is always among the same five"
VISIT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.test import Client
"""
FILES = {
    "visit.py": f"""{VISIT}
for name, value in Client(headers={{"host": "localhost"}}).get("/").headers.items():
    if name.startswith("Content-Security-Policy"):
        print(f"{{name}}: {{value}}")
""",
    "report.py": f"""{VISIT}
import json
from security.conf import conf
directive, blocked, *dispositions = sys.argv[1:]
chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0"
client = Client(headers={{"host": "localhost", "user-agent": f"{{chrome}} Safari/537.36"}})
headers = client.get("/").headers
policy = headers["Content-Security-Policy-Report-Only"]
for disposition in dispositions * 5:
    told = {{
        "document-uri": "http://localhost/",
        "violated-directive": directive,
        "effective-directive": directive,
        "original-policy": policy,
        "disposition": disposition,
        "blocked-uri": blocked,
        "status-code": 200,
    }}
    where = policy.partition("report-uri ")[2]
    sent = json.dumps({{"csp-report": told}})
    assert client.post(where, sent, content_type="application/csp-report").status_code == 204
""",
    "tides/static/tides/tides.css": "",
    "tides/static/tides/tides.js": "",
}
# What visitors' browsers have told by the time that the page asks for the first, the second time.
REPORTED = (
    ("connect-src", "https://weather.example.com", "report"),
    ("img-src", "https://cdn.example.com", "report", "enforce"),
)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder) | {"PYTHONPATH": str(folder / PACKAGES)},
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


def follow(folder: Path, reported: Iterator[tuple[str, ...]], kind: str, text: str) -> str:
    """Do what a block of the page says, and return the block as it should have been."""
    settings = folder / "config" / "settings.py"
    if kind == "html":
        page = folder / "tides" / "templates" / "tides" / "home.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text)
    elif kind == "python":
        if text.startswith("# config/urls.py"):
            (folder / "config" / "urls.py").write_text(text)
        else:
            assert text.startswith("# config/settings.py")
            settings.write_text(settings.read_text() + text)
    elif kind == "diff":
        change(settings, text.splitlines())
    elif kind == "yaml":
        return without_nonce(run(folder, sys.executable, "visit.py"))
    elif kind == "console":
        prompt = text.splitlines()[0]
        if prompt.endswith("csp suggest"):
            assert run(folder, sys.executable, "report.py", *next(reported)) == ""
        return f"{prompt}\n{type_in(folder, prompt.removeprefix('$ '))}"
    return text


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tides")
    shutil.copytree(Path(security.__file__).parent, folder / PACKAGES / "security")
    run(folder, sys.executable, "-m", "django", "startproject", "config", ".")
    run(folder, sys.executable, "manage.py", "startapp", "tides")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with (folder / "config" / "settings.py").open("a") as settings:
        settings.write(f"SECRET_KEY = {KNOWN_KEY!r}\n")
    reported = iter(REPORTED)
    done = [(kind, text, follow(folder, reported, kind, text)) for kind, text in BLOCKS]
    assert next(reported, None) is None
    return done


def test_every_command_of_the_page_prints_what_the_page_shows(followed):
    said = [LEFT_OUT.sub("61", text) for kind, text, _ in followed if kind == "console"]
    printed = [LEFT_OUT.sub("61", text) for kind, _, text in followed if kind == "console"]
    assert said == printed
    assert len(said) == 9


def test_every_step_sends_the_headers_that_the_page_shows(followed):
    said = [text for kind, text, _ in followed if kind == "yaml"]
    assert said == [sent for kind, _, sent in followed if kind == "yaml"]
    assert len(said) == 4


def test_the_policy_that_is_judged_is_the_one_that_is_sent():
    judged = re.search(r'bulwark csp lint (?:--\S+ )*"(.+)"', PAGE)
    assert judged
    sent = [text for kind, text in BLOCKS if kind == "yaml"][-1]
    assert sent == f"Content-Security-Policy: {without_nonce(judged[1])}\n"
