"""
ClamAV's protocol, against a server that speaks it.

The server is this file's own: real sockets, the documented words of ``man clamd``, no engine.
"""

from __future__ import annotations

import io
import socket
import struct
import threading
from contextlib import contextmanager, suppress

import pytest

from security.uploads import clamav
from security.uploads.refusal import Refusal
from security.uploads.rules import Scanner

BAD = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 200_000  # bytes: the server's StreamMaxLength


def received(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def answer(client: socket.socket) -> bytes:
    """Do what clamd does: take the stream in pieces, say what is in it."""
    assert received(client, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", received(client, 4))[0]:
        content += received(client, size)
        if len(content) > LIMIT:
            return b"INSTREAM size limit exceeded. ERROR\0"
    return b"stream: Eicar-Test-Signature FOUND\0" if BAD in content else b"stream: OK\0"


@contextmanager
def clamd(place, reply=answer, *, is_polite=True):
    """Serve one client at a path or a free port, and yield where; listen to its last word."""
    family = socket.AF_INET if place is None else socket.AF_UNIX
    with socket.socket(family) as server:
        server.bind(("127.0.0.1", 0) if place is None else str(place))
        server.listen()
        server.settimeout(20)

        def serve() -> None:
            with server.accept()[0] as client, suppress(OSError):
                client.settimeout(20)
                client.sendall(reply(client))
                client.shutdown(socket.SHUT_WR)
                while is_polite and client.recv(65_536):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        if place is None:
            yield Scanner(host="127.0.0.1", port=server.getsockname()[1])
        else:
            yield Scanner(path=str(place))
        thread.join()


@pytest.fixture(params=["unix", "tcp"])
def place(request, tmp_path):
    return tmp_path / "clamd.ctl" if request.param == "unix" else None


def refusal_of(content: bytes, scanner: Scanner, **options) -> Refusal:
    with pytest.raises(Refusal) as caught:
        clamav.scan(io.BytesIO(content), scanner, **options)
    return caught.value


def test_a_file_without_a_finding_passes(place):
    with clamd(place) as scanner:
        clamav.scan(io.BytesIO(b"harmless" * 20_000), scanner)


def test_a_finding_is_named_to_the_visitor(place):
    with clamd(place) as scanner:
        refusal = refusal_of(bytes(100_000) + BAD, scanner)
    assert refusal.rule == "virus.found"
    assert str(refusal) == 'The virus scanner found "Eicar-Test-Signature" in this file.'


def test_a_file_above_the_limit_of_the_daemon_is_refused(place):
    with clamd(place) as scanner:
        refusal = refusal_of(bytes(50 * LIMIT), scanner)
    assert refusal.rule == "virus.too_large"


def test_a_daemon_that_hangs_up_refuses_the_file(place):
    with clamd(place, lambda client: b"", is_polite=False) as scanner:
        assert refusal_of(bytes(50 * LIMIT), scanner).rule == "virus.unchecked"


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n",
        b"OK\0",
        b"stream: OK FOUNDATION\0",
        b"UNKNOWN COMMAND\0",
        b"x" * 10_000 + b"\0",
        b"\xff\0",
    ],
    ids=ascii,
)
def test_anything_but_a_clear_answer_refuses_the_file(reply, place):
    def garbled(client: socket.socket) -> bytes:
        answer(client)
        return reply

    with clamd(place, garbled) as scanner:
        assert refusal_of(b"harmless", scanner).rule == "virus.unchecked"


def test_a_daemon_that_says_nothing_is_not_waited_for(place):
    done = threading.Event()

    def silent(client: socket.socket) -> bytes:
        done.wait(20)
        return b""

    with clamd(place, silent) as scanner:
        refusal = refusal_of(b"harmless", scanner, seconds=0.2)
        done.set()
    assert refusal.rule == "virus.unchecked"


def test_a_daemon_that_is_not_there_refuses_the_file(tmp_path):
    for scanner in (Scanner(path=str(tmp_path / "none")), Scanner(host="127.0.0.1", port=1)):
        refusal = refusal_of(b"harmless", scanner)
        assert refusal.rule == "virus.unchecked"
        assert "Please try again later." in str(refusal)


def test_no_time_left_refuses_the_file(tmp_path):
    scanner = Scanner(path=str(tmp_path / "none"))
    assert refusal_of(b"harmless", scanner, seconds=0).rule == "virus.unchecked"
