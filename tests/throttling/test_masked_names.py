"""A name in a field like ``access_key``, which Django hides from who listens to its signals."""

from __future__ import annotations

import pytest
from django.contrib import auth
from django.http import HttpResponse
from django.urls import path
from tests.throttling.logins import BACKENDS, Browser, entered, who

from security.auth_throttling import attempt_count

MASK = "*" * 20
KEYS = f"{__name__}.Keys"
READ = {"LOGIN_URLS_WITH_TEMPLATES": [("key/", None)], "USERNAME_FIELDS": ["access_key"]}


class Keys:
    """Take a key for a name."""

    def authenticate(self, request, access_key=None, secret=None, secret_name=None):
        user = auth.get_user_model().objects.filter(username=access_key).first()
        return user if user and user.check_password(secret) else None

    def get_user(self, pk):
        return auth.get_user_model().objects.get(pk=pk)


def checked(request, name):
    user = auth.authenticate(request, access_key=name, secret=request.POST["password"])
    return entered(request, user) if user else HttpResponse("once more")


def by_key(request):
    return checked(request, request.POST["access_key"])


def by_other(request):
    return checked(request, request.POST["who"])


def by_two(request):
    """Hand on two names, both of which Django hides."""
    word = request.POST["password"]
    auth.authenticate(request, access_key="ann", secret_name="eve", secret=word)
    return HttpResponse("once more")


def batch(request):
    """Try a wrong password for each but the last, and log that one in."""
    for name in request.POST.getlist("names"):
        user = auth.authenticate(request, access_key=name, secret=request.POST["password"])
    return entered(request, user)


urlpatterns = [
    path("key/", by_key),
    path("other/", by_other),
    path("two/", by_two),
    path("batch/", batch),
    path("who/", who),
]


@pytest.fixture
def keys(guarded, ann, site, clock):
    guarded.ROOT_URLCONF = __name__
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[0], KEYS]
    guarded.AUTHENTICATION_THROTTLING = READ
    return Browser(site)


def guess(browser, word="wrong", address="/key/", name="ann"):
    data = {"access_key": name, "who": name, "password": word}
    return browser.post(address, data).status_code


def counted(*names):
    return [attempt_count("username", name) for name in (*names, MASK)]


@pytest.mark.parametrize("has_backend", [True, False], ids=["backend", "no backend"])
def test_a_wrong_secret_counts_for_its_account_and_no_other(guarded, keys, has_backend):
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[0], KEYS] if has_backend else [KEYS]
    assert [guess(keys) for _ in range(4)] == [200, 200, 200, 429]
    assert guess(keys, "right") == 429
    assert keys.get("/who/").content == b"AnonymousUser"
    assert counted("ann", "eve") == [3, 0, 0]
    assert guess(keys, name="eve") == 200


@pytest.mark.parametrize("page", ["other/", "nowhere/"], ids=["listed", "unlisted"])
def test_a_name_that_nobody_read_in_advance_is_counted_as_well(guarded, keys, page):
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[0], KEYS]
    guarded.AUTHENTICATION_THROTTLING = {**READ, "LOGIN_URLS_WITH_TEMPLATES": [(page, None)]}
    assert [guess(keys, address="/other/") for _ in range(4)] == [200, 200, 200, 429]
    assert guess(keys, "right", "/other/") == 429
    assert counted("ann") == [3, 0]
    assert attempt_count("ip", "127.0.0.1") == 3


@pytest.mark.parametrize("has_backend", [True, False], ids=["backend", "no backend"])
def test_a_right_secret_starts_the_account_anew(guarded, keys, has_backend):
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[0], KEYS] if has_backend else [KEYS]
    assert [guess(keys), guess(keys), guess(keys, "right")] == [200, 200, 200]
    assert keys.get("/who/").content == b"ann"
    assert counted("ann") == [0, 0]


def test_of_two_names_that_are_hidden_both_are_counted(guarded, keys):
    fields = ["access_key", "secret_name"]
    guarded.AUTHENTICATION_THROTTLING = {**READ, "USERNAME_FIELDS": fields}
    assert keys.post("/two/", {"password": "wrong"}).status_code == 200
    assert counted("ann", "eve") == [1, 1, 0]


def test_who_guesses_in_a_batch_hides_it_behind_no_login_of_his_own(guarded, keys):
    auth.get_user_model().objects.create_user("eve", password="mine")
    data = {"names": ["ann", "bob", "eve"], "password": "mine"}
    assert [keys.post("/batch/", data).status_code for _ in range(4)] == [200] * 4
    assert counted("ann", "bob", "eve") == [3, 3, 0, 0]


def test_a_right_secret_before_a_wrong_one_in_a_batch_may_still_log_in(guarded, keys):
    auth.get_user_model().objects.create_user("eve", password="mine")
    data = {"names": ["eve", "ann", "eve"], "password": "mine"}
    assert keys.post("/batch/", data).status_code == 200
    assert counted("ann", "eve") == [1, 0, 0]


def test_without_the_middleware_nobody_shares_a_counter_of_stars(guarded, keys):
    guarded.MIDDLEWARE = guarded.MIDDLEWARE[:-1]
    assert [guess(keys) for _ in range(4)] == [200] * 4
    assert counted() == [0]
