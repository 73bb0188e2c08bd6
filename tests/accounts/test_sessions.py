from __future__ import annotations

import asyncio
import logging
import time

import django
import pytest
from asgiref.sync import SyncToAsync
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends import signed_cookies
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import given
from tests.accounts import visits
from tests.accounts.visits import COOKIE, MIDDLEWARE, Visitor, iso
from tests.policy.strategies import law
from tests.policy.test_expiry import json_values

from security.middleware import SessionExpiryPolicyMiddleware, sessions

pytestmark = pytest.mark.django_db(transaction=True)


def session_of(visitor):
    return SessionStore(visitor.cookie)


def times(visitor):
    session = session_of(visitor)
    return session.get("starttime"), session.get("lastactivity")


def stays_logged_in(request):
    """A logout of the project that forgets to log out."""
    return HttpResponse(b"See you at the other site.")


def says_why(request):
    visits.logout(request)
    request.session["why"] = "You were away for too long."


def bare(session):
    """Return a request that has a session and nothing else."""
    request = HttpRequest()
    request.path = request.path_info = "/plain/"
    request.session = session
    return request


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


class TestActivity:
    def test_of_ten_busy_minutes_costs_ten_writes_at_most(self, ann, clock, saves):
        for second in range(1, 601):
            clock.passed = second
            assert ann.get("/plain/").status_code == 200
        assert len(saves) == 10
        assert times(ann) == (iso(0), iso(600))

    def test_costs_no_query_but_those_of_the_session(self, ann, clock, settings, monkeypatch):
        queries = []
        inner = CursorWrapper.execute
        monkeypatch.setattr(
            CursorWrapper, "execute", lambda *args: [queries.append(args[1]), inner(*args)][1]
        )
        ann.get("/plain/")
        (only,) = queries
        assert only.startswith('SELECT "django_session"')
        queries.clear()
        assert ann.who() == "ann"
        assert len(queries) == 2

    def test_is_known_to_within_a_tenth_of_a_short_timeout(self, ann, clock, settings, saves):
        settings.SESSION_INACTIVITY_TIMEOUT = 30
        for passed in (2, 3, 4, 33):
            clock.passed = passed
            assert ann.who() == "ann"
        assert len(saves) == 2
        clock.passed = 64
        assert ann.who() == ""

    def test_is_not_a_request_that_says_so(self, ann, clock):
        for passed in (900, 1_800):
            clock.passed = passed
            assert ann.get("/who/", **{"X-Session-Passive": ""}).content == b"ann"
        assert times(ann) == (iso(0), iso(0))
        clock.passed = 1_801
        assert ann.get("/who/", **{"X-Session-Passive": ""}).content == b""

    def test_is_one_where_no_header_means_anything(self, ann, clock, settings):
        settings.SECURITY_SESSION_PASSIVE_HEADER = None
        clock.passed = 900
        ann.get("/who/", **{"X-Session-Passive": "1"})
        assert times(ann) == (iso(0), iso(900))

    @pytest.mark.parametrize(
        ("names", "counted"),
        [
            (["poll"], ["/live/poll/", "/unnamed/", "/live/unnamed/", "/who/"]),
            (["live:poll"], ["/poll/", "/unnamed/", "/live/unnamed/", "/who/"]),
            (["live:*"], ["/poll/", "/unnamed/", "/who/"]),
            (["poll", "live:*"], ["/unnamed/", "/who/"]),
        ],
        ids=str,
    )
    def test_is_not_a_page_that_is_named_so(self, ann, clock, settings, names, counted):
        settings.SECURITY_SESSION_PASSIVE_NAMES = names
        pages = ["/poll/", "/live/poll/", "/unnamed/", "/live/unnamed/", "/who/"]
        seen = []
        for page in pages:
            clock.passed += 300
            assert ann.get(page).content == b"ann"
            if times(ann)[1] == iso(clock.passed):
                seen.append(page)
        assert sorted(seen) == sorted(counted)

    def test_resolves_nothing_until_a_record_is_due(self, ann, clock, settings, monkeypatch):
        settings.SECURITY_SESSION_PASSIVE_NAMES = ["poll"]
        resolved = []
        inner = sessions.resolve
        monkeypatch.setattr(
            sessions, "resolve", lambda *args: [resolved.append(args[0]), inner(*args)][1]
        )
        clock.passed = 59
        ann.who()
        assert resolved == []
        ann.get("/basket/")
        assert resolved == []
        clock.passed = 119
        ann.who()
        assert resolved == ["/who/"]

    def test_is_judged_by_the_urlconf_of_the_request(self, ann, clock, settings):
        settings.SECURITY_SESSION_PASSIVE_NAMES = ["poll"]
        settings.MIDDLEWARE = [f"{__name__}.elsewhere", *MIDDLEWARE]
        moved = Visitor(ann.mode)
        moved.client.cookies = ann.client.cookies
        clock.passed = 900
        assert moved.get("/who/").content == b"ann"
        assert times(ann) == (iso(0), iso(0))

    def test_of_a_page_that_nobody_serves_is_none_where_names_count(self, ann, clock, settings):
        settings.SECURITY_SESSION_PASSIVE_NAMES = ["poll"]
        clock.passed = 900
        assert ann.get("/nowhere/").status_code == 404
        assert times(ann) == (iso(0), iso(0))

    def test_lasts_as_long_as_the_request(self, ann, clock, serving):
        def upload(request):
            clock.passed += 1_795
            return HttpResponse()

        serving(upload=upload)
        clock.passed = 10
        ann.get("/upload/")
        clock.passed += 1_795
        assert ann.who() == "ann"

    def test_at_the_end_is_recorded_with_what_the_view_saves(self, ann, clock, serving, saves):
        def upload(request):
            clock.passed += 50
            request.session["files"] = 1
            return HttpResponse()

        serving(upload=upload)
        ann.get("/upload/")
        assert (times(ann), len(saves)) == ((iso(0), iso(50)), 1)

    def test_of_a_passive_page_is_not_recorded_with_what_it_saves(self, ann, clock):
        clock.passed = 900
        assert ann.get("/basket/", **{"X-Session-Passive": "1"}).content == b"tea"
        assert times(ann) == (iso(0), iso(0))
        assert ann.get("/look/").content == b"tea"


class TestExemptPages:
    @pytest.fixture(autouse=True)
    def exempt(self, settings):
        settings.SESSION_EXPIRY_EXEMPT_URLS = ["who", "enter", "basket"]

    def test_neither_end_a_session_nor_keep_it_alive(self, ann, clock):
        clock.passed = 1_000
        assert ann.who() == "ann"
        assert times(ann) == (iso(0), iso(0))
        clock.passed = 1_801
        assert ann.who() == "ann"
        assert ann.get("/poll/").content == b""

    def test_give_no_times_to_a_session_that_only_they_read(self, ann, saves):
        session = session_of(ann)
        for key in ("starttime", "lastactivity"):
            del session[key]
        session.save()
        saves.clear()
        assert ann.who() == "ann"
        assert (times(ann), saves) == ((None, None), [])

    def test_make_no_session_younger_by_changing_its_key(self, ann, clock, serving):
        def cycle(request):
            request.session.cycle_key()
            return HttpResponse()

        serving(basket=cycle)
        clock.passed = 1_000
        before = ann.cookie
        ann.get("/basket/")
        assert (ann.cookie != before, times(ann)) == (True, (iso(0), iso(0)))

    def test_are_matched_in_whole_segments(self, ann, clock, serving):
        serving(**{"who-else": visits.who})
        clock.passed = 1_801
        assert ann.get("/who-else/").content == b""

    def test_do_not_load_a_session(self, ann, serving):
        serving(**{"who/plain": visits.plain})
        assert not ann.get("/who/plain/").has_header("Vary")

    def test_start_the_session_of_a_visitor_all_the_same(self, visitor, clock):
        visitor.get("/basket/")
        assert times(visitor) == (iso(0), iso(0))
        clock.passed = 100
        visitor.get("/basket/")
        assert times(visitor) == (iso(0), iso(0))

    def test_are_not_written_as_a_string(self, settings):
        settings.SESSION_EXPIRY_EXEMPT_URLS = "^who/$"
        with pytest.raises(
            ImproperlyConfigured, match=r"SESSION_EXPIRY_EXEMPT_URLS must be a list"
        ):
            SessionExpiryPolicyMiddleware(visits.plain)


class TestParallelRequests:
    """What the view of one request does, another does while the first one waits."""

    def test_of_an_ended_session_are_all_anonymous_and_none_fails(self, ann, clock):
        clock.passed, cookie = 1_801, ann.cookie
        for _ in range(2):
            ann.client.cookies[COOKIE] = cookie
            assert ann.who() == ""

    @pytest.mark.parametrize("passed", [10, 100], ids=["not due", "due"])
    def test_are_not_refused_because_another_one_logged_out(self, ann, clock, serving, passed):
        def slow(request):
            Session.objects.all().delete()
            clock.passed += 600
            return HttpResponse(b"ok")

        serving(slow=slow)
        clock.passed = passed
        assert ann.get("/slow/").content == b"ok"
        assert ann.who() == ""

    def test_go_on_where_the_session_goes_before_the_record(self, ann, clock, monkeypatch, caplog):
        save, asave = SessionStore.save, getattr(SessionStore, "asave", None)

        def too_late(*args):
            Session.objects.all().delete()
            return save(*args)

        async def awaited_too_late(*args):
            await Session.objects.all().adelete()
            return await asave(*args)

        monkeypatch.setattr(SessionStore, "save", too_late)
        if asave:  # since Django 5.1
            monkeypatch.setattr(SessionStore, "asave", awaited_too_late)
        clock.passed = 100
        assert ann.get("/plain/").status_code == 200
        assert caplog.messages == [
            "The activity of a session could not be saved: it was ended meanwhile."
        ]

    @pytest.mark.parametrize("passed", [10, 100], ids=["not due", "due"])
    def test_do_not_undo_what_another_one_saved(self, ann, clock, serving, passed):
        def slow(request):
            other = SessionStore(request.session.session_key)
            other["basket"] = ["tea"]
            other.save()
            clock.passed += 600
            return HttpResponse()

        serving(slow=slow)
        clock.passed = passed
        ann.get("/slow/")
        assert ann.get("/look/").content == b"tea"
        assert times(ann)[1] == iso(passed + 600)

    def test_do_not_keep_a_later_login_alive(self, ann, clock, serving):
        def slow(request):
            other = SessionStore(request.session.session_key)
            other.update({"_auth_user_id": "0", "lastactivity": iso(1)})
            other.save()
            clock.passed += 600
            return HttpResponse()

        serving(slow=slow)
        ann.get("/slow/")
        assert times(ann)[1] == iso(1)


class TestTheMiddleware:
    @pytest.mark.parametrize("name", sessions.SETTINGS)
    def test_does_not_start_on_a_bad_setting(self, settings, name):
        setattr(settings, name, 1.5)
        with pytest.raises(ImproperlyConfigured, match=name):
            SessionExpiryPolicyMiddleware(visits.plain)

    def test_waits_for_nothing_where_the_session_is_there_already(self, clock):
        session = signed_cookies.SessionStore("a-key-of-nobody")
        session._session_cache = {"starttime": iso(0), "lastactivity": iso(0)}
        request = bare(session)
        middleware = SessionExpiryPolicyMiddleware(visits.plain)
        assert list(middleware.request_flow(request)) == []
        assert list(middleware.response_flow(request, HttpResponse())) == []

    def test_can_be_asked_as_documented(self):
        session = signed_cookies.SessionStore("a-key-of-nobody")
        session._session_cache = {"starttime": "2001-01-01T00:00:00+00:00"}
        request = bare(session)
        assert SessionExpiryPolicyMiddleware(visits.plain).process_request(request) is None
        assert session._session_cache == {}

    def test_names_the_keys_as_documented(self):
        assert SessionExpiryPolicyMiddleware.START_TIME_KEY == "starttime"
        assert SessionExpiryPolicyMiddleware.LAST_ACTIVITY_KEY == "lastactivity"

    def test_leaves_a_request_alone_that_it_did_not_see(self, serving, settings):
        settings.MIDDLEWARE = [MIDDLEWARE[0], f"{__name__}.Overridden"]
        response = Client().get("/basket/")
        assert response.content == b"tea"
        assert set(SessionStore(response.cookies[COOKIE].value).keys()) == {"basket"}


def elsewhere(get_response):
    """Serve one page, by the name that another page has in the usual URLconf."""

    def serve(request):
        request.urlconf = (path("who/", visits.who, name="poll"),)
        return get_response(request)

    return serve


class Overridden(SessionExpiryPolicyMiddleware):
    def process_request(self, request):
        return None


if django.VERSION >= (5, 1):  # since when sessions can be awaited

    def test_a_session_in_a_cookie_costs_no_thread(clock, monkeypatch):
        async def view(request):
            return HttpResponse(b"ok")

        session = signed_cookies.SessionStore()
        session.update({"starttime": iso(0), "lastactivity": iso(0)})
        session.save()
        clock.passed = 100
        request = bare(signed_cookies.SessionStore(session.session_key))
        hops = []
        monkeypatch.setattr(SyncToAsync, "__call__", lambda self, *args: hops.append(self))
        response = asyncio.run(SessionExpiryPolicyMiddleware(view)(request))
        assert (response.content, hops) == (b"ok", [])
        assert request.session["lastactivity"] == iso(100)


def test_the_clock_is_the_clock_of_the_server():
    assert sessions.now is time.time
