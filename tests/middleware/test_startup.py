from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils.module_loading import import_string
from tests.broken import HINTS, ROWS
from tests.meta.tree import SOURCE

from security.apps import SecurityConfig
from security.checks.settings import check_settings
from security.conf import conf, declared

BROKEN = pytest.mark.parametrize(
    ("name", "value", "line", "hint"),
    [
        (row[0], row[1], f"{row[0]}{row[2]} must be {row[3]} (got {row[4]}).", row[5:])
        for row in ROWS
    ],
    ids=[row[0] for row in ROWS],
)
READ_BY = {
    "security.middleware.SecurityMiddleware": set(declared()),
    "djangosecure.middleware.SecurityMiddleware": set(declared()),
    "security.middleware.ClearSiteDataMiddleware": {
        "CLEAR_SITE_DATA_URL_WHITELIST",
        "CLEAR_SITE_DATA_DIRECTIVES",
    },
    "security.middleware.ContentSecurityPolicyMiddleware": {
        "CSP_MODE",
        "CSP_DICT",
        "CSP_STRING",
        "CSP_REPORT_DICT",
        "CSP_REPORT_STRING",
    },
    "security.middleware.NoConfidentialCachingMiddleware": {"NO_CONFIDENTIAL_CACHING"},
    "security.middleware.P3PPolicyMiddleware": {"P3P_COMPACT_POLICY", "P3P_POLICY_URL"},
    "security.middleware.ReferrerPolicyMiddleware": {"REFERRER_POLICY"},
    "security.middleware.StrictTransportSecurityMiddleware": {
        "STS_MAX_AGE",
        "STS_INCLUDE_SUBDOMAINS",
        "STS_PRELOAD",
    },
    "security.middleware.XFrameOptionsMiddleware": {
        "X_FRAME_OPTIONS",
        "X_FRAME_OPTIONS_EXCLUDE_URLS",
    },
    "security.middleware.XssProtectMiddleware": {"XSS_PROTECT"},
}
OTHERS = {
    "CLEAR_SITE_DATA_URL_WHITELIST": ["x"],
    "P3P_COMPACT_POLICY": "NOI",
    "SECURE_CSP": {"img-src": "*"},
}


def refusal(path):
    with pytest.raises(ImproperlyConfigured) as error:
        import_string(path)(lambda request: None)
    return str(error.value)


def test_every_setting_has_its_row():
    assert {row[0] for row in ROWS} == set(declared())


@BROKEN
def test_each_middleware_refuses_to_start_and_says_what_to_do(settings, name, value, line, hint):
    for other, working in OTHERS.items():
        setattr(settings, other, working)
    setattr(settings, name, value)
    for path, names in READ_BY.items():
        if name in names:
            told, _, action = refusal(path).partition("\n    HINT: ")
            assert told == line
            assert not hint or action == HINTS[hint[0]]


@BROKEN
def test_the_check_says_the_same(settings, name, value, line, hint):
    setattr(settings, name, value)
    (found,) = check_settings()
    assert (found.id, found.msg) == ("bulwark.E001", line)
    action = f"\n    HINT: {found.hint}" if found.hint else ""
    assert refusal("security.middleware.SecurityMiddleware") == line + action


@BROKEN
def test_manage_py_check_prints_it(settings, name, value, line, hint):
    setattr(settings, name, value)
    with pytest.raises(SystemCheckError) as error:
        call_command("check", stdout=StringIO(), stderr=StringIO())
    assert f"(bulwark.E001) {line}" in str(error.value)


@BROKEN
def test_the_app_refuses_to_be_ready(settings, name, value, line, hint):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured) as error:
        SecurityConfig.create("security").ready()
    assert str(error.value).startswith(line)


def test_everything_that_is_wrong_is_told_at_once(settings):
    settings.SECURITY_PRESET = "strictest"
    settings.SECURE_HSTS_SECONDS = "1 year"
    settings.CSP_MODE = "on"
    told = refusal("security.middleware.SecurityMiddleware").splitlines()
    names = [line.split()[0] for line in told if not line.startswith("    HINT: ")]
    assert names == ["SECURITY_PRESET", "SECURE_HSTS_SECONDS", "CSP_MODE"]


def test_a_broken_preset_is_told_once(settings):
    settings.SECURITY_PRESET = "strictest"
    assert [name for name, _ in conf.problems()] == ["SECURITY_PRESET"]


def test_what_works_is_ready(settings):
    settings.SECURITY_HSTS_RAMP = [(date(2030, 1, 1), 60)]
    SecurityConfig.create("security").ready()
    assert (check_settings(), list(conf.problems())) == ([], [])


START = """
import json, sys
from django.conf import settings
settings.configure(INSTALLED_APPS=["security"], SECRET_KEY="x", **json.loads(sys.argv[1]))
import django
django.setup()
"""


def start(**values):
    environment = {name: text for name, text in os.environ.items() if "DJANGO" not in name}
    return subprocess.run(
        [sys.executable, "-c", START, json.dumps(values)],
        env=environment | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["SECURITY_PRESET", "SECURE_CSP", "X_FRAME_OPTIONS_EXCLUDE_URLS"])
def test_a_process_with_a_broken_setting_does_not_start(name):
    (row,) = (row for row in ROWS if row[0] == name)
    done = start(**{name: row[1]})
    line = f"{name}{row[2]} must be {row[3]} (got {row[4]})."
    assert done.returncode == 1
    assert f"django.core.exceptions.ImproperlyConfigured: {line}\n" in done.stderr


def test_a_process_with_working_settings_starts():
    done = start(SECURITY_PRESET="strict", SECURITY_TRUSTED_PROXIES=["10.0.0.0/8", "unix"])
    assert (done.returncode, done.stderr) == (0, "")
