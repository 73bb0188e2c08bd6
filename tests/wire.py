"""A request as the server hands it over, below what Django's test client lets one say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.urls import clear_script_prefix

from tests.modes import Site


class Request(NamedTuple):
    """``path`` is decoded, and has the prefix ``root`` in it; ``peer`` is ``None`` on a socket."""

    path: str = "/sync/"
    query: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = {"Host": "testserver"}
    peer: str | None = "203.0.113.9"
    scheme: str = "http"
    root: str = ""

    def environ(self) -> dict[str, Any]:
        names = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in self.headers}
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": self.root,
            "PATH_INFO": _latin(self.path.removeprefix(self.root)),
            "QUERY_STRING": self.query,
            "REMOTE_ADDR": self.peer or "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": BytesIO(),
            **{names[name]: _latin(value) for name, value in self.headers.items()},
        }

    def scope(self) -> dict[str, Any]:
        headers = [(k.lower().encode(), v.encode()) for k, v in self.headers.items()]
        return {
            "type": "http",
            "method": self.method,
            "path": self.path,
            "query_string": self.query.encode(),
            "root_path": self.root,
            "headers": headers,
            "client": (self.peer, 1) if self.peer is not None else None,
            "server": ("testserver", 443 if self.scheme == "https" else 80),
            "scheme": self.scheme,
        }


class Answer(NamedTuple):
    """What went back over the wire. Header names are in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: Any) -> Any:
        """Return the only header of that name, or ``None``."""
        found = [value for key, value in self.headers if key == name.lower()]
        assert len(found) < 2
        return found[0] if found else None


class Wire:
    """A running site: the handler, and with it every middleware, starts once."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.handler: Any = WSGIHandler() if mode == "wsgi" else ASGIHandler()

    def __call__(self, **request: Any) -> Answer:
        if self.mode == "wsgi":
            return self._wsgi(Request(**request))
        return asyncio.run(self._asgi(Request(**request)))

    def _wsgi(self, request: Request) -> Answer:
        head: list[Any] = []
        response = self.handler(request.environ(), lambda *given: head.extend(given))
        body = b"".join(response)
        response.close()
        headers = [(name.lower(), value) for name, value in head[1]]
        return Answer(int(head[0].partition(" ")[0]), headers, body)

    async def _asgi(self, request: Request) -> Answer:
        events: list[Any] = []
        requests = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            if not requests:
                await asyncio.Event().wait()  # the client stays
            return requests.pop()

        async def send(event: Any) -> None:
            events.append(event)

        await self.handler(request.scope(), receive, send)
        headers = [(name.decode().lower(), value.decode()) for name, value in events[0]["headers"]]
        return Answer(
            events[0]["status"], headers, b"".join(event.get("body", b"") for event in events)
        )


@pytest.fixture
def wire(site: Site) -> Iterator[Callable[..., Wire]]:
    """Start the site of the settings as they are now, in each mode."""
    yield lambda: Wire(site.mode)
    clear_script_prefix()  # Django leaves that of the last request


def _latin(text: str) -> str:
    return text.encode().decode("latin-1")
