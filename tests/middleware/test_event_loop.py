from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import SyncToAsync, iscoroutinefunction
from django.conf import settings as current
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.utils.module_loading import import_string
from tests import views

import security.middleware
from security.middleware import BaseMiddleware
from security.middleware._run import HeaderMiddleware
from security.middleware.single import SingleHeader

OURS = [
    f"security.middleware.{name}"
    for name in security.middleware.__all__
    if issubclass(getattr(security.middleware, name), HeaderMiddleware)
] + ["djangosecure.middleware.SecurityMiddleware"]
HOOKS = ("process_request", "process_response")


class Hopping(BaseMiddleware):
    """Django's own base: what a hop looks like."""

    def process_request(self, request):
        return None

    def process_response(self, request, response):
        return response


class Plain(HeaderMiddleware):
    def process_response(self, request, response):
        return response


class Answering(HeaderMiddleware):
    """Answers before the view does."""

    def process_request(self, request):
        return HttpResponse(b"answered")

    def process_response(self, request, response):
        response["Passed"] = "yes"
        return response


class Unfinished(HeaderMiddleware):
    pass


class Valueless(SingleHeader):
    pass


@pytest.fixture(autouse=True)
def configured(settings):
    settings.CLEAR_SITE_DATA_URL_WHITELIST = ["async"]
    settings.NO_CONFIDENTIAL_CACHING = {"WHITELIST_ON": True}
    settings.P3P_COMPACT_POLICY = "NOI"
    settings.CSP_DICT = {"default-src": ["self"]}
    settings.SECURITY_PRESET = "strict"


@pytest.fixture
def threads(monkeypatch):
    """Return a function that notes in which thread the hooks of a class run."""

    def watch(cls):
        seen = []

        def spy(hook):
            inner = getattr(cls, hook)

            def run(self, *args):
                seen.append(threading.get_ident())
                return inner(self, *args)

            return run

        for hook in HOOKS:
            monkeypatch.setattr(cls, hook, spy(hook))
        return seen

    return watch


@pytest.mark.parametrize("path", ["/sync/", "/async/", "/async-page/", "/nowhere/"])
@pytest.mark.parametrize("middleware", [*OURS, f"{__name__}.Plain"])
def test_every_hook_runs_in_the_thread_of_the_event_loop(settings, threads, middleware, path):
    settings.MIDDLEWARE = [middleware]
    seen = threads(import_string(middleware))
    asyncio.run(AsyncClient().get(path))
    assert seen == [threading.get_ident()] * 2


@pytest.mark.parametrize("middleware", OURS)
def test_an_async_page_behind_it_costs_no_hop(settings, monkeypatch, middleware):
    settings.MIDDLEWARE = [middleware]
    chain = asyncio.run(loaded())
    hops = []
    monkeypatch.setattr(SyncToAsync, "__call__", lambda self, *args: hops.append(self))
    response = asyncio.run(asked(chain))
    assert (response.content, hops) == (b"ok", [])


async def loaded():
    """Return the chain of middlewares, around an async view."""
    (path,) = current.MIDDLEWARE
    return import_string(path)(views.async_view)


async def asked(chain):
    request = HttpRequest()
    request.path = request.path_info = "/async/"
    request.method = "GET"
    request.META |= {"SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    return await chain(request)


def test_the_test_sees_a_hop(settings, threads):
    settings.MIDDLEWARE = [f"{__name__}.Hopping"]
    seen = threads(Hopping)
    asyncio.run(AsyncClient().get("/async/"))
    assert len(seen) == 2
    assert threading.get_ident() not in seen


@pytest.mark.parametrize("middleware", OURS)
def test_under_wsgi_every_hook_runs_in_the_thread_of_the_request(settings, threads, middleware):
    settings.MIDDLEWARE = [middleware]
    seen = threads(import_string(middleware))
    Client().get("/sync/")
    assert seen == [threading.get_ident()] * 2


@pytest.mark.parametrize("middleware", OURS)
def test_a_middleware_says_which_mode_it_is_in(middleware):
    cls = import_string(middleware)
    assert (cls.sync_capable, cls.async_capable) == (True, True)
    assert iscoroutinefunction(cls(views.sync_view)) is False
    assert iscoroutinefunction(cls(views.async_view)) is True


def test_all_of_them_together_keep_to_their_thread(settings, threads):
    settings.MIDDLEWARE = OURS
    seen = [threads(import_string(middleware)) for middleware in dict.fromkeys(OURS)]
    asyncio.run(AsyncClient().get("/async/"))
    assert {thread for each in seen for thread in each} == {threading.get_ident()}


def test_an_answer_before_the_view_passes_through_the_response_hook(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Answering"]
    response = get("/sync/")
    assert (response.content, response["Passed"]) == (b"answered", "yes")


def test_a_middleware_without_a_response_hook_is_unfinished(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Unfinished"]
    with pytest.raises(NotImplementedError):
        get("/sync/")


def test_a_single_header_without_a_value_is_unfinished():
    with pytest.raises(NotImplementedError):
        Valueless(views.sync_view)
