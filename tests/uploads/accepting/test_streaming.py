"""Five gigabytes, made as they are sent, to a real server on a port of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.uploads.made import HTML, SAMPLES, png

from security.uploads.handlers import MAX_DROPPED

FIVE_GB = 5 * 10**9  # bytes
GROWTH = 16 * 1024  # KiB of memory; the upload would be 5,000,000 more
BUFFERED = 16 * 2**20  # bytes that may lie in the sockets of both sides
BLOCK = bytes(2**20)
PATIENCE = 60  # seconds for any step


class Served:
    """The server as its clients and the operating system see it."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self.port = int(process.stdout.readline())
        self.folder = folder

    def peak(self) -> int:
        """Return the most memory that the process has ever had, in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]

    def post(self, name: str, declared: str, first: bytes, size: int) -> tuple[int, bytes]:
        """Send a file of ``size`` bytes; return how many went out, and what came back."""
        start = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {declared}\r\n\r\n"
        ).encode()
        end = b"\r\n--b--\r\n"
        head = (
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(start) + size + len(end)}\r\n\r\n"
        ).encode()
        went, answer = 0, b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as client:
            try:
                client.sendall(head + start + first)
                went = len(first)
                while went < size:
                    went += client.send(BLOCK[: size - went])
                client.sendall(end)
            except ConnectionError:  # it does not listen any more
                pass
            try:
                while part := client.recv(65_536):
                    answer += part
            except ConnectionError:
                pass
        return went, answer


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    command = [sys.executable, "-m", "tests.uploads.accepting.served", str(tmp_path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        try:
            yield Served(process, tmp_path)
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("name", "declared", "first"),
    [
        ("film.exe", "application/octet-stream", b"MZ"),
        ("picture.png", "image/png", b"MZ" + bytes(10_000)),
        ("notes.txt", "text/plain", HTML + b" " * 10_000),
        ("picture.png", "video/mp4", png()),
        ("picture.png", "image/png", png(after=bytes(10_000))),
    ],
    ids=["extension", "content", "page", "declared type", "size"],
)
def test_five_gigabytes_are_refused_in_little_memory_and_no_space(served, name, declared, first):
    text = SAMPLES["txt"]
    assert served.post("a.txt", "text/plain", text, len(text))[1].endswith(b"27")
    before = served.peak()
    went, answer = served.post(name, declared, first, FIVE_GB)
    assert went < 2 * MAX_DROPPED + BUFFERED
    assert answer == b"" or b" 400 Bad Request\r\n" in answer
    assert served.post("a.txt", "text/plain", text, len(text))[1].endswith(b"27")
    assert served.peak() - before < GROWTH
    assert list(served.folder.iterdir()) == []
