"""Which names are one account, what is kept of them, and what the package exports."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.throttling.logins import Browser

import security.auth_throttling
from security.auth_throttling import (
    attempt_count,
    increment_counters,
    names,
    reset_counters,
    throttling_delay,
)

DOCUMENTED = {
    "Middleware",
    "attempt_count",
    "default_delay_function",
    "delay_message",
    "increment_counters",
    "reset_counters",
    "throttling_delay",
}
ONE = {
    "blanks": ("\u2003 bob\n", "bob"),
    "wide": ("\uff42\uff4f\uff42", "bob"),
    "kelvin": ("\u212aim", "kim"),
    "dotless": ("b\u0131ll", "bill"),
    "sharp s": ("stra\u00dfe", "STRASSE"),
    "final sigma": ("\u03bd\u03b9\u03ba\u03bf\u03c2", "\u039d\u0399\u039a\u039f\u03a3"),
    "composed": ("e\u0301va", "\u00c9va"),
}


@pytest.mark.parametrize("pair", ONE.values(), ids=list(ONE))
def test_spellings_of_a_name_are_one(pair):
    assert names.fold(pair[0]) == names.fold(pair[1])


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing_and_case_does_not_matter(name):
    assert names.fold(names.fold(name)) == names.fold(name)
    assert names.fold(names.spelled(name)) == names.fold(name)


@given(st.text(max_size=50))
def test_any_text_has_a_key_that_every_cache_takes(name):
    key = names.key("username", name)
    assert key.isascii()
    assert len(key) < 100


def test_a_key_cannot_be_guessed_without_the_secret(settings):
    here = names.key("username", "ann")
    settings.SECRET_KEY = "another"
    assert names.key("username", "ann") != here
    assert "ann" not in here


def test_everything_documented_can_be_imported_with_a_star():
    found: dict[str, object] = {}
    exec("from security.auth_throttling import *", found)  # noqa: S102
    assert {name for name in found if not name.startswith("__")} == DOCUMENTED
    assert set(security.auth_throttling.__all__) == DOCUMENTED


def test_other_names_are_none():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = security.auth_throttling.nothing


def test_a_settings_file_may_import_the_functions():
    program = "from security.auth_throttling import default_delay_function, delay_message"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, env=_environment())


def _environment():
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def test_the_documented_counters(settings):
    increment_counters(username="foo", ip="127.0.0.1")
    increment_counters(username="foo")
    assert attempt_count("username", "foo") == 2
    assert attempt_count("username", "FOO ") == 2
    assert attempt_count("ip", "127.0.0.1") == 1
    assert attempt_count("username", "baz") == 0
    reset_counters(username="foo", ip="127.0.0.1")
    assert attempt_count("username", "foo") == attempt_count("ip", "127.0.0.1") == 0


def test_counters_of_other_kinds_count_too():
    increment_counters(fingerprint="x")
    assert attempt_count("fingerprint", "x") == 1
    assert attempt_count("username", "x") == 0


def test_the_documented_delay(clock):
    assert throttling_delay("foo", "127.0.0.1") == 0
    for _ in range(4):
        increment_counters(username="foo", ip="127.0.0.1")
    clock.now += 3
    assert throttling_delay("foo", "127.0.0.1") == 7
    assert throttling_delay("foo", "127.0.0.1", lambda account, ip: (account, 2 * ip)) == 5
    clock.now += 30
    assert throttling_delay("foo", "127.0.0.1") == 0


def test_time_time_is_the_clock(monkeypatch):
    import time

    monkeypatch.setattr(time, "time", lambda: 0)
    increment_counters(username="foo")
    assert throttling_delay("foo", "::1", lambda account, ip: (2 ** (account - 1), 0)) == 1
    monkeypatch.setattr(time, "time", lambda: 1)
    assert throttling_delay("foo", "::1", lambda account, ip: (2 ** (account - 1), 0)) == 0


def test_accents_are_no_escape_on_mariadb(mariadb_server, settings, django_db_blocker):
    """The collation finds ann under a name with an accent, so that is counted as hers."""
    from django.contrib.auth import get_user_model
    from django.contrib.contenttypes.models import ContentType
    from django.db import connections

    settings.DATABASE_ROUTERS = [f"{__name__}.Users"]
    with django_db_blocker.unblock():
        connections.settings["users"] = connections.configure_settings(
            {"default": {}, "users": mariadb_server.fresh()}
        )["users"]
        try:
            with connections["users"].schema_editor() as editor:
                editor.create_model(ContentType)
                from django.contrib.auth.models import Group, Permission

                for model in (Permission, Group, get_user_model()):
                    editor.create_model(model)
            get_user_model().objects.db_manager("users").create_user("ann")
            assert names.as_stored("\u00e4nn") == "ann"
            assert names.as_stored("b\u00f6b") == "b\u00f6b"
        finally:
            connections["users"].close()
            del connections["users"]
            del connections.settings["users"]


class Users:
    """All models live in one database."""

    def db_for_read(self, model, **hints):
        return "users"

    db_for_write = db_for_read


def test_the_field_of_django_s_login_form_always_names_an_account(guarded, ann, site):
    """``AuthenticationForm`` posts ``username``, whatever the user model calls it."""
    guarded.AUTHENTICATION_THROTTLING = {
        **guarded.AUTHENTICATION_THROTTLING,
        "USERNAME_FIELDS": ["email"],
    }
    assert names.fields() == ("email", "username")
    browser = Browser(site)
    assert [browser.attempt("ann", "wrong") for _ in range(4)] == [200, 200, 200, 429]


def test_the_field_of_the_user_model_names_an_account(settings, monkeypatch):
    monkeypatch.setattr("security.auth_throttling.names.get_user_model", lambda: OfEmail)
    settings.AUTHENTICATION_THROTTLING = {
        "LOGIN_URLS_WITH_TEMPLATES": [],
        "USERNAME_FIELDS": ["phone"],
    }
    assert names.fields() == ("phone", "username", "email")


class OfEmail:
    USERNAME_FIELD = "email"
