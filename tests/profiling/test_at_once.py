from __future__ import annotations

import asyncio
import re
import sys
import threading

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from tests.profiling.site import crunch_numbers, is_profiled, sync_view

from security.middleware import ProfilingMiddleware
from security.middleware.profiling import _ONE, BUSY
from security.middleware.recorders import Queries
from security.profiling import token


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
