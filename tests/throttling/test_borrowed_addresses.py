"""An e-mail address is what its user says; it may be the user name of another account."""

from __future__ import annotations

import json

import pytest
from django.contrib import auth
from tests.throttling.logins import BACKENDS, Browser

from security.auth_throttling import attempt_count

VICTIM = "victim@example.com"


@pytest.fixture
def page(guarded, transactional_db, site, clock):
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("json/", None)]}
    return Browser(site)


def user(name, address, password="right"):
    return auth.get_user_model().objects.create_user(name, address, password)


def send(browser, name, word, address):
    data = json.dumps({"who": name, "word": word, "email": address})
    return browser.post("/json/", data, content_type="application/json").status_code


@pytest.mark.parametrize("backends", [BACKENDS, BACKENDS[1:]], ids=["backend", "no backend"])
@pytest.mark.parametrize("address", [VICTIM, "Victim@Example.com", "\uff56ictim@example.com"])
def test_a_login_clears_no_account_whose_user_name_is_its_address(page, guarded, backends, address):
    guarded.AUTHENTICATION_BACKENDS = backends
    user(VICTIM, VICTIM)
    user("mallory", address, "mine")
    assert [send(page, VICTIM, "wrong", address) for _ in range(2)] == [403, 403]
    assert send(page, "mallory", "mine", address) == 200
    assert attempt_count("username", VICTIM) == 2
    assert attempt_count("username", "mallory") == 0
    assert [send(page, VICTIM, "wrong", address) for _ in range(2)] == [403, 429]


@pytest.mark.parametrize("backends", [BACKENDS, BACKENDS[1:]], ids=["backend", "no backend"])
@pytest.mark.parametrize("name", ["eve", "eve@example.com"])
def test_a_login_clears_an_address_that_names_nobody_else(page, guarded, backends, name):
    guarded.AUTHENTICATION_BACKENDS = backends
    user(name, "eve@example.com")
    assert send(page, name, "wrong", "eve@example.com") == 403
    assert send(page, name, "right", "eve@example.com") == 200
    assert attempt_count("username", "eve@example.com") == 0
