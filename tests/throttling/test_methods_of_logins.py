"""Whatever the method is called: a login page may read a password from the request."""

from __future__ import annotations

import json

import pytest
from tests.throttling.logins import BACKENDS, Browser

from security.auth_throttling import attempt_count

PAGES = {"LOGIN_URLS_WITH_TEMPLATES": [("json/", None)]}


def ask(browser, method, word, name="ann", field="who"):
    body = json.dumps({"who": name, "word": word, field: name})
    return browser._ask("generic", method, "/json/", body, "application/json").status_code


@pytest.fixture
def page(guarded, ann, site, clock):
    guarded.AUTHENTICATION_THROTTLING = PAGES
    return Browser(site)


@pytest.mark.parametrize("backends", [BACKENDS, BACKENDS[1:]], ids=["backend", "no backend"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("field", ["who", "username"], ids=["read by the view", "read before it"])
def test_a_right_guess_that_has_to_wait_logs_nobody_in(page, guarded, backends, method, field):
    guarded.AUTHENTICATION_BACKENDS = backends
    words = ["wrong"] * 4 + ["right"]
    assert [ask(page, method, word, field=field) for word in words] == [403] * 3 + [429] * 2
    assert page.get("/who/").content == b"AnonymousUser"
    assert attempt_count("username", "ann") == 3


@pytest.mark.parametrize("method", ["DELETE", "BREW"])
def test_a_right_guess_in_time_logs_in_by_any_method(page, guarded, method):
    guarded.AUTHENTICATION_BACKENDS = BACKENDS[1:]
    assert [ask(page, method, word) for word in ("wrong", "wrong", "right")] == [403, 403, 200]
    assert page.get("/who/").content == b"ann"
    assert attempt_count("username", "ann") == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_who_only_looks_makes_no_attempt(page, method):
    for _ in range(3):
        ask(page, "POST", "wrong")
    assert page._ask("generic", method, "/login/").status_code in (200, 405)
    assert attempt_count("ip", "127.0.0.1") == 3
