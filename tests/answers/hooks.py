"""A real HTTPS server on the loopback that keeps what was posted to it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import trustme


class Hook(ThreadingHTTPServer):
    """``status`` is what it answers; ``None``: nothing, until ``done`` is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status: int | None = 204
        self.location = ""
        self.posted: list[tuple[str, str, Any]] = []
        self.asked = 0
        self.done = Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away: the tests are about what those see."""

    def url(self, scheme: str = "https") -> str:
        return f"{scheme}://localhost:{self.server_port}/hooks/csp"


class Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.server.asked += 1
        if self.server.status is None:
            self.server.done.wait(60)
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def hooked(folder: Path, *, tls: bool = True) -> Iterator[tuple[Hook, Path]]:
    """Serve, and name the file with the authority that signed the certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    server = Hook()
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server, folder / "authority.pem"
    finally:
        server.done.set()
        server.shutdown()
        thread.join()
        server.server_close()
