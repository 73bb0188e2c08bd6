from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import SyncToAsync, iscoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from tests import views

import security.middleware
from security.middleware._run import FlowMiddleware, Step, adrive, blocking, drive

OURS = [
    f"security.middleware.{name}"
    for name in security.middleware.__all__
    if issubclass(getattr(security.middleware, name), FlowMiddleware)
] + ["security.auth_throttling.Middleware"]


@pytest.fixture(autouse=True)
def configured(settings):
    settings.ENABLE_PROFILING = True
    settings.LOGIN_EXEMPT_URLS = ["async/"]
    settings.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("login/", None)]}
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "private"}


def asked_for(path):
    request = HttpRequest()
    request.path = request.path_info = path
    request.method = "GET"
    request.META |= {"SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize("middleware", OURS)
def test_a_middleware_says_which_mode_it_is_in(middleware):
    cls = import_string(middleware)
    assert (cls.sync_capable, cls.async_capable) == (True, True)
    assert iscoroutinefunction(cls(views.sync_view)) is False
    assert iscoroutinefunction(cls(views.async_view)) is True


@pytest.mark.parametrize("middleware", OURS)
def test_an_async_page_for_a_stranger_costs_no_hop(monkeypatch, middleware):
    chain = import_string(middleware)(views.async_view)
    hops = []
    monkeypatch.setattr(SyncToAsync, "__call__", lambda self, *args: hops.append(self))
    response = asyncio.run(chain(asked_for("/async/")))
    assert (response.content, hops) == (b"ok", [])


class Waiting(FlowMiddleware):
    """Notes in which thread each of its steps runs."""

    def request_flow(self, request):
        request.threads = [(yield blocking(threading.get_ident)), threading.get_ident()]

    def view_flow(self, request):
        request.viewed = yield Step(lambda: "now", later)

    def response_flow(self, request, response):
        response["Viewed"] = getattr(request, "viewed", "never")
        response["Threads"] = " ".join(map(str, request.threads))
        yield from ()
        return response


async def later():
    return "later"


def test_a_blocking_step_leaves_the_event_loop_and_the_rest_stays(site, settings):
    settings.MIDDLEWARE = [f"{__name__}.Waiting"]
    response = site.get("/async/" if site.mode == "asgi" else "/sync/")
    waited, between = map(int, response["Threads"].split())
    here = threading.get_ident()
    assert (waited == here, between) == (site.mode == "wsgi", here)
    assert response["Viewed"] == {"wsgi": "now", "asgi": "later"}[site.mode]


class Stopping(FlowMiddleware):
    def request_flow(self, request):
        yield from ()
        return HttpResponse(b"stopped")


class Hooked(Stopping):
    """Written by a user who knows ``process_request`` and nothing of flows."""

    def process_request(self, request):
        stopped = super().process_request(request)
        request.META["REASON"] = "hooked"
        return HttpResponse(stopped.content + b" here " + str(threading.get_ident()).encode())


def test_a_flow_may_answer_in_place_of_the_view(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Stopping"]
    assert get("/sync/").content == b"stopped"


def test_process_request_can_be_called_and_overridden(site, settings):
    settings.MIDDLEWARE = [f"{__name__}.Hooked"]
    *said, thread = site.get("/sync/").content.split()
    assert said == [b"stopped", b"here"]
    assert (int(thread) == threading.get_ident()) == (site.mode == "wsgi")


class Beside(Waiting):
    """Written by a user who wants a say about the view and the response, too."""

    def process_view(self, request, view, args, kwargs):
        request.META["SEEN"] = f"{view.__name__} after {request.viewed}"

    def process_response(self, request, response):
        response["Seen"] = f"{request.META['SEEN']}, viewed {response['Viewed']}"
        return response


class Refusing(FlowMiddleware):
    async def process_view(self, request, view, args, kwargs):
        return HttpResponse(b"refused")


def test_hooks_of_a_user_run_after_ours(site, settings):
    settings.MIDDLEWARE = [f"{__name__}.Beside"]
    word = {"wsgi": "now", "asgi": "later"}[site.mode]
    response = site.get("/sync/")
    assert response["Seen"] == f"sync_view after {word}, viewed {word}"


def test_a_hook_of_a_user_may_answer_for_the_view(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Refusing"]
    assert get("/sync/").content == b"refused"


def failing(log):
    try:
        yield Step(broken, abroken)
    except ZeroDivisionError:
        log.append("caught")
        return (yield Step(lambda: "recovered", recovered))
    finally:
        log.append("closed")


def broken():
    raise ZeroDivisionError


async def abroken():
    raise ZeroDivisionError


async def recovered():
    return "recovered"


def test_the_error_of_a_step_is_raised_in_the_flow():
    for run in (drive, lambda flow: asyncio.run(adrive(flow))):
        log = []
        assert (run(failing(log)), log) == ("recovered", ["caught", "closed"])


def unlucky():
    yield Step(broken, abroken)


def test_an_error_that_the_flow_does_not_catch_reaches_the_caller():
    for run in (drive, lambda flow: asyncio.run(adrive(flow))):
        with pytest.raises(ZeroDivisionError):
            run(unlucky())
