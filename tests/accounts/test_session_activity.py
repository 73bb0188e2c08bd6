from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.urls import path
from tests.accounts import visits
from tests.accounts.visits import MIDDLEWARE, Visitor, iso, session_of, times

from security.middleware import SessionExpiryPolicyMiddleware, sessions

pytestmark = pytest.mark.django_db(transaction=True)


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


def elsewhere(get_response):
    """Serve one page, by the name that another page has in the usual URLconf."""

    def serve(request):
        request.urlconf = (path("who/", visits.who, name="poll"),)
        return get_response(request)

    return serve
