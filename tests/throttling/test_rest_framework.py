"""The token login of REST framework."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import path
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.views import obtain_auth_token
from tests.throttling.logins import Browser

from security.auth_throttling import attempt_count


@pytest.fixture
def tokens(guarded, ann, site, monkeypatch):
    """Serve the token login of REST framework; only the table of tokens is not there."""
    kept = SimpleNamespace(get_or_create=lambda user: (SimpleNamespace(key="secret"), True))
    monkeypatch.setattr(Token, "objects", kept, raising=False)
    guarded.ROOT_URLCONF = (path("token-auth/", obtain_auth_token),)
    return Browser(site)


def test_a_token_login_is_guarded(tokens):
    ask = "/token-auth/"
    assert [tokens.attempt("ann", "wrong", ask) for _ in range(4)] == [400, 400, 400, 429]
    assert tokens.attempt("ann", "right", ask) == 429


def test_a_token_that_is_handed_out_resets_the_account(tokens):
    for _ in range(2):
        tokens.attempt("ann", "wrong", "/token-auth/")
    assert tokens.attempt("ann", "right", "/token-auth/") == 200
    assert attempt_count("username", "ann") == 0


def test_a_token_login_by_json_is_answered_with_json(tokens):
    data = {"username": "ann", "password": "wrong"}
    for _ in range(3):
        tokens.post("/token-auth/", data, content_type="application/json")
    got = tokens.post("/token-auth/", data, content_type="application/json")
    assert (got.status_code, got["Content-Type"]) == (429, "application/problem+json")
