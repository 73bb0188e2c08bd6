from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.urls import path
from tests.accounts.audited_site import MIDDLEWARE, URLS, installed
from tests.meta.tree import ROOT

__all__ = ["installed"]


def audit(*options: str) -> str:
    out = StringIO()
    call_command("loginaudit", *options, stdout=out)
    return out.getvalue()


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_table_on_a_terminal_is_as_wide_as_that(settings, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    settings.ROOT_URLCONF = (*URLS, path("admin/", admin.site.urls))
    out = Terminal()
    call_command("loginaudit", stdout=out)
    assert max(map(len, out.getvalue().splitlines())) <= 70


def test_the_table_fits_a_hundred_columns(settings):
    settings.ROOT_URLCONF = (*URLS, path("admin/", admin.site.urls))
    lines = audit().splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].split() == ["URL", "NAME", "WHO", "WHY"]
    assert lines[1].split() == ["/", "home", "login", MIDDLEWARE]


def test_the_table_ends_with_how_many_are_what():
    assert audit().splitlines()[-1] == "9 URLs: 2 anyone, 7 login."
    assert audit("--public").splitlines() == [
        "URL               NAME   WHO     WHY",
        "/accounts/login/  login  anyone  the login page",
        "/marked/                 anyone  login_not_required",
        "",
        "2 URLs: 2 anyone.",
    ]


def test_a_project_without_urls_has_a_table_too(settings):
    settings.ROOT_URLCONF = ()
    assert audit() == "URL  NAME  WHO  WHY\n\n0 URLs.\n"


def test_a_program_reads_the_same():
    assert json.loads(audit("--public", "--format", "json")) == [
        {
            "path": "/accounts/login/",
            "name": "login",
            "who": "anyone",
            "why": "the login page",
            "is_public": True,
        },
        {
            "path": "/marked/",
            "name": "",
            "who": "anyone",
            "why": "login_not_required",
            "is_public": True,
        },
    ]


@pytest.mark.parametrize(
    ("patterns", "exempt", "code", "message"),
    [
        (["^/blog/", "^/pub", "^/shop/"], ["blog/news", "public"], 1, "Public, and must not be: "),
        (
            ["^/api/"],
            [],
            2,
            "--fail-on-public must be found in the path of some URL (got '^/api/').",
        ),
        (["("], [], 2, "--fail-on-public must be a regular expression (got '(')."),
    ],
    ids=["public", "nothing", "broken"],
)
def test_the_command_fails_where_a_guarded_url_is_public(settings, patterns, exempt, code, message):
    settings.LOGIN_EXEMPT_URLS = exempt
    with pytest.raises(CommandError) as caught:
        audit("--fail-on-public", *patterns)
    listed = "/public/, /blog/<slug:slug>/" if code == 1 else ""
    assert (caught.value.returncode, str(caught.value)) == (code, message + listed)


def test_the_command_is_content_where_none_is_public():
    assert "/blog/" in audit("--fail-on-public", "^/blog/", "^/$")


@pytest.mark.parametrize("urlconf", ["no.such.module", "tests.accounts.audited"])
def test_urls_that_cannot_be_read_are_an_error(settings, urlconf):
    settings.ROOT_URLCONF = urlconf
    with pytest.raises(CommandError) as caught:
        audit()
    assert caught.value.returncode == 2


def test_it_runs_from_the_command_line():
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "django", "loginaudit", "--public", "--fail-on-public"]
    done = subprocess.run(
        [*command, "^/shop/about"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "CommandError: Public, and must not be: /shop/about/\n"
    assert "/admin/login/" in done.stdout
    assert "/admin/auth/" not in done.stdout
