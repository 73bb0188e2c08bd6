"""As little of a browser as the load needs: HTTP/1.1 that stays connected, forms and cookies."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from .load_rules import LOGIN

TOKEN = "t" * 32  # against forgery, Django compares cookie and field; a client may choose both
PATIENCE = 30  # seconds for one answer
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Answer:
    """``status`` is 0 as long as there is no answer. Times are Unix seconds."""

    kind: str
    sent: float
    answered: float = 0.0
    status: int = 0
    location: str = ""
    body: str = ""
    retry_after: float = 0.0
    port: int = 0

    @property
    def wants_login(self) -> bool:
        return self.status == 302 and self.location.startswith(LOGIN)


class Log(NamedTuple):
    """All requests of the run."""

    answers: list[Answer]
    problems: list[str]

    def broken(self, text: str) -> None:
        self.problems.append(text)


@dataclass
class Browser:
    """One visitor from one address, whose requests go to any of the processes of the site."""

    ports: list[int]
    address: str
    log: Log
    cookies: dict[str, str] = field(default_factory=lambda: {"csrftoken": TOKEN})
    streams: dict[int, Stream] = field(default_factory=dict)

    async def get(self, path: str, *, port: int = 0) -> Answer:
        return await self.send("page", "GET", path, port=port)

    async def post(self, kind: str, path: str, **fields: str) -> Answer:
        return await self.send(kind, "POST", path, {"csrfmiddlewaretoken": TOKEN, **fields})

    async def login(
        self,
        username: str,
        password: str,
        kind: str = "login",
        note: Callable[[Answer], None] | None = None,
    ) -> Answer:
        fields = {"csrfmiddlewaretoken": TOKEN, "username": username, "password": password}
        return await self.send(kind, "POST", LOGIN, fields, note=note)

    async def send(
        self,
        kind: str,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
        *,
        port: int = 0,
        note: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """Send one request; ``note`` gets the answer as it is asked for, before it is there."""
        port = port or random.choice(self.ports)  # noqa: S311
        body = urlencode(fields or {}).encode()
        answer = Answer(kind, time.time(), port=port)
        self.log.answers.append(answer)
        if note is not None:
            note(answer)
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await self._stream(port)
                writer.write(self._head(method, path, port, len(body)) + body)
                await self._read(reader, answer)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.streams.pop(port, None)
            self.log.broken(f"no answer: {kind} {path}: {error!r}")
        finally:
            answer.answered = time.time()
        if answer.status >= 500:
            self.log.broken(f"{answer.status}: {kind} {method} {path}")
        return answer

    async def _stream(self, port: int) -> Stream:
        if port not in self.streams:
            self.streams[port] = await asyncio.open_connection("127.0.0.1", port)
        return self.streams[port]

    def _head(self, method: str, path: str, port: int, length: int) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = (
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"X-Forwarded-For: {self.address}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {length}",
            f"Cookie: {cookies}",
        )
        return "\r\n".join((*lines, "", "")).encode()

    async def _read(self, reader: asyncio.StreamReader, answer: Answer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = None
        for line in head[1:-2]:
            name, _, value = line.partition(":")
            match name.lower():
                case "content-length":
                    length = int(value)
                case "location":
                    answer.location = value.strip()
                case "retry-after":
                    answer.retry_after = float(value)
                case "set-cookie":
                    self._keep(value.strip())
        status = int(head[0].split()[1])
        if length is None and status != 204:
            raise ValueError("an answer without Content-Length")
        answer.body = (await reader.readexactly(length or 0)).decode()
        answer.status = status

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if "max-age=0" in cookie.lower():
            self.cookies.pop(name, None)
        elif name != "csrftoken":
            self.cookies[name] = value

    def close(self) -> None:
        for _, writer in self.streams.values():
            writer.close()
        self.streams.clear()
