from __future__ import annotations

import asyncio
from importlib import import_module

import pytest
from django.conf import settings as current
from django.http import HttpResponse
from django.test.signals import update_connections_time_zone
from tests.accounts.visits import iso

from security.middleware._run import blocking

BACKENDS = "django.contrib.sessions.backends"
ENGINES = ["db", "cache", "cached_db", "file", "signed_cookies"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connected_elsewhere():
    """Outlive the settings of a test: its connection of async code is in another thread."""
    yield
    _tell_the_thread()


@pytest.fixture(params=["USE_TZ", "no USE_TZ"])
def zone(request, connected_elsewhere, settings):
    settings.TIME_ZONE = "America/New_York"
    settings.USE_TZ = request.param == "USE_TZ"
    _tell_the_thread()


def _tell_the_thread():
    """Pass on what Django tells the connections of this thread alone."""
    asyncio.run(blocking(update_connections_time_zone, setting="USE_TZ").arun())


@pytest.fixture(params=ENGINES)
def engine(request, zone, serving, settings, tmp_path):
    settings.SESSION_ENGINE = f"{BACKENDS}.{request.param}"
    settings.SESSION_FILE_PATH = str(tmp_path)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path / "cache"),
        }
    }
    return request.param


def session_of(visitor):
    store = import_module(current.SESSION_ENGINE).SessionStore
    return store(visitor.cookie)


def change(visitor, **values):
    session = session_of(visitor)
    session.update(values)
    session.save()
    visitor.client.cookies["sessionid"] = session.session_key


def times(visitor):
    session = session_of(visitor)
    return session.get("starttime"), session.get("lastactivity")


def test_the_times_are_iso_8601_text_in_utc(engine, ann):
    assert times(ann) == ("2026-11-21T10:00:00+00:00", "2026-11-21T10:00:00+00:00")


def test_an_idle_session_ends(engine, ann, clock):
    for passed in (1_800, 3_600, 5_400):
        clock.passed = passed
        assert ann.who() == "ann"
        assert times(ann) == (iso(0), iso(passed))
    clock.passed += 1_801
    assert ann.who() == ""
    assert ann.cookie is None
    assert ann.who() == ""


def test_an_old_session_ends_however_busy_it_is(engine, ann, clock, settings):
    settings.SESSION_COOKIE_AGE = 4_000
    for passed in (1_500, 3_000, 4_000):
        clock.passed = passed
        assert ann.who() == "ann"
    clock.passed = 4_001
    assert ann.who() == ""
    assert ann.cookie is None


def test_what_an_anonymous_visitor_left_ends_too(engine, visitor, clock):
    assert visitor.get("/basket/").content == b"tea"
    assert times(visitor) == (iso(0), iso(0))
    clock.passed = 1_801
    assert visitor.get("/look/").content == b""
    assert visitor.cookie is None


@pytest.mark.parametrize(
    "recorded",
    ["2001-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00", "2001-01-01 00:00:00", "?", 0, None],
    ids=str,
)
@pytest.mark.parametrize("key", ["starttime", "lastactivity"])
def test_a_time_that_cannot_be_ends_the_session(engine, ann, key, recorded):
    change(ann, **{key: recorded})
    assert ann.who() == ""
    assert ann.cookie is None


def test_the_times_of_the_documented_package_go_on_to_count(engine, ann, clock):
    now = "2026-11-21 10:00:00.250000+00:00" if current.USE_TZ else "2026-11-21 05:00:00.250000"
    change(ann, starttime=now, lastactivity=now)
    clock.passed = 1_700
    assert ann.who() == "ann"
    assert times(ann) == (now, iso(1_700))
    clock.passed += 1_801
    assert ann.who() == ""


def test_a_session_from_before_the_middleware_starts_now(engine, ann, clock, settings):
    session = session_of(ann)
    for key in ("starttime", "lastactivity"):
        del session[key]
    session.save()
    ann.client.cookies["sessionid"] = session.session_key
    clock.passed = 100
    assert ann.who() == "ann"
    assert times(ann) == (iso(100), iso(100))


def test_a_login_starts_the_session_anew(engine, visitor, clock):
    visitor.get("/basket/")
    clock.passed = 1_700
    assert visitor.get("/enter/").content == b"in"
    assert times(visitor) == (iso(1_700), iso(1_700))
    assert visitor.get("/look/").content == b"tea"


def test_who_has_no_session_gets_none(engine, visitor):
    response = visitor.get("/plain/")
    assert (response.cookies, response.has_header("Vary")) == ({}, False)


def test_after_a_logout_nothing_is_left(engine, ann):
    ann.get("/leave/")
    assert ann.cookie is None
    assert ann.who() == ""
    assert ann.cookie is None


def test_a_long_request_is_an_activity_to_its_end(engine, ann, clock, serving):
    def upload(request):
        clock.passed += 1_700
        return HttpResponse(request.user.get_username())

    serving(upload=upload)
    clock.passed = 10
    assert ann.get("/upload/").content == b"ann"
    assert times(ann) == (iso(0), iso(1_710))
