"""Listening sockets on the loopback, and kind words when a port is not to be had."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack
from dataclasses import dataclass

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
TRIES = 20  # a port that is free for IPv4 is nearly always free for IPv6
BACKLOG = 128  # connections


class PortError(Exception):
    """A port that cannot be listened on; the message says which option chooses another."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Sockets that listen on one ``port`` of 127.0.0.1 and, where the machine has it, ::1."""

    port: int
    sockets: tuple[socket.socket, ...]


def listen(port: int, *, option: str) -> Listener:
    """Listen on ``port``, or on a free one for 0. Raises ``PortError``, naming ``option``."""
    for attempt in range(1, TRIES + 1):
        try:
            return _listen(port)
        except OSError as error:
            if port == 0 and error.errno == errno.EADDRINUSE and attempt < TRIES:
                continue
            raise _explained(error, port, option) from error
    raise AssertionError


def _listen(port: int) -> Listener:
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        for family, address in LOOPBACK:
            try:
                held = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
                held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                held.bind((address, port))
            except OSError as error:
                if sockets and error.errno in NO_SUCH_ADDRESS:
                    continue  # no IPv6 on this machine
                raise
            held.listen(BACKLOG)
            port = held.getsockname()[1]
            sockets.append(held)
        stack.pop_all()
        return Listener(port, tuple(sockets))


def _explained(error: OSError, port: int, option: str) -> PortError:
    if error.errno == errno.EADDRINUSE:
        reason = f"Port {port} is taken by another program."
    elif error.errno == errno.EACCES:
        reason = f"Port {port} needs rights that you do not have."
    else:
        reason = f"Port {port} cannot be opened: {error.strerror}."
    return PortError(f"{reason} Choose another one with {option} N; 0 finds a free one.")
