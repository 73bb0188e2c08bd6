from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import modify_settings, override_settings

from security.checks.settings import check_password_page, check_users
from security.middleware import MandatoryPasswordChangeMiddleware


def ids(found):
    return [(message.id, message.msg, message.hint) for message in found]


def test_a_page_for_passwords_that_is_not_there_is_an_error(settings):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "privat"}
    assert ids(check_password_page()) == [
        (
            "bulwark.E007",
            'MANDATORY_PASSWORD_CHANGE["URL_NAME"] must be the name of a URL without arguments '
            "(got 'privat').",
            "Did you mean 'private'?",
        )
    ]


@pytest.mark.parametrize("setting", [None, {"URL_NAME": "private"}, {"EXEMPT_URLS": []}])
def test_a_page_that_is_there_and_a_setting_that_is_broken_are_none(settings, setting):
    settings.MANDATORY_PASSWORD_CHANGE = setting
    assert ids(check_password_page()) == []


def test_the_app_without_users_is_an_error_that_says_what_to_do():
    with override_settings(AUTH_USER_MODEL="people.Person"):
        assert ids(check_users()) == [
            (
                "bulwark.E008",
                "INSTALLED_APPS has 'security', whose tables belong to users, and no app for "
                "AUTH_USER_MODEL (got 'people.Person').",
                "Add 'django.contrib.auth' and 'django.contrib.contenttypes', or take 'security' "
                "out: SecurityMiddleware works without the app.",
            )
        ]
    assert ids(check_users()) == []


def test_a_guard_of_passwords_says_that_it_needs_the_app():
    without = modify_settings(INSTALLED_APPS={"remove": ["security"]})
    with without, pytest.raises(ImproperlyConfigured) as raised:
        MandatoryPasswordChangeMiddleware(lambda request: None)
    assert str(raised.value) == (
        "INSTALLED_APPS must name 'security': MandatoryPasswordChangeMiddleware keeps in its "
        "tables when passwords expire (got no such app).\n"
        "    HINT: Add it, and run manage.py migrate."
    )
