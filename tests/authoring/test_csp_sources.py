from __future__ import annotations

import io
import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from security.management.csp_sources import NO_POLICY


@pytest.fixture
def widget(monkeypatch):
    """Let the sessions app be a library that needs a source."""
    config = apps.get_app_config("sessions")
    monkeypatch.setattr(config, "csp_sources", {"connect-src": ["api.example"]}, raising=False)
    return config


def run(*arguments):
    """Return both outputs. The exit code is 0, or ``SystemExit`` would come."""
    stdout, stderr = io.StringIO(), io.StringIO()
    call_command("csp", "sources", *arguments, stdout=stdout, stderr=stderr)
    return stdout.getvalue(), stderr.getvalue()


def rows():
    """Return the objects that ``--format json`` prints, as tuples."""
    text, _ = run("--format", "json")
    found = [json.loads(line) for line in text.splitlines()]
    assert all(list(each) == ["directive", "source", "asked_by"] for each in found)
    return [tuple(each.values()) for each in found]


def test_each_source_stands_beside_who_asked_for_it(settings, widget):
    settings.SECURE_CSP = {"default-src": ["'self'"], "script-src": ["<CSP_NONCE_SENTINEL>"]}
    settings.SECURITY_CSP_ADD = {"img-src": ["data:"]}
    assert run()[0] == (
        "directive    source       asked by\n"
        "default-src  'self'       SECURE_CSP\n"
        "script-src   'nonce-...'  SECURE_CSP\n"
        "connect-src  'self'       app sessions\n"
        "             api.example  app sessions\n"
        "img-src      'self'       SECURITY_CSP_ADD\n"
        "             data:        SECURITY_CSP_ADD\n"
    )


def test_json_is_one_object_a_line(settings, widget):
    settings.SECURE_CSP = {"connect-src": ["<CSP_NONCE_SENTINEL>"]}
    assert run("--format", "json")[0] == (
        '{"directive": "connect-src", "source": "<CSP_NONCE_SENTINEL>", "asked_by": "SECURE_CSP"}\n'
        '{"directive": "connect-src", "source": "api.example", "asked_by": "app sessions"}\n'
    )


def test_a_preset_is_named(settings):
    settings.SECURITY_PRESET = "strict"
    assert {asked_by for _, _, asked_by in rows()} == {"preset strict"}


def test_framing_that_follows_its_header_is_listed_as_sent(settings):
    settings.SECURITY_PRESET = "strict"
    settings.X_FRAME_OPTIONS = "SAMEORIGIN"
    framing = [row for row in rows() if row[0] == "frame-ancestors"]
    assert framing == [("frame-ancestors", "'self'", "X_FRAME_OPTIONS")]


def test_what_was_removed_is_not_listed(settings, widget):
    settings.SECURE_CSP = {"connect-src": ["a.example"]}
    settings.SECURITY_CSP_REMOVE = {"connect-src": ["api.example"]}
    assert rows() == [("connect-src", "a.example", "SECURE_CSP")]


@pytest.mark.parametrize("asked_by", ["SECURE_CSP", "SECURITY_CSP_ADD", "SECURITY_CSP_REPLACE"])
def test_a_directive_without_sources_is_listed(settings, asked_by):
    settings.SECURE_CSP = {"img-src": ["*"]}
    flag = {"upgrade-insecure-requests": True}
    setattr(settings, asked_by, getattr(settings, asked_by, {}) | flag)
    assert ("upgrade-insecure-requests", "", asked_by) in rows()
    assert "upgrade-insecure-requests  (no source)  " + asked_by in run()[0]


def test_a_directive_without_sources_may_be_the_wish_of_an_app(settings, widget):
    settings.SECURE_CSP = {"img-src": ["*"]}
    widget.csp_sources = {"upgrade-insecure-requests": True}
    assert ("upgrade-insecure-requests", "", "app sessions") in rows()


def test_a_site_without_a_policy_is_told_so(settings, widget):
    settings.SECURITY_CSP_ADD = {"img-src": ["data:"]}
    assert run() == (NO_POLICY + "\n", "")
    assert run("--format", "json") == ("", NO_POLICY + "\n")


def test_settings_that_make_no_policy_are_refused(settings):
    settings.SECURE_CSP = {"imgsrc": ["*"]}
    with pytest.raises(CommandError, match="SECURE_CSP must be made of directives") as error:
        run()
    assert error.value.returncode == 2
