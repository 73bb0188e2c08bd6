from __future__ import annotations

import django
import pytest
from django.core.checks import CheckMessage
from django.test import override_settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.checks.catalogue import EVERY, SAFE

from security.checks.project import SHAPES, check_kinds
from security.conf import declared

# Settings that checks read as they are: any value is of a kind that Django works with.
OPEN = (
    "BASE_DIR",
    "CSRF_USE_SESSIONS",
    "DEBUG",
    *(("MAILERS",) if django.VERSION >= (6, 1) else ("EMAIL_BACKEND", "EMAIL_TIMEOUT")),
    "LANGUAGE_COOKIE_SECURE",
    "SECRET_KEY_FALLBACKS",
    "SECURITY_PROXY_REDIRECTS",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SECURE",
    "SESSION_SAVE_EVERY_REQUEST",
    "USE_X_FORWARDED_HOST",
)
NAMES = sorted({*SHAPES, *declared(), *OPEN})
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**12),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=4),
    st.sampled_from(["http://[", ".", "..", "a.b", ".com", "\0", "{x}", "/", "http_x", "None"]),
    st.builds(object),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ),
    max_leaves=4,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
@example({"MIDDLEWARE": ["", ".", "..", ".a", "a.b.c", "tests.views.sync_view"]})
@example({"ALLOWED_HOSTS": [".", "..", ".com", "[::1", "1.2.3.4", "*"], "DEBUG": True})
@example({"CSRF_TRUSTED_ORIGINS": ["http://[", "http://", "*"]})
@example({"MEDIA_ROOT": "\0", "STATIC_ROOT": "\0"})
@example({"MEDIA_URL": "http://[", "STATIC_URL": "/"})
@example({"MEDIA_URL": b""})
@example({"SECURITY_CSP_APPS": [[]]})
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3))
def test_no_value_of_any_setting_is_an_exception(values):
    with override_settings(**{**SAFE, **values}):
        for check in EVERY.values():
            assert all(isinstance(found, CheckMessage) for found in check())


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_value_of_the_wrong_kind_is_told_and_silences_the_others(settings, name):
    for each, value in SAFE.items():
        setattr(settings, each, value)
    setattr(settings, name, 3.5)
    (found,) = check_kinds()
    assert found.id == "bulwark.E010"
    assert str(found.msg) == f"{name} must be {SHAPES[name].what} (got 3.5)."
    assert f"{name} = {SHAPES[name].example}." in found.hint
    said = [message.id for check in EVERY.values() for message in check()]
    assert "bulwark.E010" in said
    assert {*said} <= {"bulwark.E010"}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_value_that_is_shown_is_one_that_works(settings, name):
    setattr(settings, name, eval(SHAPES[name].example))  # noqa: S307
    assert check_kinds() == []


def test_django_s_defaults_are_of_the_right_kind():
    assert check_kinds() == []
