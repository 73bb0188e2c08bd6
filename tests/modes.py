"""Every middleware test runs through the whole Django handler, in both modes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import AsyncClient, Client


class Site:
    """Send requests in one mode. Each starts the handler, and so every middleware, anew."""

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if self.mode == "wsgi":
            return getattr(Client(), method)
        call = getattr(AsyncClient(), method)
        return lambda *args, **kwargs: asyncio.run(call(*args, **kwargs))


@pytest.fixture(params=["wsgi", "asgi"])
def site(request: pytest.FixtureRequest) -> Site:
    return Site(request.param)


@pytest.fixture
def get(site: Site) -> Callable[..., Any]:
    """Send one GET."""
    return site.get


@pytest.fixture(autouse=True)
def connections(django_db_blocker: Any) -> Iterator[None]:
    """Let Django look at a connection that a test before left open, as each request does."""
    with django_db_blocker.unblock():
        yield
