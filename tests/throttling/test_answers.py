"""What somebody gets to read who has to wait."""

from __future__ import annotations

import json

import pytest
from django.urls import path
from tests.throttling.logins import Browser, who

from security.auth_throttling import attempts, delay_message
from security.auth_throttling.stores import Store, StoreUnavailable

PLAIN = (
    "Because of failed attempts before it, this attempt to log in was not looked at. "
    "Please try again in 5 seconds."
)


def fail(browser, address, **more):
    for _ in range(3):
        browser.attempt("ann", "wrong", address)
    return browser.post(address, {"username": "ann", "password": "right"}, **more)


def test_without_a_template_it_is_429(browser, clock):
    got = fail(browser, "/plain/")
    assert (got.status_code, got["Retry-After"], got["Cache-Control"]) == (429, "5", "no-store")
    assert got["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>Too many attempts to log in</h1><p>{PLAIN}</p>" in got.content.decode()
    for forbidden in ("<style", "style=", "<script", "http:"):
        assert forbidden not in got.content.decode()


def test_seconds_are_rounded_up(browser, clock):
    fail(browser, "/plain/")
    clock.now += 0.6
    assert fail(browser, "/plain/")["Retry-After"] == "5"
    clock.now += 4.3
    assert fail(browser, "/plain/")["Retry-After"] == "1"


def test_a_program_gets_problem_json(browser, clock):
    got = fail(browser, "/plain/", headers={"Accept": "application/json"})
    assert got.status_code == 429
    assert (got["Retry-After"], got["Cache-Control"]) == ("5", "no-store")
    assert json.loads(got.content) == {
        "type": "about:blank",
        "title": "Too many attempts to log in",
        "status": 429,
        "detail": PLAIN,
        "retry_after": 5,
    }


def test_with_a_template_it_is_the_login_page(browser, clock):
    got = fail(browser, "/login/?next=/who/")
    assert (got.status_code, got["Retry-After"], got["Cache-Control"]) == (200, "5", "no-store")
    error, name, target, token = got.content.decode().split("|")
    assert PLAIN in error
    assert (name, target) == ("ann", "/who/")
    assert "csrfmiddlewaretoken" in token
    assert got.cookies["csrftoken"].value


FOREIGN = [
    "javascript:alert(1)",
    "//evil.example/",
    "http:///evil.example",
    "https://evil.example/",
]


@pytest.mark.parametrize("target", FOREIGN)
def test_the_login_page_leads_to_this_site_only(browser, clock, target):
    for _ in range(3):
        browser.attempt("ann", "wrong", "/login/")
    data = {"username": "ann", "password": "right"}
    got = browser.post(f"/login/?next={target}", data)
    assert (got.status_code, got.context["next"]) == (200, "")
    assert browser.post("/login/?next=/who/", {**data, "next": target}).context["next"] == ""


def test_the_login_page_may_lead_to_this_site_by_its_whole_address(browser, clock):
    got = fail(browser, "/login/?next=http://testserver/who/")
    assert got.context["next"] == "http://testserver/who/"


def test_the_login_page_leads_from_https_to_https_only(browser, clock):
    got = fail(browser, "/login/?next=http://testserver/who/", secure=True)
    assert got.context["next"] == ""


def test_the_redirect_field_may_have_another_name(guarded, ann, site, clock):
    guarded.AUTHENTICATION_THROTTLING = {
        **guarded.AUTHENTICATION_THROTTLING,
        "REDIRECT_FIELD_NAME": "next_page",
    }
    got = fail(Browser(site), "/login/?next_page=/who/")
    assert got.context["next_page"] == "/who/"


def test_the_form_can_be_sent_again(guarded, ann, site, clock):
    guarded.MIDDLEWARE = [*guarded.MIDDLEWARE, "django.middleware.csrf.CsrfViewMiddleware"]
    browser = Browser(site)
    got = fail(browser, "/login/")
    browser.client.handler.enforce_csrf_checks = True
    clock.now += 5
    data = {"username": "ann", "password": "right"}
    token = {"csrfmiddlewaretoken": got.cookies["csrftoken"].value}
    assert browser.post("/login/", {**data, **token}).status_code == 302


def test_the_view_is_not_called(guarded, ann, site):
    guarded.ROOT_URLCONF = (path("itself/", lambda request: 1 / 0), path("who/", who))
    browser = Browser(site)
    assert [browser.attempt("ann", "x", "/itself/") for _ in range(4)] == [500, 500, 500, 429]


class Down(Store):
    def __init__(self, *arguments):
        super().__init__(None)

    def change(self, keys, step):
        raise StoreUnavailable("down")


@pytest.mark.parametrize("address", ["/plain/", "/login/", "/json/", "/async/", "/silent/"])
def test_nobody_logs_in_while_the_cache_is_down(browser, monkeypatch, caplog, address):
    monkeypatch.setattr(attempts, "find", Down)
    got = browser.post(
        address, {"username": "ann", "who": "ann", "password": "right", "word": "right"}
    )
    assert (got.status_code, got["Retry-After"], got["Cache-Control"]) == (503, "30", "no-store")
    assert "Nobody can log in: the cache that counts does not answer." in caplog.text
    assert browser.get("/who/").content == b"AnonymousUser"


def test_a_cache_that_goes_down_meanwhile_spoils_no_login(browser, monkeypatch, caplog):
    def down(*arguments):
        raise StoreUnavailable("down")

    monkeypatch.setattr(type(attempts.store()), "settle", down)
    assert browser.attempt("ann", "right") == 302
    assert "An attempt stays counted, since the cache did not answer: down" in caplog.text


def test_a_refusal_is_logged_once_an_hour_without_the_name(browser, caplog):
    for _ in range(6):
        browser.attempt("my-password-by-mistake", "wrong")
    (line,) = [r.getMessage() for r in caplog.records if r.name == "security.throttling"]
    assert "mistake" not in line
    assert "from 127.0.0.1: too many before it, wait 5 s." in line


SAID = {
    0: "0 seconds",
    0.1: "1 second",
    1: "1 second",
    29: "29 seconds",
    30: "1 minute",
    31: "1 minute",
    61: "1 minute",
    90: "2 minutes",
    120: "2 minutes",
    7199: "120 minutes",
    7200: "2 hours",
    86400: "24 hours",
}


@pytest.mark.parametrize("seconds", SAID)
def test_a_delay_in_words(seconds):
    assert delay_message(seconds) == SAID[seconds]


def test_the_site_is_in_the_context(browser, clock):
    got = fail(browser, "/login/")
    assert (got.context["site_name"], got.context["site"].domain) == ("testserver", "testserver")
