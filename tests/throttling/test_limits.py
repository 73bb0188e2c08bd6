"""Who has to wait, for what, and who has not."""

from __future__ import annotations

import pytest
from django.contrib import auth
from django.urls import path
from tests.throttling.logins import MIDDLEWARE, Browser, entered

from security.auth_throttling import attempt_count

WAYS = ["/plain/", "/json/", "/async/", "/itself/", "/silent/", "/token/"]


@pytest.mark.parametrize("address", WAYS)
def test_the_fourth_guess_waits_however_the_page_checks_passwords(browser, address):
    assert 429 not in [browser.attempt("ann", "wrong", address) for _ in range(3)]
    assert browser.attempt("ann", "wrong", address) == 429
    assert browser.attempt("ann", "right", address) == 429
    assert attempt_count("username", "ann") == 3


@pytest.mark.parametrize("address", WAYS)
def test_a_success_resets_the_account(browser, address):
    for _ in range(2):
        browser.attempt("ann", "wrong", address)
    assert browser.attempt("ann", "right", address) < 400
    assert attempt_count("username", "ann") == 0


@pytest.mark.parametrize("address", WAYS)
def test_a_success_takes_back_one_attempt_of_the_address(browser, address):
    for name in ("b", "c", "d", "ann"):
        browser.attempt(name, "wrong", address)
    browser.attempt("ann", "right", address)
    assert attempt_count("ip", "127.0.0.1") == 4


def test_the_delay_ends_and_doubles(browser, clock):
    for _ in range(3):
        assert browser.attempt("ann", "wrong") == 200
    clock.now += 4.9
    assert browser.attempt("ann", "wrong") == 429
    clock.now += 0.1
    assert browser.attempt("ann", "wrong") == 200
    clock.now += 9.9
    assert browser.attempt("ann", "wrong") == 429
    clock.now += 0.1
    assert browser.attempt("ann", "right") == 302


def test_another_session_does_not_reset_a_victim(browser, django_user_model):
    django_user_model.objects.create_user("eve", password="right")
    assert browser.attempt("eve", "right") == 302
    for _ in range(3):
        assert browser.attempt("ann", "wrong") == 200
    assert browser.attempt("ann", "wrong") == 429
    assert browser.attempt("eve", "right") == 302
    assert browser.attempt("ann", "wrong") == 429


SPELLINGS = {
    "blank": " ann",
    "blanks": "  ann\t",
    "fullwidth": "\uff41\uff4e\uff4e",
    "upper": "ANN",
    "no-break": "\u00a0ann",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=list(SPELLINGS))
@pytest.mark.parametrize("address", ["/plain/", "/json/"])
def test_a_spelling_does_not_escape_the_counter(browser, spelling, address):
    for _ in range(3):
        browser.attempt(spelling, "wrong", address)
    assert browser.attempt("ann", "right", address) == 429


def test_a_success_does_not_reset_an_account_that_differs_in_case(browser, django_user_model):
    django_user_model.objects.create_user("ANN", password="right")
    for _ in range(2):
        browser.attempt("ann", "wrong")
        browser.attempt("ANN", "right")
        browser.logout()
    assert attempt_count("username", "ann") == 2
    browser.attempt("ann", "wrong")
    browser.logout()
    assert browser.attempt("ann", "wrong") == 429


@pytest.mark.parametrize("name", ["", "  ", "\u3000"], ids=["nothing", "blanks", "wide"])
def test_no_name_fills_no_counter(browser, name):
    for _ in range(5):
        assert browser.attempt(name, "wrong") == 200
    assert attempt_count("username", "") == 0
    assert browser.attempt("ann", "right") == 302


HOSTILE = {"nul": "ann\0", "long": "a" * 100_000, "emoji": "\U0001f4a9" * 200}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
def test_a_strange_name_is_no_error(browser, name):
    assert [browser.attempt(name, "x") for _ in range(4)] in ([200, 200, 200, 429], [200] * 4)


BODIES = {
    "broken": "[",
    "number": "1",
    "surrogate": '{"username": "\\ud800"}',
    "deep": "[" * 60_000,
    "null": "null",
    "number as a name": '{"username": 7}',
    "list as a name": '{"username": ["ann"]}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_strange_json_is_no_error_of_ours(browser, body):
    got = browser.post("/plain/", body, content_type="application/json")
    assert got.status_code == 200


def test_json_names_an_account(browser):
    for _ in range(3):
        browser.post("/itself/", {"username": "ann"}, content_type="application/json")
    got = browser.post("/itself/", {"username": "ann"}, content_type="application/json")
    assert (got.status_code, got["Content-Type"]) == (429, "application/problem+json")


def test_json_that_is_too_long_is_refused(browser):
    data = {"pad": "x" * 65_536, "username": "ann"}
    got = browser.post("/itself/", data, content_type="application/json")
    assert got.status_code == 413


def test_a_batch_of_guesses_in_one_request_is_as_many_attempts(browser):
    words = [*["wrong"] * 200, "right"]
    assert browser.post("/many/", words, content_type="application/json").status_code == 429
    assert attempt_count("username", "ann") == 3


def test_a_batch_with_the_right_password_last_but_in_time(browser):
    got = browser.post("/many/", ["wrong", "wrong", "right"], content_type="application/json")
    assert got.json() == [False, False, True]
    assert attempt_count("username", "ann") == 0


def test_a_crash_after_the_check_stays_counted(browser):
    assert [browser.attempt("ann", "right", "/broken/") for _ in range(4)] == [500, 500, 500, 429]


def test_a_script_name_hides_no_login_page(guarded, ann, site):
    guarded.FORCE_SCRIPT_NAME = "/app"
    browser = Browser(site)
    assert [browser.attempt("ann", "wrong") for _ in range(4)] == [200, 200, 200, 429]


def test_a_get_is_no_attempt(browser):
    for _ in range(4):
        assert browser.get("/plain/?username=ann").status_code == 200
    assert attempt_count("username", "ann") == 0


def test_without_the_backend_the_listed_pages_are_guarded(guarded, ann, site):
    guarded.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    browser = Browser(site)
    assert [browser.attempt("ann", "wrong") for _ in range(4)] == [200, 200, 200, 429]
    assert browser.attempt("ann", "wrong", "/json/") == 403


def test_without_the_backend_a_login_resets_its_own_account_only(guarded, ann, site):
    guarded.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    browser = Browser(site)
    for _ in range(2):
        browser.attempt("ann", "wrong")
        browser.attempt("bob", "wrong")
    assert browser.attempt("ann", "right") == 302
    assert [attempt_count("username", name) for name in ("ann", "bob")] == [0, 2]


@pytest.mark.parametrize("address", ["/json/", "/async/", "/silent/"])
def test_without_the_middleware_failures_count_all_the_same(guarded, ann, site, address):
    from security.auth_throttling import receivers

    receivers.connect()
    guarded.MIDDLEWARE = MIDDLEWARE[:-1]
    browser = Browser(site)
    for _ in range(5):
        assert browser.attempt("ann", "wrong", address) == 403
    assert attempt_count("username", "ann") == 3
    assert browser.attempt("ann", "right", address) == 403


def test_without_the_middleware_a_login_resets_the_account(guarded, ann, site):
    from security.auth_throttling import receivers

    receivers.connect()
    guarded.MIDDLEWARE = MIDDLEWARE[:-1]
    browser = Browser(site)
    browser.attempt("ann", "wrong", "/json/")
    assert browser.attempt("ann", "right", "/json/") == 200
    assert attempt_count("username", "ann") == 0


def test_without_the_middleware_a_login_does_not_reset_a_twin(
    guarded, ann, site, django_user_model
):
    from security.auth_throttling import receivers

    receivers.connect()
    django_user_model.objects.create_user("ANN", password="right")
    guarded.MIDDLEWARE = MIDDLEWARE[:-1]
    browser = Browser(site)
    for _ in range(2):
        browser.attempt("ann", "wrong", "/json/")
        assert browser.attempt("ANN", "right", "/json/") == 200
    assert attempt_count("username", "ann") == 2


def test_a_login_by_an_address_of_e_mail_that_the_page_translates_starts_anew(by_address):
    for _ in range(2):
        by_address.post("/mail/", {"email": "ann@example.com", "password": "wrong"})
    assert attempt_count("username", "ann@example.com") == 2
    got = by_address.post("/mail/", {"email": "ann@example.com", "password": "right"})
    assert got.content == b"in as ann"
    assert [attempt_count("username", name) for name in ("ann", "ann@example.com")] == [0, 0]


def test_a_planted_address_of_e_mail_resets_nobody(by_address, django_user_model):
    django_user_model.objects.create_user("eve", "bob@example.com", "right")
    for _ in range(2):
        by_address.post("/mail/", {"email": "bob@example.com", "password": "wrong"})
    data = {"email": "bob@example.com", "username": "eve", "password": "right"}
    assert by_address.post("/mail/", data).content == b"in as eve"
    assert attempt_count("username", "bob@example.com") == 2


@pytest.fixture
def by_address(guarded, ann, site):
    guarded.ROOT_URLCONF = (path("mail/", by_mail),)
    guarded.AUTHENTICATION_THROTTLING = {
        "LOGIN_URLS_WITH_TEMPLATES": [("mail/", None)],
        "USERNAME_FIELDS": ["email", "username"],
    }
    return Browser(site)


def by_mail(request):
    """Translate an address of e-mail, as many a project does, or take a name."""
    name = request.POST.get("username")
    if name is None:
        found = auth.get_user_model().objects.filter(email=request.POST["email"]).first()
        name = found.username if found else "nobody"
    user = auth.authenticate(request, username=name, password=request.POST["password"])
    return entered(request, user)
