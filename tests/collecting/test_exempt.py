"""Reports come without login, session, CSRF token and HTTPS, and leave no trace in a session."""

from __future__ import annotations

import django
import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.test.utils import CaptureQueriesContext
from tests.collecting.sending import REPORTS, body

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
USERS = "django.contrib.auth.middleware.AuthenticationMiddleware"
BOTH = pytest.mark.parametrize("path", ["/reports/", "/csp-report/"])


@pytest.fixture
def cookie(transactional_db):
    """Return the cookie of a user whose session is too old, and whose password is expired."""
    user = get_user_model().objects.create_user("ann", password="right")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["starttime"] = session["lastactivity"] = "2001-01-01T00:00:00+00:00"
    session.save()
    return {"Cookie": f"sessionid={session.session_key}"}


GUARDS = {
    "ours": "security.middleware.LoginRequiredMiddleware",
    "sessions": "security.middleware.SessionExpiryPolicyMiddleware",
    "passwords": "security.middleware.MandatoryPasswordChangeMiddleware",
}
if django.VERSION >= (5, 1):
    GUARDS["django"] = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@BOTH
@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_no_guard_of_accounts_stops_a_report(start, keeper, settings, cookie, guard, path):
    settings.MIDDLEWARE = [SESSIONS, USERS, GUARDS[guard]]
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "index"}
    server = start()
    for headers in (cookie, {}):
        answer = server.post(path, body(), headers=headers)
        assert (answer.status, "set-cookie" in answer.headers) == (204, False)
    assert len(keeper().arrivals) == 2
    assert SessionStore(cookie["Cookie"].partition("=")[2])["lastactivity"][:4] == "2001"


@BOTH
@pytest.mark.parametrize("guard", ["ours", "sessions", "passwords"])
def test_no_guard_of_ours_looks_at_the_session(start, settings, cookie, guard, path):
    settings.SESSION_ENGINE = "tests.collecting.untouched"
    settings.MIDDLEWARE = [SESSIONS, USERS, GUARDS[guard]]
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "index"}
    server = start()
    assert server.post(path, body(), headers=cookie).status == 204
    assert server.post("/invoice/3/", b"", headers=cookie).status == 500  # it would have raised


@pytest.mark.parametrize("guard", ["ours", "sessions", "passwords"])
def test_the_guards_stand_as_before_for_every_other_page(start, settings, cookie, guard):
    settings.MIDDLEWARE = [SESSIONS, USERS, GUARDS[guard]]
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "index"}
    server = start()
    headers = {} if guard == "ours" else cookie
    status = server.post("/invoice/3/", b"", headers=headers).status
    session = SessionStore(cookie["Cookie"].partition("=")[2])
    if guard == "sessions":
        assert "_auth_user_id" not in session
    else:
        assert status == 302


@BOTH
def test_a_report_needs_no_csrf_token_and_no_origin(start, keeper, settings, path):
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    for headers in (
        {"Origin": "null"},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
        {},
    ):
        assert start().post(path, body(), REPORTS, headers=headers, scheme="https").status == 204
    assert len(keeper().arrivals) == 3


REDIRECTING = [
    "security.middleware.SecurityMiddleware",
    "djangosecure.middleware.SecurityMiddleware",
]


@BOTH
@pytest.mark.parametrize("middleware", REDIRECTING)
def test_a_report_over_plain_http_is_not_redirected(start, keeper, settings, path, middleware):
    settings.MIDDLEWARE = [middleware]
    settings.SECURE_SSL_REDIRECT = True
    server = start()
    assert server.post("/reports/", method="OPTIONS").status == 204
    assert server.post(path, body()).status == 204
    assert server.post("/invoice/3/", b"").status in {301, 308}
    assert server.post("/nowhere/", b"").status in {301, 308}
    assert len(keeper().arrivals) == 1


def test_a_page_that_is_asked_for_is_redirected_after_a_report(start, settings):
    settings.MIDDLEWARE = REDIRECTING[:1]
    settings.SECURE_SSL_REDIRECT = True
    server = start()
    server.post("/reports/", body())
    assert server.post("/reports/", method="GET").status == 301


def test_a_foreign_host_is_refused_as_everywhere(start, keeper, settings):
    settings.MIDDLEWARE = REDIRECTING[:1]
    assert start().post("/reports/", body(), headers={"Host": "evil.example"}).status == 400
    assert keeper().arrivals == []


@BOTH
def test_the_policy_of_an_answer_is_its_own(start, settings, path):
    settings.MIDDLEWARE = [
        "security.middleware.SecurityMiddleware",
        "security.middleware.ContentSecurityPolicyMiddleware",
    ]
    settings.SECURITY_PRESET = "strict"
    settings.CSP_DICT = {"default-src": ["self"]}
    headers = start().post(path, body(), scheme="https").headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@BOTH
def test_no_transaction_is_opened_for_a_report(start, keeper, path, monkeypatch, transactional_db):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    with CaptureQueriesContext(connections["default"]) as queries:
        assert start().post(path, body()).status == 204
    assert (len(keeper().arrivals), queries.captured_queries) == (1, [])
