"""A view that rolls back what it did does not roll back that somebody guessed."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import authenticate
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from tests.throttling.conftest import _serve
from tests.throttling.logins import Browser

from security.auth_throttling import attempt_count, attempts
from security.auth_throttling.stores import StoreUnavailable


def right(request, password=None):
    name, word = request.POST["who"], password or request.POST["word"]
    return authenticate(request, username=name, password=word) is not None


def undone(request):
    """Roll back whatever comes, as REST framework does for a response that is an error."""
    found = right(request)
    transaction.set_rollback(True, using="counters")
    return HttpResponse(status=200 if found else 400)


def crashing(request):
    right(request)
    raise ZeroDivisionError


def kept(request):
    return HttpResponse(status=200 if right(request) else 400)


def batch(request):
    """Undo each of a hundred guesses by itself, as an atomic mutation of GraphQL does."""
    return outside(request)


def outside(request):
    """Guess again after the transaction that undid the last guess."""
    for number in range(100):
        with transaction.atomic(using="counters"):
            right(request, f"wrong {number}")
            transaction.set_rollback(True, using="counters")
    return HttpResponse(status=400)


urlpatterns = [
    path("undone/", undone),
    path("crashing/", crashing),
    path("kept/", kept),
    path("batch/", batch),
    path("outside/", transaction.non_atomic_requests(using="counters")(outside)),
]


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def atomic(request, site, guarded, ann, settings, tmp_path):
    """Count in a database in which every view is one transaction."""
    settings.ROOT_URLCONF = __name__
    for _ in _serve(request.param, request, settings, tmp_path):
        connections.settings["counters"]["ATOMIC_REQUESTS"] = True
        yield Browser(site)
        asyncio.run(sync_to_async(disconnect)())


def disconnect():
    """Let the thread in which Django runs views under ASGI know this database no more."""
    connections["counters"].close()
    del connections["counters"]


@pytest.mark.parametrize("address", ["/undone/", "/crashing/"])
def test_a_guess_counts_though_the_view_is_rolled_back(atomic, address):
    found = [atomic.attempt("ann", "wrong", address) for _ in range(5)]
    assert found == [500 if address == "/crashing/" else 400] * 3 + [429, 429]
    assert attempt_count("username", "ann") == attempt_count("ip", "127.0.0.1") == 3


def test_a_guess_in_a_transaction_that_lasts_counts_once(atomic):
    assert [atomic.attempt("ann", "wrong", "/kept/") for _ in range(4)] == [400] * 3 + [429]
    assert attempt_count("username", "ann") == attempt_count("ip", "127.0.0.1") == 3


@pytest.mark.parametrize("address", ["/undone/", "/kept/"])
def test_a_right_password_takes_back_its_own_attempts_and_no_more(atomic, address):
    for name in ("ann", "bob", "ann"):
        atomic.attempt(name, "wrong", address)
    assert atomic.attempt("ann", "right", address) == 200
    assert [attempt_count("username", name) for name in ("ann", "bob")] == [0, 1]
    assert attempt_count("ip", "127.0.0.1") == 3


@pytest.mark.parametrize("address", ["/batch/", "/outside/"])
def test_guesses_that_a_view_undoes_one_by_one_count_all_the_same(atomic, address):
    got = atomic.post(address, {"who": "ann"})
    assert (got.status_code, attempt_count("username", "ann")) == (429, 3)


@pytest.mark.parametrize("address", ["/undone/", "/crashing/", "/kept/"])
def test_without_the_backend_a_listed_page_counts_what_its_view_rolls_back(
    atomic, guarded, address
):
    guarded.AUTHENTICATION_BACKENDS = guarded.AUTHENTICATION_BACKENDS[1:]
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [(address, None)]}
    data = {"who": "ann", "word": "wrong"}
    found = [atomic.post(address, data).status_code for _ in range(4)]
    assert found == [500 if address == "/crashing/" else 400] * 3 + [429]
    assert attempt_count("username", "ann") == attempt_count("ip", "127.0.0.1") == 3


@pytest.mark.parametrize("address", ["/undone/", "/kept/"])
def test_inside_the_transaction_of_a_test_a_guess_counts_once(atomic, address):
    """As in ``TestCase`` of Django, whose transaction is never committed."""
    client, data = Client(), {"who": "ann", "word": "wrong"}
    with transaction.atomic(using="counters"):
        assert [client.post(address, data).status_code for _ in range(4)] == [400] * 3 + [429]
        assert attempt_count("username", "ann") == 3


def test_a_guess_that_cannot_be_counted_again_tells_nothing(atomic, monkeypatch):
    def down(reserved):
        raise StoreUnavailable("down")

    monkeypatch.setattr(attempts, "again", down)
    assert atomic.attempt("ann", "wrong", "/undone/") == 503
    assert atomic.attempt("ann", "right", "/undone/") == 503
