"""A large file over real servers: in constant memory, and closed when the client leaves."""

from __future__ import annotations

import http.client
import socket
import threading
import time
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.urls import path
from tests.accounts.running_site import HOST, PATIENCE, PAUSE, asgi, wsgi

from security.uploads.serve import MediaView
from security.uploads.serve.files import CHUNK

LARGE = 256 * 1024 * 1024  # bytes, none of them on the disk
MEMORY = 8 * 1024 * 1024  # bytes that the server may hold, buffers of the socket included


@pytest.fixture(params=[wsgi, asgi], ids=["wsgi", "asgi"])
def port(request, root, storage, settings):
    with (root / "large.mp4").open("wb") as file:
        file.truncate(LARGE)
    settings.ALLOWED_HOSTS = [HOST]
    settings.ROOT_URLCONF = (path("media/<path:path>", MediaView.as_view(storage=storage)),)
    with request.param() as port:
        yield port


@pytest.fixture
def connection(port):
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    yield connection
    connection.close()


def is_open(place):
    """Tell whether this process has the file open."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if entry.readlink() == place:
                return True
        except FileNotFoundError:
            continue  # the descriptor of the listing itself
    return False


def test_a_large_file_is_sent_in_constant_memory(connection):
    connection.request("GET", "/media/photo.png")
    connection.getresponse().read()  # what is imported late is no part of it
    buffer = memoryview(bytearray(CHUNK))
    tracemalloc.start()
    try:
        connection.request("GET", "/media/large.mp4")
        response = connection.getresponse()
        received = 0
        while count := response.readinto(buffer):
            received += count
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert received == LARGE
    assert peak < MEMORY


def test_only_the_bytes_of_a_range_are_read(connection, root):
    with (root / "large.mp4").open("r+b") as file:
        file.seek(LARGE - 4)
        file.write(b"last")
    connection.request("GET", "/media/large.mp4", headers={"Range": "bytes=-4"})
    response = connection.getresponse()
    assert (response.status, response.read()) == (206, b"last")


def test_a_client_that_leaves_leaves_no_file_open(port, root):
    place = root / "large.mp4"
    with socket.create_connection((HOST, port), timeout=PATIENCE) as client:
        client.sendall(b"GET /media/large.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert client.recv(CHUNK).startswith(b"HTTP/1.")
        assert is_open(place)
    end = time.monotonic() + PATIENCE
    while is_open(place) and time.monotonic() < end:
        time.sleep(PAUSE)
    assert not is_open(place)


@pytest.mark.parametrize("request_line", ["HEAD /media/large.mp4", "GET /media/large.mp4"])
@pytest.mark.parametrize("range_", ["bytes=999999999999-", "x"])
def test_no_answer_leaves_a_file_open(connection, root, request_line, range_):
    method, _, target = request_line.partition(" ")
    headers = {"Range": range_, "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    connection.request(method, target, headers=headers)
    response = connection.getresponse()
    assert (response.status, response.read()) == (304, b"")
    assert not is_open(root / "large.mp4")


def test_the_event_loop_does_not_read(ask, site):
    """The thread that runs the event loop, this one, is not the one that reads."""
    readers = set()

    class Watched(ContentFile):
        def read(self, *given):
            readers.add(threading.get_ident())
            return self.file.read(*given)

    class Watching(Storage):
        def _open(self, name, mode="rb"):
            return Watched(b"x" * 3 * CHUNK, name)

    assert len(ask("a.png", storage=Watching()).body) == 3 * CHUNK
    assert len(readers) == 1
    assert (threading.get_ident() in readers) is (site.mode == "wsgi")
