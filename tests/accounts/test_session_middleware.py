from __future__ import annotations

import asyncio
import time

import django
import pytest
from asgiref.sync import SyncToAsync
from django.contrib.sessions.backends import signed_cookies
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from tests.accounts import visits
from tests.accounts.visits import COOKIE, MIDDLEWARE, bare, iso, times

from security.middleware import SessionExpiryPolicyMiddleware, sessions

pytestmark = pytest.mark.django_db(transaction=True)


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
