"""Requests as a server hands them over, with whatever body and headers; and sinks that tell."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler

from security.reports.entry import Arrival
from security.reports.sinks import SinkUnavailable

LEGACY = "application/csp-report"
REPORTS = "application/reports+json"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
Headers = Mapping[str, str]


def violation(**members: Any) -> dict[str, Any]:
    """Return a report as report-uri gets it."""
    return {
        "csp-report": {
            "document-uri": "https://testserver/invoice/8731/?token=secret",
            "referrer": "",
            "violated-directive": "img-src",
            "effective-directive": "img-src",
            "original-policy": "img-src 'self'; report-uri /csp-report/",
            "disposition": "enforce",
            "blocked-uri": "https://cdn.example/a.png?user=7",
            "status-code": 200,
            **members,
        }
    }


def body(**members: Any) -> bytes:
    return json.dumps(violation(**members)).encode()


class Answer(NamedTuple):
    """What went back over the wire. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Stream(io.BytesIO):
    """A body that notes how much of it was read."""

    was_read = 0

    def read(self, *size: Any) -> bytes:
        part = super().read(*size)
        self.was_read += len(part)
        return part

    def readline(self, *size: Any) -> bytes:
        part = super().readline(*size)
        self.was_read += len(part)
        return part


class Server:
    """A running site in one mode: middlewares start once, CSRF is enforced."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.handler: Any = WSGIHandler() if mode == "wsgi" else ASGIHandler()

    def post(
        self,
        path: str,
        body: bytes | Stream = b"",
        content_type: str | None = LEGACY,
        *,
        method: str = "POST",
        length: str | None = "",
        headers: Headers = {},  # noqa: B006  # nobody changes it
        scheme: str = "http",
        peer: str = "203.0.113.9",
        root: str = "",
    ) -> Answer:
        """Send a request. ``length`` is that of Content-Length: "" for the truth, None for none."""
        stream = body if isinstance(body, Stream) else Stream(body)
        if length == "":
            length = str(len(stream.getbuffer()))
        given = {
            "Host": "testserver",
            "User-Agent": CHROME,
            "Content-Type": content_type,
            "Content-Length": length,
            **headers,
        }
        sent = {name: value for name, value in given.items() if value is not None}
        request = _Request(method, root + path, stream, sent, scheme, peer, root)
        if self.mode == "wsgi":
            return self._wsgi(request)
        return asyncio.run(self._asgi(request))

    def _wsgi(self, request: _Request) -> Answer:
        head: list[Any] = []
        response = self.handler(request.environ(), lambda *given: head.extend(given))
        content = b"".join(response)
        response.close()
        headers = {name.lower(): value for name, value in head[1]}
        return Answer(int(head[0].partition(" ")[0]), headers, content)

    async def _asgi(self, request: _Request) -> Answer:
        events: list[Any] = []
        chunks = list(iter(lambda: request.stream.read(65_536), b"")) or [b""]
        requests = [
            {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
            for number, chunk in enumerate(chunks, 1)
        ]

        async def receive() -> Any:
            if not requests:
                await asyncio.Event().wait()  # the client stays
            return requests.pop(0)

        async def send(event: Any) -> None:
            events.append(event)

        # As the test client: in the one thread that is there, not in one for each request, whose
        # connection to a database in memory nobody would close.
        await self.handler.handle(request.scope(), receive, send)
        headers = {name.decode().lower(): value.decode() for name, value in events[0]["headers"]}
        content = b"".join(event.get("body", b"") for event in events)
        return Answer(events[0]["status"], headers, content)


class _Request(NamedTuple):
    method: str
    path: str
    stream: Stream
    headers: Headers
    scheme: str
    peer: str
    root: str

    def environ(self) -> dict[str, Any]:
        bare = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
        headers = {
            bare.get(name.lower(), f"HTTP_{name.upper().replace('-', '_')}"): value
            for name, value in self.headers.items()
        }
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": self.root,
            "PATH_INFO": self.path.partition("?")[0].removeprefix(self.root),
            "QUERY_STRING": self.path.partition("?")[2],
            "REMOTE_ADDR": self.peer,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": self.stream,
            **headers,
        }

    def scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "method": self.method,
            "path": self.path.partition("?")[0],
            "query_string": self.path.partition("?")[2].encode(),
            "root_path": self.root,
            "headers": [
                (name.lower().encode(), value.encode("latin-1"))
                for name, value in self.headers.items()
            ],
            "client": (self.peer, 1),
            "server": ("testserver", 443 if self.scheme == "https" else 80),
            "scheme": self.scheme,
        }


class Keeper:
    """A sink that keeps everything in the process, and fails when it is told to."""

    def __init__(self, label: str = "") -> None:
        self.label = label
        self.arrivals: list[Arrival] = []
        self.refused: Counter[str] = Counter()
        self.ways: set[str] = set()
        self.failure: Exception | None = None

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        self.ways.add("accept")
        self._keep(arrivals)

    async def aaccept(self, arrivals: Sequence[Arrival]) -> None:
        self.ways.add("aaccept")
        self._keep(arrivals)

    def refuse(self, reason: str, count: int) -> None:
        self.refused[reason] += count

    def _keep(self, arrivals: Sequence[Arrival]) -> None:
        if self.failure is not None:
            raise self.failure
        self.arrivals += arrivals

    @property
    def reports(self) -> list[Any]:
        return [arrival.entry.report for arrival in self.arrivals]


class Half:
    """No sink: it lacks two methods."""

    def accept(self, arrivals: Sequence[Arrival]) -> None: ...


class Stubborn(Keeper):
    """A sink that cannot be made."""

    made: ClassVar[int] = 0

    def __init__(self) -> None:
        raise SinkUnavailable("nobody is there")
