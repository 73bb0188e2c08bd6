from __future__ import annotations

import asyncio
import importlib.util
import logging
import re
import stat
import sys
import threading
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from django.urls import path
from django.views import View

from security import profiling
from security.middleware import ProfilingMiddleware
from security.middleware.profiling import _ONE, BUSY
from security.middleware.recorders import Queries
from security.profiling import MAX_MINUTES, MAX_SQL, Ring, is_token, laid_out, token

OURS = "security.middleware.ProfilingMiddleware"
TIMING = re.compile(r'total;dur=\d+\.\d, db;dur=\d+\.\d;desc="(?:1 query|\d+ queries)"')


def crunch_numbers():
    return sum(range(1000))


def sync_view(request):
    crunch_numbers()
    return HttpResponse(b"ok")


async def async_view(request):
    for _ in range(3):
        await asyncio.sleep(0)
        crunch_numbers()
    return HttpResponse(b"ok")


class SyncPage(View):
    def get(self, request):
        crunch_numbers()
        return HttpResponse(b"ok")


class AsyncPage(View):
    async def get(self, request):
        await asyncio.sleep(0)
        crunch_numbers()
        return HttpResponse(b"ok")


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


VIEWS = {
    "sync": sync_view,
    "async": async_view,
    "sync-page": SyncPage.as_view(),
    "async-page": AsyncPage.as_view(),
}


def known(**person):
    """Return a middleware that knows who everybody is."""

    def middleware(get_response):
        def ask(request):
            request.user = SimpleNamespace(**{"is_active": True, "is_staff": False} | person)
            return get_response(request)

        return ask

    return middleware


staff = known(is_staff=True)
visitor = known()
dismissed = known(is_staff=True, is_active=False)


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = [f"{__name__}.staff", OURS]
    settings.ENABLE_PROFILING = True


@pytest.fixture
def lines(caplog, monkeypatch):
    """Return what the profiler logged, with the level, and every function in it."""
    monkeypatch.setattr("security.middleware.recorders.MAX_ROWS", 100_000)
    caplog.set_level(logging.DEBUG, "profiling")

    def read():
        return [
            (record.levelname, record.getMessage())
            for record in caplog.records
            if record.name == "profiling"
        ]

    return read


@pytest.fixture
def profile(page):
    def ask(view, header="1", **request):
        return page(view, headers={"X-Profile": header} | request.pop("headers", {}), **request)

    return ask


def is_profiled(response):
    return TIMING.fullmatch(response.headers.get("Server-Timing", "")) is not None


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
    settings.MIDDLEWARE = [OURS] if who == "nobody" else [f"{__name__}.{person}", OURS]
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


def test_a_second_profile_at_the_same_time_is_not_taken(profile, lines):
    with _ONE:
        response = profile(sync_view)
    assert (response["Server-Timing"], response.content) == (BUSY, b"ok")
    assert lines() == [("INFO", "Served without a profile: another one is being taken.")]


def test_requests_in_parallel_threads_are_all_served(settings):
    gate = threading.Barrier(4)

    def view(request):
        gate.wait(30)
        crunch_numbers()
        return HttpResponse(b"ok")

    def ask(number):
        request = RequestFactory().get("/", headers={"X-Profile": token(5)})
        answers[number] = middleware(request)

    middleware = ProfilingMiddleware(view)
    answers = [None] * 4
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.content for answer in answers] == [b"ok"] * 4
    timings = [answer["Server-Timing"] for answer in answers]
    assert sorted(timing == BUSY for timing in timings) == [False, True, True, True]
    assert not _ONE.locked()


def test_what_other_threads_do_meanwhile_is_not_in_the_profile(lines):
    def elsewhere():
        return sum(range(10))

    def work():
        while not done.is_set():
            elsewhere()
            working.set()

    def view(request):
        working.wait(30)
        for _ in range(20):
            crunch_numbers()
        return HttpResponse(b"ok")

    working, done = threading.Event(), threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    try:
        request = RequestFactory().get("/", headers={"X-Profile": token(5)})
        assert is_profiled(ProfilingMiddleware(view)(request))
    finally:
        done.set()
        thread.join()
    text = lines()[0][1]
    assert re.search(r"^\s+20\s.*\(crunch_numbers\)$", text, re.MULTILINE)
    assert "(elsewhere)" not in text


def awaited(view, *requests):
    async def ask():
        middleware = ProfilingMiddleware(view)
        return await asyncio.gather(
            *(middleware(request) for request in requests), return_exceptions=True
        )

    return asyncio.run(ask())


def asking(**headers):
    return AsyncRequestFactory().get("/", headers=headers)


def test_what_other_tasks_do_meanwhile_is_not_in_the_profile(lines):
    def elsewhere():
        return sum(range(10))

    async def view(request):
        if "X-Profile" in request.headers:
            crunch_numbers()
            entered.set()
            await done.wait()
        else:
            await entered.wait()
            elsewhere()
            done.set()
        return HttpResponse(b"ok")

    entered, done = asyncio.Event(), asyncio.Event()
    profiled, plain = awaited(view, asking(**{"X-Profile": token(5)}), asking())
    assert (is_profiled(profiled), "Server-Timing" in plain.headers) == (True, False)
    assert "(crunch_numbers)" in lines()[0][1]
    assert "(elsewhere)" not in lines()[0][1]


def test_parallel_tasks_are_all_served():
    async def view(request):
        await asyncio.sleep(0)
        return HttpResponse(b"ok")

    answers = awaited(view, *(asking(**{"X-Profile": token(5)}) for _ in range(3)))
    timings = [answer["Server-Timing"] for answer in answers]
    assert [timing == BUSY for timing in timings] == [False, True, True]


def test_a_client_that_leaves_ends_the_profile():
    async def view(request):
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            crunch_numbers()

    async def leave():
        task = asyncio.ensure_future(middleware(asking(**{"X-Profile": token(5)})))
        await asyncio.wait_for(entered.wait(), 30)
        task.cancel()
        return await asyncio.gather(task, return_exceptions=True)

    entered = asyncio.Event()
    middleware = ProfilingMiddleware(view)
    (found,) = asyncio.run(leave())
    assert isinstance(found, asyncio.CancelledError)
    assert not _ONE.locked()
    assert sys.getprofile() is None
    assert [w for w in connection.execute_wrappers if isinstance(w, Queries)] == []


def test_another_profiler_at_work_is_left_alone(lines):
    class Taken:
        knows_tasks = False

        def __init__(self, threads, **options):
            pass

        def start(self):
            raise ValueError("Another profiling tool is already active")

    def get_response(request):
        return HttpResponse(b"ok")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("security.middleware.profiling.CProfile", Taken)
        request = RequestFactory().get("/", headers={"X-Profile": token(5)})
        response = ProfilingMiddleware(get_response)(request)
    assert (response.content, response["Server-Timing"]) == (b"ok", BUSY)


def test_a_profile_that_nobody_reads_is_not_written_out(profile, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "profiling")
    monkeypatch.setattr("security.middleware.recorders.CProfile.text", None)
    assert is_profiled(profile(sync_view))


# How it starts.


def test_off_it_removes_itself(settings):
    settings.ENABLE_PROFILING = False
    with pytest.raises(MiddlewareNotUsed):
        ProfilingMiddleware(sync_view)


def test_off_the_header_does_nothing(profile, settings):
    settings.ENABLE_PROFILING = False
    assert "Server-Timing" not in profile(sync_view).headers


def test_it_must_be_switched_on_or_off(settings):
    del settings.ENABLE_PROFILING
    with pytest.raises(ImproperlyConfigured, match="ENABLE_PROFILING must be set"):
        ProfilingMiddleware(sync_view)


def test_anyone_may_only_while_debugging(settings):
    settings.SECURITY_PROFILING_ALLOW = ["staff", "anyone"]
    with pytest.raises(ImproperlyConfigured, match="SECURITY_PROFILING_ALLOW must be without"):
        ProfilingMiddleware(sync_view)


def test_a_folder_needs_the_extra(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    settings.SECURITY_PROFILING_FOLDER = tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"django-bulwark\[profiling\]"):
        ProfilingMiddleware(sync_view)


# The folder.


@pytest.mark.parametrize("kind", VIEWS)
def test_profiles_are_kept_as_pages(profile, settings, tmp_path, lines, kind):
    folder = tmp_path / "new" / "profiles"
    settings.SECURITY_PROFILING_FOLDER = str(folder)
    settings.SECURITY_PROFILING_KEEP = 2
    for _ in range(4):
        assert is_profiled(profile(VIEWS[kind]))
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".html"] * 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(file.read_text().startswith("<!DOCTYPE html>") for file in files)
    assert f"Saved as {files[-1].name}." in lines()[-1][1]
    assert not _ONE.locked()


def busy_view(request):
    for _ in range(60):
        sum(range(20_000))
    return HttpResponse()


async def async_busy_view(request):
    for _ in range(60):
        await asyncio.sleep(0)
        sum(range(20_000))
    return HttpResponse()


@pytest.mark.parametrize("view", [busy_view, async_busy_view])
def test_the_view_is_on_the_page(profile, settings, tmp_path, view):
    settings.SECURITY_PROFILING_FOLDER = tmp_path
    profile(view)
    (file,) = tmp_path.iterdir()
    assert view.__name__ in file.read_text()


def test_a_folder_that_cannot_be_written_to_harms_no_request(profile, settings, tmp_path, lines):
    (tmp_path / "file").touch()
    settings.SECURITY_PROFILING_FOLDER = tmp_path / "file" / "folder"
    response = profile(sync_view)
    assert (response.content, is_profiled(response)) == (b"ok", True)
    assert lines()[0] == (
        "WARNING",
        "SECURITY_PROFILING_FOLDER cannot be written to: Not a directory",
    )


def test_a_ring_leaves_what_is_not_its_own(tmp_path):
    ring = Ring(str(tmp_path), keep=1)
    for name in ("notes.html", "20000101.html", "20000101T000000000000Z-01234567.part"):
        (tmp_path / name).write_text("x")
    ring.save("first")
    last = ring.save("second")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["notes.html", "20000101.html", last.name]
    )
    assert last.read_text() == "second"


def test_a_page_is_saved_whole_or_not_at_all(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        Ring(str(tmp_path), keep=1).save("x" * 100_000 + "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_process_removed_is_no_error(tmp_path, monkeypatch):
    ring = Ring(str(tmp_path), keep=1)
    first = ring.save("first")
    entries = [*tmp_path.iterdir()]
    first.unlink()
    monkeypatch.setattr("pathlib.Path.iterdir", lambda self: iter([*entries, newer]))
    newer = tmp_path / "29991231T000000000000Z-01234567.html"
    ring._prune()


# Tokens and texts.


def test_the_command_prints_a_token():
    out = StringIO()
    call_command("profiletoken", "--minutes", "5", stdout=out)
    assert is_token(out.getvalue().removesuffix("\n"))


@pytest.mark.parametrize("minutes", [0, -1, MAX_MINUTES + 1])
def test_a_token_is_valid_for_a_day_at_most(minutes):
    with pytest.raises(CommandError, match=r"--minutes must be 1 to 1440"):
        call_command("profiletoken", minutes=minutes)
    with pytest.raises(ValueError, match=r"minutes must be 1 to 1440"):
        token(minutes)


def test_a_token_expires(monkeypatch):
    now = [2_000_000_000.0]
    monkeypatch.setattr("django.core.signing.time.time", lambda: now[0])
    text = token(5)
    assert is_token(text)
    now[0] += 299
    assert is_token(text)
    now[0] += 2
    assert not is_token(text)


def test_a_token_that_says_more_than_a_day_expires_after_a_day(monkeypatch):
    now = [2_000_000_000.0]
    monkeypatch.setattr("django.core.signing.time.time", lambda: now[0])
    text = profiling.TimestampSigner(salt="security.profiling").sign("9999999")
    assert is_token(text)
    now[0] += MAX_MINUTES * 60 + 1
    assert not is_token(text)


FORGED = ["", "1", "5:1:x", ":", "x" * 100_000, "5\u00e9"]


@pytest.mark.parametrize("text", FORGED, ids=lambda text: ascii(text)[:20])
def test_what_we_did_not_sign_is_no_token(text):
    assert not is_token(text)


def test_a_signed_text_that_is_no_number_is_no_token():
    assert not is_token(profiling.TimestampSigner(salt="security.profiling").sign("x"))
    assert not is_token(profiling.TimestampSigner(salt="other").sign("5"))


def test_a_long_or_deep_query_is_shown_as_it_is():
    assert laid_out("select 1") == "SELECT 1"
    assert laid_out("x" * (MAX_SQL + 1)) == f"{'x' * MAX_SQL} ... ({MAX_SQL + 1} characters)"
    deep = "(" * 2000 + ")" * 2000
    assert isinstance(laid_out(deep), str)
