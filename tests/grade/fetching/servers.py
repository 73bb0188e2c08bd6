"""Servers on loopback that answer as they are told, down to the byte."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import NamedTuple

import trustme

HTML = "Content-Type: text/html"


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    count: int  # requests before it, of the whole server
    over: Event  # set when the server ends


def answer(body="<!doctype html><title>t</title>", *lines, status=200):
    """Return the bytes of an answer."""
    data = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} S", f"Content-Length: {len(data)}", HTML, *lines]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + data


def redirect(place, *lines, status=301):
    return answer("", f"Location: {place}", *lines, status=status)


class Server:
    """
    A server of its own threads, on a free port.

    ``respond`` returns bytes, or yields them; the connection is closed after each answer. Where
    ``is_rude``, it does not wait for a request.
    """

    def __init__(
        self, respond: Callable[[Request], bytes | Iterable[bytes]], tls=None, *, is_rude=False
    ):
        self.is_rude = is_rude
        self.respond = respond
        self.requests: list[Request] = []
        self.errors: list[BaseException] = []
        self.open = self.most = 0  # connections: now, and at most
        self._tls = tls
        self._is_over = Event()
        self._threads: list[Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._socket.getsockname()[1]

    @property
    def url(self):
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def __enter__(self):
        self._accepting = Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *raised):
        self._is_over.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        self._accepting.join()
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _accept(self):
        while True:
            connection, _ = self._socket.accept()
            if self._is_over.is_set():
                connection.close()
                return
            thread = Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        connection.settimeout(20)
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = self._read(connection)
            if request is None:
                return
            found = self.respond(request)
            for part in [found] if isinstance(found, bytes) else found:
                if self._is_over.is_set():
                    break
                connection.sendall(part)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):  # so that no reset takes the answer away
                    pass
        except OSError:  # the other side has gone, or does not trust us
            pass
        except Exception as error:  # for the test to see
            self.errors.append(error)
        finally:
            connection.close()
            self.open -= 1

    def _read(self, connection):
        if self.is_rude:
            return Request("", "", {}, 0, self._is_over)
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65_536)
            if not part:
                return None
            data += part
        first, *lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(": ") for line in lines)
        headers = {name.lower(): value for name, _, value in pairs}
        request = Request(method, path, headers, len(self.requests), self._is_over)
        self.requests.append(request)
        return request


class Authority:
    """An authority made for one run of the tests; ``path`` is what is to be trusted."""

    def __init__(self, folder):
        self._ca = trustme.CA()
        self.path = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.path))

    def tls(self, *names):
        """Return what a server needs to be ``names``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(context)
        return context


@contextmanager
def site(respond, authority, plain=None):
    """Serve a site over https, and over http too."""
    with Server(respond, authority.tls()) as secure:

        def onward(request):
            return redirect(f"{secure.url}{request.path}")

        with Server(plain or onward) as server:
            yield secure, server
