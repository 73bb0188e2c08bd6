"""
The limit: what somebody writes by hand who knows Django well and wants one thing only.

Both forms add the headers that ``PREPARED`` holds when they are made, in one dictionary
update. They decide nothing: no host, no redirect, no nonce, no view that has its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

GetResponse = Callable[[HttpRequest], Any]

# Lower-case name to the name as written and the value, as Django stores a header.
PREPARED: dict[str, tuple[str, str]] = {}


class Limit:
    """The form that packages have: a class, whose objects serve either mode."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.prepared = dict(PREPARED)
        self.async_mode = iscoroutinefunction(get_response)
        if self.async_mode:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.async_mode:
            return self.__acall__(request)
        response = self.get_response(request)
        response.headers._store.update(self.prepared)
        return response

    async def __acall__(self, request: HttpRequest) -> Any:
        response = await self.get_response(request)
        response.headers._store.update(self.prepared)
        return response


@sync_and_async_middleware
def function(get_response: GetResponse) -> GetResponse:
    """Return the same without an object: as little as Django can be made to run."""
    prepared = dict(PREPARED)

    async def add_later(request: HttpRequest) -> Any:
        response = await get_response(request)
        response.headers._store.update(prepared)
        return response

    def add(request: HttpRequest) -> Any:
        response = get_response(request)
        response.headers._store.update(prepared)
        return response

    return add_later if iscoroutinefunction(get_response) else add
