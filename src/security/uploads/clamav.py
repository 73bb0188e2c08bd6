"""
Ask ClamAV about a file, by the socket of its daemon (``man clamd``, INSTREAM).

The file is sent in pieces, so nothing but the socket is shared with the daemon.
"""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from typing import BinaryIO, Final

from security.uploads.refusal import Refusal, gettext_noop
from security.uploads.rules import Scanner

MAX_SECONDS: Final = 60.0  # for one file, from connecting to the answer
MAX_REPLY: Final = 4096  # bytes; an honest answer is a line
CHUNK: Final = 64 * 1024  # bytes sent at a time

_UNAVAILABLE = gettext_noop(
    "The file could not be checked for viruses and was not accepted. Please try again later."
)
_INFECTED = gettext_noop('The virus scanner found "%(found)s" in this file.')
_TOO_LARGE = gettext_noop("The file is too large to be checked for viruses.")


def scan(stream: BinaryIO, scanner: Scanner, *, seconds: float = MAX_SECONDS) -> None:
    """
    Return if clamd finds nothing in the whole stream; its position is moved.

    Raises ``Refusal``: ``virus.found``; ``virus.too_large`` for a file above the daemon's
    ``StreamMaxLength``; ``virus.unchecked`` for anything but a clear answer within ``seconds``.
    """
    reply = b""
    with suppress(OSError):
        reply = _ask(stream, scanner, time.monotonic() + seconds)
    if reply == b"stream: OK":
        return
    answer = reply.decode(errors="replace").removeprefix("stream: ")
    if answer.endswith(" FOUND"):
        raise Refusal("virus.found", _INFECTED, found=answer.removesuffix(" FOUND"))
    if reply == b"INSTREAM size limit exceeded. ERROR":
        raise Refusal("virus.too_large", _TOO_LARGE)
    raise Refusal("virus.unchecked", _UNAVAILABLE)


def _ask(stream: BinaryIO, scanner: Scanner, until: float) -> bytes:
    """Return clamd's answer without the NUL at its end, or nothing if that did not come."""
    with _connected(scanner, until) as client:
        with suppress(ConnectionError):  # it says why before it hangs up
            _send(client, b"zINSTREAM\0", until)
            stream.seek(0)
            while chunk := stream.read(CHUNK):
                _send(client, struct.pack(">I", len(chunk)) + chunk, until)
            _send(client, struct.pack(">I", 0), until)
        reply = bytearray()
        while b"\0" not in reply and len(reply) < MAX_REPLY:
            client.settimeout(_left(until))
            received = client.recv(MAX_REPLY)
            if not received:
                return b""
            reply += received
        return bytes(reply).partition(b"\0")[0]


def _connected(scanner: Scanner, until: float) -> socket.socket:
    if scanner.path is None:
        return socket.create_connection((scanner.host, scanner.port), timeout=_left(until))
    client = socket.socket(socket.AF_UNIX)
    try:
        client.settimeout(_left(until))
        client.connect(scanner.path)
    except BaseException:
        client.close()
        raise
    return client


def _send(client: socket.socket, data: bytes, until: float) -> None:
    client.settimeout(_left(until))
    client.sendall(data)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
