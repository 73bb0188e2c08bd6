from __future__ import annotations

import asyncio
import logging
import re
import sys

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from tests.profiling.site import OURS, TIMING, VIEWS, crunch_numbers, is_profiled, sync_view

from security.middleware.profiling import _ONE
from security.middleware.recorders import Queries
from security.profiling import MAX_SQL, laid_out, token


def broken_view(request):
    crunch_numbers()
    raise RuntimeError("the view is broken")


async def async_broken_view(request):
    await asyncio.sleep(0)
    crunch_numbers()
    raise RuntimeError("the view is broken")


def asking_view(request):
    with connection.cursor() as cursor:
        cursor.execute("select %s as secret, 1 as one from sqlite_master", ["a-secret"])
    return HttpResponse(b"ok")


def measured_view(request):
    return HttpResponse(b"ok", headers={"Server-Timing": "own;dur=1", "Vary": "Cookie"})


@pytest.mark.parametrize("kind", VIEWS)
def test_the_view_itself_is_in_the_profile(profile, lines, kind):
    response = profile(VIEWS[kind])
    assert (response.status_code, response.content) == (200, b"ok")
    assert is_profiled(response)
    assert response["Vary"] == "X-Profile"
    (level, text), *others = lines()
    assert (level, others) == ("DEBUG", [])
    assert text.startswith("GET page/: 200 total;dur=")
    calls = re.search(r"^\s+(\d+)\s.*\(crunch_numbers\)$", text, re.MULTILINE)
    assert calls is not None
    assert int(calls[1]) == (3 if kind == "async" else 1)


@pytest.mark.parametrize("view", [broken_view, async_broken_view])
def test_an_error_in_the_view_is_profiled_and_leaves_no_profiler_on(profile, page, lines, view):
    for _ in range(2):
        with pytest.raises(RuntimeError, match="the view is broken"):
            profile(view)
    assert sys.getprofile() is None
    assert not _ONE.locked()
    assert is_profiled(profile(sync_view))


def test_an_error_page_is_profiled_too(wire, settings, lines):
    settings.ROOT_URLCONF = (path("sync/", broken_view),)
    answer = wire()(headers={"Host": "testserver", "X-Profile": "1"})
    assert (answer.status, bool(TIMING.fullmatch(answer["Server-Timing"]))) == (500, True)
    assert "(crunch_numbers)" in lines()[0][1]
    missing = wire()(path="/nothing/", headers={"Host": "testserver", "X-Profile": "1"})
    assert missing.status == 404
    assert lines()[1][1].startswith("GET no view: 404 ")


def test_a_request_without_the_header_is_as_it_was(page, lines):
    response = page(sync_view)
    assert "Server-Timing" not in response.headers
    assert "Vary" not in response.headers
    assert lines() == []


REFUSED = {
    "visitor": (["staff", "token"], "1"),
    "dismissed": (["staff", "token"], "1"),
    "nobody": (["staff", "token"], "1"),
    "staff": (["token"], "1"),
    "token": (["staff"], None),
    "expired": (["token"], "expired"),
}


def header_of(kind, monkeypatch):
    if kind != "expired":
        return token(5) if kind is None else kind
    with monkeypatch.context() as past:
        past.setattr("django.core.signing.time.time", lambda: 1_000_000_000.0)
        return token(5)


@pytest.mark.parametrize("who", REFUSED)
def test_who_may_not_is_served_without_a_profile(profile, settings, lines, monkeypatch, who):
    allow, header = REFUSED[who]
    settings.SECURITY_PROFILING_ALLOW = allow
    person = who if who in {"visitor", "dismissed", "staff"} else "visitor"
    settings.MIDDLEWARE = [OURS] if who == "nobody" else [f"tests.profiling.site.{person}", OURS]
    response = profile(sync_view, header_of(header, monkeypatch))
    assert (response.status_code, response.content) == (200, b"ok")
    assert "Server-Timing" not in response.headers
    said = f"Served without a profile: X-Profile is for {' and '.join(allow)}."
    assert lines() == [("INFO", said)]


def test_a_token_works_for_anybody(profile, settings, lines):
    settings.MIDDLEWARE = [OURS]
    settings.SECURITY_PROFILING_ALLOW = ["token"]
    assert is_profiled(profile(sync_view, token(5)))
    assert [level for level, _ in lines()] == ["DEBUG"]


def test_while_debugging_anyone_may(profile, settings):
    settings.MIDDLEWARE = [OURS]
    settings.DEBUG = True
    settings.SECURITY_PROFILING_ALLOW = ["anyone"]
    assert is_profiled(profile(sync_view))


@pytest.mark.django_db
def test_the_user_is_loaded_only_for_the_header(settings, page, django_assert_num_queries):
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        OURS,
    ]
    with django_assert_num_queries(0):
        assert page(sync_view).status_code == 200
    assert not is_profiled(page(sync_view, headers={"X-Profile": "1"}))


@pytest.mark.django_db(transaction=True)
def test_queries_are_counted_and_shown_while_debugging(profile, settings, lines):
    settings.DEBUG = True
    assert profile(asking_view)["Server-Timing"].endswith(';desc="1 query"')
    assert "SELECT %s AS secret,\n       1 AS one\nFROM sqlite_master" in lines()[0][1]
    assert "a-secret" not in lines()[0][1]
    settings.DEBUG = False
    assert profile(asking_view)["Server-Timing"].endswith(';desc="1 query"')
    assert "sqlite_master" not in lines()[1][1]
    assert [w for w in connection.execute_wrappers if isinstance(w, Queries)] == []


def test_what_the_view_measured_stays(profile):
    response = profile(measured_view)
    own, _, ours = response["Server-Timing"].partition(", ")
    assert (own, bool(TIMING.fullmatch(ours))) == ("own;dur=1", True)
    assert response["Vary"] == "Cookie, X-Profile"


def test_a_stream_is_profiled_until_it_begins(profile):
    assert is_profiled(profile(lambda request: StreamingHttpResponse([b"a", b"b"])))


def test_the_match_names_the_view_itself(profile):
    found = []

    def view(request):
        found.append(request.resolver_match.func)
        return HttpResponse()

    profile(view)
    assert found == [view]


def test_a_view_may_forget_how_it_was_found(profile, lines):
    def view(request):
        request.resolver_match = None
        return HttpResponse()

    assert is_profiled(profile(view))
    assert lines()[0][1].startswith("GET no view: 200 ")


def test_marks_of_the_view_are_seen_before_it_runs(profile, settings):
    def view(request):
        return HttpResponse()

    view.csrf_exempt = True
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.csrf.CsrfViewMiddleware"]
    assert is_profiled(profile(view))


def test_a_profile_that_nobody_reads_is_not_written_out(profile, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "profiling")
    monkeypatch.setattr("security.middleware.recorders.CProfile.text", None)
    assert is_profiled(profile(sync_view))


def test_a_long_or_deep_query_is_shown_as_it_is():
    assert laid_out("select 1") == "SELECT 1"
    assert laid_out("x" * (MAX_SQL + 1)) == f"{'x' * MAX_SQL} ... ({MAX_SQL + 1} characters)"
    deep = "(" * 2000 + ")" * 2000
    assert isinstance(laid_out(deep), str)
