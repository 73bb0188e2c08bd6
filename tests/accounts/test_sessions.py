from __future__ import annotations

import logging

import pytest
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends import signed_cookies
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from hypothesis import given
from tests.accounts import visits
from tests.accounts.visits import COOKIE, MIDDLEWARE, bare, iso, session_of, times
from tests.policy.strategies import law
from tests.policy.test_expiry import json_values

from security.middleware import SessionExpiryPolicyMiddleware

pytestmark = pytest.mark.django_db(transaction=True)


def stays_logged_in(request):
    """A logout of the project that forgets to log out."""
    return HttpResponse(b"See you at the other site.")


def says_why(request):
    visits.logout(request)
    request.session["why"] = "You were away for too long."


class TestWhatEnds:
    def test_the_user_is_gone_and_so_is_the_session(self, ann, clock):
        clock.passed = 1_801
        assert ann.who() == ""
        assert (ann.cookie, Session.objects.count()) == (None, 0)

    def test_neither_a_sync_nor_an_async_view_sees_the_user(self, ann, clock):
        assert ann.get("/awaited-who/").content == b"ann"
        clock.passed = 1_801
        assert ann.get("/awaited-who/").content == b""

    def test_the_signal_says_who_was_logged_out(self, ann, clock):
        names = []

        def note(user, **kwargs):
            names.append(user.get_username())

        user_logged_out.connect(note)
        try:
            clock.passed = 1_801
            ann.who()
        finally:
            user_logged_out.disconnect(note)
        assert names == ["ann"]

    def test_the_log_says_why_and_names_nobody(self, ann, clock, caplog):
        secret, clock.passed = ann.cookie, 1_801
        with caplog.at_level(logging.INFO, logger="security"):
            ann.who()
        assert caplog.messages == ["A session was ended: idle for too long."]
        assert secret not in caplog.text

    def test_the_response_of_the_projects_own_logout_is_sent(self, ann, clock, settings):
        settings.CUSTOM_LOGOUT_MODULE = f"{__name__}.stays_logged_in"
        clock.passed = 1_801
        assert ann.get("/who/").content == b"See you at the other site."
        settings.CUSTOM_LOGOUT_MODULE = None
        assert (ann.who(), Session.objects.count()) == ("", 0)

    def test_what_the_projects_own_logout_leaves_for_the_next_page_stays(
        self, ann, clock, settings
    ):
        settings.CUSTOM_LOGOUT_MODULE = f"{__name__}.says_why"
        clock.passed = 1_801
        assert ann.who() == ""
        assert dict(session_of(ann).items()) == {
            "why": "You were away for too long.",
            "starttime": iso(1_801),
            "lastactivity": iso(1_801),
        }

    def test_a_login_with_a_session_that_ended_starts_a_new_one(self, ann, clock):
        ended, clock.passed = ann.cookie, 1_801
        assert ann.get("/enter/?name=bob").content == b"in"
        assert (ann.who(), times(ann)) == ("bob", (iso(1_801), iso(1_801)))
        assert ann.cookie != ended

    def test_a_timeout_of_0_ends_a_session_at_its_next_request(self, ann, settings):
        settings.SESSION_INACTIVITY_TIMEOUT = 0
        assert ann.who() == ""

    def test_two_weeks_of_django_do_not_count(self, ann, clock, settings):
        settings.SESSION_INACTIVITY_TIMEOUT = 10**9
        clock.passed = 86_400
        assert ann.who() == "ann"
        clock.passed = 86_401
        assert ann.who() == ""

    @pytest.mark.parametrize("left", ["starttime", "lastactivity"])
    def test_one_time_without_the_other_is_not_ours(self, ann, left):
        session = session_of(ann)
        del session[{"starttime": "lastactivity", "lastactivity": "starttime"}[left]]
        session.save()
        assert ann.who() == ""

    @law
    @given(json_values, json_values)
    def test_no_value_in_a_session_is_an_error(self, started, seen):
        session = signed_cookies.SessionStore("a-key-of-nobody")
        session._session_cache = {"starttime": started, "lastactivity": seen, "basket": ["tea"]}
        middleware = SessionExpiryPolicyMiddleware(visits.plain)
        assert middleware(bare(session)).content == b"ok"
        assert session._session_cache == {}


class TestWhoHasNoSession:
    def test_gets_no_row_no_cookie_and_no_vary(self, visitor):
        for _ in range(3):
            response = visitor.get("/plain/")
            assert (response.cookies, response.has_header("Vary")) == ({}, False)
        assert Session.objects.count() == 0

    @pytest.mark.parametrize("forged", ["x", "a" * 32, "\\", "a" * 5_000])
    def test_gets_none_for_a_cookie_of_their_own(self, visitor, forged):
        visitor.client.cookies[COOKIE] = forged
        response = visitor.get("/plain/")
        assert (response.status_code, Session.objects.count()) == (200, 0)
        assert visitor.cookie is None

    def test_starts_one_with_the_first_thing_in_it(self, visitor, clock):
        clock.passed = 5
        visitor.get("/basket/")
        assert times(visitor) == (iso(5), iso(5))

    def test_a_site_without_sessions_is_told_what_is_missing(self, site, serving, settings):
        settings.MIDDLEWARE = MIDDLEWARE[2:]
        with pytest.raises(ImproperlyConfigured, match=r"must name SessionMiddleware before"):
            site.get("/plain/")

    def test_a_site_without_users_can_end_sessions(self, visitor, clock, settings):
        settings.MIDDLEWARE = [MIDDLEWARE[0], MIDDLEWARE[2]]
        visitor.get("/basket/")
        clock.passed = 1_801
        assert visitor.get("/look/").content == b""


class TestTheStart:
    def test_is_the_login(self, visitor, clock):
        visitor.get("/basket/")
        clock.passed = 1_000
        visitor.get("/enter/")
        assert times(visitor) == (iso(1_000), iso(1_000))

    def test_is_the_login_of_somebody_else(self, ann, clock):
        clock.passed = 1_000
        ann.get("/enter/?name=bob")
        assert (ann.who(), times(ann)) == ("bob", (iso(1_000), iso(1_000)))

    def test_is_not_another_login_of_the_same_user(self, ann, clock):
        clock.passed = 1_000
        ann.get("/enter/")
        assert times(ann) == (iso(0), iso(1_000))

    def test_is_the_login_on_an_exempt_page_too(self, visitor, clock, settings):
        settings.SESSION_EXPIRY_EXEMPT_URLS = ["enter"]
        visitor.get("/basket/")
        clock.passed = 100_000
        visitor.get("/enter/")
        assert (visitor.who(), times(visitor)) == ("ann", (iso(100_000), iso(100_000)))

    def test_is_kept_by_a_view_that_clears_what_it_does_not_know(self, ann, clock, serving):
        def clear(request):
            for key in list(request.session.keys()):
                if not key.startswith("_"):
                    del request.session[key]
            return HttpResponse()

        serving(clear=clear)
        clock.passed = 1_000
        ann.get("/clear/")
        assert (ann.who(), times(ann)) == ("ann", (iso(0), iso(1_000)))

    def test_is_kept_where_that_view_is_passive(self, ann, clock, serving):
        def clear(request):
            for key in ("starttime", "lastactivity"):
                del request.session[key]
            return HttpResponse()

        serving(clear=clear)
        clock.passed = 10
        ann.get("/clear/", **{"X-Session-Passive": "1"})
        assert times(ann) == (iso(0), iso(0))

    def test_is_not_put_into_a_session_that_the_view_flushed(self, ann):
        response = ann.get("/leave/")
        assert response.cookies[COOKIE].value == ""
        assert Session.objects.count() == 0
