"""Two accounts whose names differ by case share a counter, and neither clears the other's part."""

from __future__ import annotations

import pytest
from django.contrib import auth
from django.contrib.auth.views import LoginView
from django.urls import path
from tests.throttling.logins import Browser, entered

from security.auth_throttling import attempt_count

FIELDS = {"LOGIN_URLS_WITH_TEMPLATES": [("plain/", None)], "USERNAME_FIELDS": ["email"]}


def lower(request):
    """Take every name in lower case, as many a project does."""
    name, password = request.POST["username"].lower(), request.POST["password"]
    return entered(request, auth.authenticate(request, username=name, password=password))


urlpatterns = [path("plain/", LoginView.as_view(next_page="/plain/")), path("lower/", lower)]


@pytest.fixture
def twins(guarded, ann, site, django_user_model):
    django_user_model.objects.create_user("ANN", password="twin's")
    guarded.ROOT_URLCONF = __name__
    guarded.AUTHENTICATION_THROTTLING = FIELDS
    return Browser(site)


@pytest.mark.parametrize("has_backend", [True, False])
def test_another_field_does_not_decide_whose_failure_it_is(guarded, twins, has_backend):
    if not has_backend:
        guarded.AUTHENTICATION_BACKENDS = guarded.AUTHENTICATION_BACKENDS[1:]
    data = {"email": "ANN", "username": "ann", "password": "wrong"}
    assert twins.post("/plain/", data).status_code == 200
    assert twins.attempt("ANN", "twin's") == 302
    assert attempt_count("username", "ann") == 1


def test_a_twin_who_posts_both_names_clears_his_own_part_only(twins):
    twins.attempt("ann", "wrong")
    data = {"email": "ann", "username": "ANN", "password": "twin's"}
    assert twins.post("/plain/", data).status_code == 302
    assert attempt_count("username", "ann") == 1


@pytest.mark.parametrize("listed", [True, False])
def test_a_view_that_changes_the_case_of_a_name_makes_one_attempt(guarded, twins, listed):
    if listed:
        guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("lower/", None)]}
    assert [twins.attempt("ANN", "wrong", "/lower/") for _ in range(4)] == [403, 403, 403, 429]
    assert attempt_count("username", "ann") == 3


def test_a_view_that_changes_the_case_of_a_name_starts_the_account_anew(guarded, twins):
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("lower/", None)]}
    for _ in range(2):
        twins.attempt("ANN", "wrong", "/lower/")
    assert twins.attempt("ANN", "right", "/lower/") == 200
    assert attempt_count("username", "ann") == 0
