"""Patterns of documented settings, by the rules of their origin and by ours."""

from __future__ import annotations

import pytest
from django.urls import include, path, re_path
from tests import views
from tests.checks.catalogue import say

VIEW = views.sync_view
ROUTES = (
    path("accounts/", include([path("login/", VIEW), path("login-as/<str:name>/", VIEW)])),
    path("public/", VIEW),
    path("public-secret/", VIEW),
    path("health/", VIEW),
    path("api/health/", VIEW),
    re_path(r"^(?P<x>public-[a-z]+)/old/$", VIEW),
)
PAGES = {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["public"]}


def found_in(settings, values):
    return say(settings, "patterns.check_old_patterns", {"ROOT_URLCONF": ROUTES}, values)


@pytest.mark.parametrize(
    ("values", "setting", "pattern", "paths"),
    [
        ({"LOGIN_EXEMPT_URLS": ["accounts/login"]}, "LOGIN_EXEMPT_URLS", "accounts/login",
         "/accounts/login-as/1/"),
        ({"SESSION_EXPIRY_EXEMPT_URLS": ["public"]}, "SESSION_EXPIRY_EXEMPT_URLS", "public",
         "/public-secret/"),
        ({"X_FRAME_OPTIONS_EXCLUDE_URLS": ["^/public"]}, "X_FRAME_OPTIONS_EXCLUDE_URLS",
         "^/public", "/public-secret/"),
        ({"NO_CONFIDENTIAL_CACHING": PAGES}, 'NO_CONFIDENTIAL_CACHING["WHITELIST_REGEXES"]',
         "public", "/public-secret/"),
        ({"MANDATORY_PASSWORD_CHANGE": {"URL_NAME": "x", "EXEMPT_URLS": ["public"]}},
         'MANDATORY_PASSWORD_CHANGE["EXEMPT_URLS"]', "public", "/public-secret/"),
        ({"SECURE_REDIRECT_EXEMPT": ["health/$"]}, "SECURE_REDIRECT_EXEMPT", "health/$",
         "/api/health/"),
    ],
)  # fmt: skip
def test_what_was_covered_and_is_not_is_named(settings, values, setting, pattern, paths):
    (found,) = found_in(settings, values)
    assert found.msg.startswith(f"{setting} has {pattern!r}, which covers {paths}")
    assert f'{setting} += [r"^' in found.hint


def test_more_routes_are_counted_and_each_pattern_is_told(settings):
    one, two = found_in(settings, {"LOGIN_EXEMPT_URLS": ["publi", "accounts/log"]})
    assert "which covers /public/ and 1 more by the rules of django-security" in one.msg
    assert "which covers /accounts/login/ and 1 more by the rules of django-security" in two.msg


@pytest.mark.parametrize(
    "patterns",
    [["public/"], ["^public/$"], ["accounts"], ["public", "public-.*", "nowhere"], []],
    ids=repr,
)
def test_what_covers_the_same_as_ever_is_not_named(settings, patterns):
    assert found_in(settings, {"LOGIN_EXEMPT_URLS": patterns}) == []


def test_the_hint_of_a_pattern_silences_it(settings):
    (found,) = found_in(settings, {"LOGIN_EXEMPT_URLS": ["accounts/login"]})
    addition = eval(found.hint.partition("+= ")[2].partition(";")[0])  # noqa: S307
    values = {"LOGIN_EXEMPT_URLS": ["accounts/login", *addition]}
    assert found_in(settings, values) == []


def test_a_path_that_nobody_types_is_not_tried(settings):
    settings.ROOT_URLCONF = (path(f"public-{'x' * 200}/", VIEW),)
    assert say(settings, "patterns.check_old_patterns", {"LOGIN_EXEMPT_URLS": ["public"]}) == []


def test_a_project_without_urls_has_no_routes(settings):
    values = {"LOGIN_EXEMPT_URLS": ["public"], "ROOT_URLCONF": None}
    assert say(settings, "patterns.check_old_patterns", values) == []
