"""A browser that its user has logged in with is not locked out by the world."""

from __future__ import annotations

from itertools import product

import pytest
from django.contrib.auth.backends import ModelBackend
from django.urls import clear_script_prefix, set_script_prefix
from tests.throttling.logins import BACKENDS, Browser

from security.auth_throttling import attempt_count, increment_counters

COOKIE = "security_device"


@pytest.fixture
def known(browser):
    """Have logged in once, and log out; the browser stays known."""
    assert browser.attempt("ann", "right") == 302
    del browser.client.cookies["sessionid"]
    return browser


def lock_out(site):
    stranger = Browser(site)
    assert [stranger.attempt("ann", "wrong") for _ in range(4)] == [200, 200, 200, 429]
    return stranger


def test_a_stranger_cannot_lock_a_user_out(known, site):
    stranger = lock_out(site)
    assert known.attempt("ann", "right") == 302
    assert stranger.attempt("ann", "right") == 429


def test_a_known_browser_is_slowed_down_alike(known):
    assert [known.attempt("ann", "wrong") for _ in range(4)] == [200, 200, 200, 429]
    assert attempt_count("username", "ann") == 0


def test_a_known_browser_is_nothing_special_for_other_accounts(known, site):
    stranger = Browser(site)
    for _ in range(3):
        stranger.attempt("bob", "wrong")
    assert known.attempt("bob", "wrong") == 429


def test_unlocking_the_account_unlocks_its_browsers(known):
    from security.auth_throttling import reset_counters

    for _ in range(3):
        known.attempt("ann", "wrong")
    reset_counters(username="ann")
    assert known.attempt("ann", "right") == 302


def test_the_cookie_is_kept_from_scripts_and_from_plain_http(browser):
    got = browser.post("/plain/", {"username": "ann", "password": "right"}, secure=True)
    cookie = got.cookies[COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["max-age"], cookie["path"]) == (90 * 24 * 60 * 60, "/")
    assert "ann" not in cookie.value


def test_the_cookie_stays_under_the_script_name(browser):
    set_script_prefix("/app/")  # as the handlers of Django do, and its test clients do not
    try:
        got = browser.post("/plain/", {"username": "ann", "password": "right"})
    finally:
        clear_script_prefix()
    assert got.cookies[COOKIE]["path"] == "/app/"


FORGED = {"empty": "", "junk": "junk", "long": "x" * 5_000, "signed by others": "W10:1abc:xyz"}


@pytest.mark.parametrize("value", FORGED.values(), ids=list(FORGED))
def test_a_forged_cookie_is_none(browser, site, value):
    lock_out(site)
    browser.client.cookies[COOKIE] = value
    assert browser.attempt("ann", "right") == 429


def test_a_cookie_ages(guarded, ann, site, monkeypatch):
    import time

    browser = Browser(site)
    browser.attempt("ann", "right")
    lock_out(site)
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 91 * 24 * 60 * 60)
    from django.test import RequestFactory

    from security.auth_throttling import devices

    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = browser.client.cookies[COOKIE].value
    assert devices.slot(request, "ann") == ""


def test_no_cookie_where_it_is_turned_off(guarded, ann, site):
    guarded.AUTHENTICATION_THROTTLING = {**guarded.AUTHENTICATION_THROTTLING, "DEVICE_AGE": 0}
    got = Browser(site).post("/plain/", {"username": "ann", "password": "right"})
    assert COOKIE not in got.cookies


@pytest.mark.parametrize("address", ["/plain/", "/token/"])
def test_no_cookie_for_who_did_not_log_in(browser, address):
    data = {"username": "ann", "password": "right" if address == "/token/" else "wrong"}
    assert COOKIE not in browser.post(address, data).cookies


def test_one_browser_knows_six_accounts_at_most(browser, django_user_model):
    sizes = []
    for number in range(9):
        django_user_model.objects.create_user(f"user{number}", password="right")
        browser.attempt(f"user{number}", "right")
        sizes.append(len(browser.client.cookies[COOKIE].value))
    assert sizes[5] == sizes[8] < 1_000
    assert [browser.attempt("user8", "wrong") for _ in range(3)] == [200] * 3
    assert attempt_count("username", "user8") == 0
    browser.attempt("user0", "wrong")
    assert attempt_count("username", "user0") == 1


def test_an_address_of_e_mail_that_was_not_used_gives_no_device(guarded, site, django_user_model):
    django_user_model.objects.create_user("eve", "ann@example.com", "right")
    browser = Browser(site)
    browser.attempt("eve", "right")
    browser.attempt("ann@example.com", "wrong")
    assert attempt_count("username", "ann@example.com") == 1


@pytest.mark.parametrize("address", ["/plain/", "/json/", "/async/"])
def test_the_owner_of_a_twin_account_has_no_device_of_the_other(
    browser, django_user_model, clock, address
):
    django_user_model.objects.create_user("ANN", password="right")
    assert browser.attempt("ANN", "right", address) < 400
    looked_at = 0
    for _ in range(6):
        browser.client.cookies.pop("sessionid", None)
        answers = [browser.attempt("ann", "wrong", address) for _ in range(2)]
        looked_at += sum(status != 429 for status in answers)
        assert browser.attempt("ANN", "right", address) < 400
    assert looked_at == 3


def test_a_dotless_twin_is_no_device_of_the_other(browser, django_user_model):
    for name in ("kim", "k\u0131m"):
        django_user_model.objects.create_user(name, password="right")
    assert browser.attempt("k\u0131m", "right") == 302
    for _ in range(3):
        browser.attempt("kim", "wrong")
    assert browser.attempt("k\u0131m", "right") == 302
    assert browser.attempt("kim", "wrong") == 429


def test_the_spelling_that_was_typed_is_known_to_the_browser(guarded, ann, site):
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[0], f"{__name__}.AnyCase"]
    browser = Browser(site)
    assert browser.attempt("Ann", "right") == 302
    browser.client.cookies.pop("sessionid")
    lock_out(site)
    assert browser.attempt("Ann", "right") == 302
    browser.client.cookies.pop("sessionid")
    assert browser.attempt("ann", "right") == 302


class AnyCase(ModelBackend):
    """Find a user whatever the case of the name, as a case-insensitive database does."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        return super().authenticate(request, username=username.lower(), password=password)

    async def aauthenticate(self, request, username=None, password=None, **kwargs):
        return await super().aauthenticate(request, username=username.lower(), password=password)


def test_crowding_an_account_with_spellings_locks_no_known_browser_out(
    guarded, ann, site, django_user_model, clock
):
    django_user_model.objects.create_user("annabel", password="right")
    guarded.AUTHENTICATION_THROTTLING = {
        **guarded.AUTHENTICATION_THROTTLING,
        "DELAY_FUNCTION": mild,
    }
    browser = Browser(site)
    assert browser.attempt("annabel", "right") == 302
    browser.client.cookies.pop("sessionid")
    letters = [(letter, letter.upper()) for letter in "annabel"]
    for spelling in product(*letters):
        increment_counters(username="".join(spelling))
    assert attempt_count("username", "annabel") == 128
    assert Browser(site).attempt("annabel", "right") == 429
    assert browser.attempt("annabel", "right") == 302


def mild(account, ip):
    return (10 if account >= 3 else 0), 0
