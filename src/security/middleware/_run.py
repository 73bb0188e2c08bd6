"""The only module that knows sync from async. Everything else is written once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any, NamedTuple

from asgiref.sync import (
    async_to_sync,
    iscoroutinefunction,
    markcoroutinefunction,
    sync_to_async,
)
from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], Any]


class Step(NamedTuple):
    """Something that a flow waits for: how to do it now, and how to await it."""

    run: Callable[[], Any]
    arun: Callable[[], Awaitable[Any]]


Flow = Generator[Step, Any, Any]


def drive(flow: Flow) -> Any:
    """Run a flow to its end, and return what it returns."""
    try:
        step = next(flow)
        while True:
            try:
                result = step.run()
            except Exception as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        return stop.value
    finally:
        flow.close()


async def adrive(flow: Flow) -> Any:
    """Await a flow to its end, and return what it returns."""
    try:
        step = next(flow)
        while True:
            try:
                result = await step.arun()
            except Exception as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        return stop.value
    finally:
        flow.close()


def blocking(call: Callable[..., Any], *arguments: Any, **named: Any) -> Step:
    """Return the step of a call that may block; under ASGI it waits in Django's thread."""
    return Step(
        partial(call, *arguments, **named), partial(sync_to_async(call), *arguments, **named)
    )


def calling(call: Callable[..., Any], *arguments: Any, **named: Any) -> Step:
    """Return the step of a function of the project: one that may block, or a coroutine one."""
    if not iscoroutinefunction(call):
        return blocking(call, *arguments, **named)
    return Step(
        partial(async_to_sync(call), *arguments, **named), partial(call, *arguments, **named)
    )


class Middleware:
    """Say once, at the start, whether we are awaited."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.async_mode = iscoroutinefunction(get_response)
        if self.async_mode:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Return the response, or in async mode what it is awaited from."""
        raise NotImplementedError


class HeaderMiddleware(Middleware):
    """
    A middleware whose hooks compute and never wait, so that they run inline in both modes.

    ``process_request`` may return a response, which then passes through
    ``process_response`` like any other; the view is not called.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if self.async_mode:
            return self.__acall__(request)
        response = self.process_request(request)
        if response is None:
            response = self.get_response(request)
        return self.process_response(request, response)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.process_request(request)
        if response is None:
            response = await self.get_response(request)
        return self.process_response(request, response)

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Look at the request before the view does."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return the response that is sent."""
        raise NotImplementedError


class FlowMiddleware(Middleware):
    """
    A middleware that waits (session, user, cache, database): ``yield`` each wait as a step.

    Write ``request_flow``, which may return a response to stop here. Beside it there may be
    ``view_flow``, which runs when the view is known and may return a response too, and
    ``response_flow``, which returns the response that is sent. What can be told without
    waiting, ``is_settled`` and ``is_answered`` tell, and no flow is started.

    ``process_request`` is there to be called and overridden, as in any middleware of
    Django. A subclass may have ``process_view`` and ``process_response`` as well: they are
    asked after ours. A hook of a user may block, so under ASGI it runs in Django's thread.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.view_hook = getattr(type(self), "process_view", None)  # of a subclass
        if self.view_hook or type(self).view_flow is not FlowMiddleware.view_flow:
            self.process_view = self._aview if self.async_mode else self._view

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Keep the hooks of Django, which users call and override, in step with the flows."""
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if response_hook := own.get("process_response"):
            is_answered, before = cls.is_answered, cls.response_flow

            def response_flow(self: Any, request: HttpRequest, response: Any) -> Flow:
                if not is_answered(self, request, response):
                    response = yield from before(self, request, response)
                return (yield calling(response_hook, self, request, response))

            cls.response_flow = response_flow  # type: ignore[method-assign]
            cls.is_answered = FlowMiddleware.is_answered  # type: ignore[method-assign]
        if flow := own.get("request_flow"):
            cls.process_request = lambda self, request: drive(  # type: ignore[method-assign]
                flow(self, request)
            )
        elif hook := own.get("process_request"):

            def request_flow(self: Any, request: HttpRequest) -> Flow:
                return (yield blocking(hook, self, request))

            cls.request_flow = request_flow  # type: ignore[method-assign]
            cls.is_settled = FlowMiddleware.is_settled  # type: ignore[method-assign]

    def __call__(self, request: HttpRequest) -> Any:
        if self.async_mode:
            return self.__acall__(request)
        response = None if self.is_settled(request) else drive(self.request_flow(request))
        if response is None:
            response = self.get_response(request)
        if self.is_answered(request, response):
            return response
        return drive(self.response_flow(request, response))

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response: Any = None
        if not self.is_settled(request):
            response = await adrive(self.request_flow(request))
        if response is None:
            response = await self.get_response(request)
        if not self.is_answered(request, response):
            response = await adrive(self.response_flow(request, response))
        sent: HttpResponseBase = response
        return sent

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Look at the request before the view does."""
        response: HttpResponseBase | None = drive(self.request_flow(request))
        return response

    def is_settled(self, request: HttpRequest) -> bool:
        """Tell, without waiting, that the request goes on, and that no flow need say so."""
        return False

    def request_flow(self, request: HttpRequest) -> Flow:
        """Look at the request before the view does; return a response to stop here."""
        yield from ()

    def view_flow(self, request: HttpRequest) -> Flow:
        """Look at ``request.resolver_match``; return a response to stop here."""
        yield from ()

    def is_answered(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Tell, without waiting, that the response is sent as it is."""
        return type(self).response_flow is FlowMiddleware.response_flow

    def response_flow(self, request: HttpRequest, response: HttpResponseBase) -> Flow:
        """Return the response that is sent."""
        yield from ()
        return response

    def _view(self, request: HttpRequest, *view: Any) -> Any:
        response = None if self.is_settled(request) else drive(self.view_flow(request))
        if response is None and self.view_hook:
            response = calling(self.view_hook, self, request, *view).run()
        return response

    async def _aview(self, request: HttpRequest, *view: Any) -> Any:
        response = None if self.is_settled(request) else await adrive(self.view_flow(request))
        if response is None and self.view_hook:
            response = await calling(self.view_hook, self, request, *view).arun()
        return response
