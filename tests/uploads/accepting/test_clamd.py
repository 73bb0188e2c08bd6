"""The real daemon of ClamAV, with a signature that the tests wrote, behind a form."""

from __future__ import annotations

import io
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import override_settings
from tests.modes import connections, site
from tests.programs import program
from tests.uploads.accepting.site import PAGE, sent, with_field

from security.uploads.forms import SafeFileField

__all__ = ["connections", "site"]

pytestmark = pytest.mark.requires("clamav-daemon")

MARKER = b"made up for these tests, harmless, and unlike anything else"
LIMIT = 300_000  # bytes: StreamMaxLength
PATIENCE = 60  # seconds until the daemon answers; it takes one
ATTEMPTS = 5  # another process may take the port first
CONFIG = """\
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
LocalSocket {folder}/clamd.ctl
TCPAddr 127.0.0.1
TCPSocket {port}
StreamMaxLength {limit}
Foreground yes
"""


class Daemon(NamedTuple):
    """A running clamd, and where it listens, as ``CLAMAV`` names it."""

    process: subprocess.Popen[bytes]
    unix: str
    tcp: str


@contextmanager
def started() -> Iterator[Daemon]:
    """Run clamd with one signature, in a folder and at a port of its own."""
    with tempfile.TemporaryDirectory(prefix="bulwark-") as name:
        folder = Path(name)
        (folder / "signatures").mkdir()
        # Name, any type of file, any place, bytes: the .ndb format of ClamAV's signatures.
        row = f"Bulwark.Test:0:*:{MARKER.hex()}\n"
        (folder / "signatures" / "own.ndb").write_text(row, encoding="ascii")
        process, port = _ready(folder)
        try:
            yield Daemon(process, f"unix:{folder}/clamd.ctl", f"tcp:127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()


def _ready(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    config = folder / "clamd.conf"
    for _ in range(ATTEMPTS):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        text = CONFIG.format(folder=folder, port=port, limit=LIMIT)
        config.write_text(text, encoding="ascii")
        with (folder / "output").open("wb") as output:
            command = (str(program("clamav-daemon")), f"--config-file={config}")
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until:
            if _pongs(str(folder / "clamd.ctl")) and _pongs(("127.0.0.1", port)):
                return process, port
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError((folder / "output").read_text(errors="replace")[-2000:])


def _pongs(address: str | tuple[str, int]) -> bool:
    """Tell whether the daemon answers there."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with suppress(OSError), socket.socket(family) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        client.sendall(b"zPING\0")
        return client.recv(16) == b"PONG\0"
    return False


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    with started() as running:
        yield running


@pytest.fixture(params=["unix", "tcp"])
def place(request, daemon) -> str:
    return str(getattr(daemon, request.param))


def post(site, place: str, name: str, content: bytes):
    field = SafeFileField(types=["txt", "zip"], max_size=10 * LIMIT)
    with override_settings(SECURITY_UPLOADS={"CLAMAV": place}), with_field(field):
        return site.post(PAGE, sent(name, content))


def errors(response):
    assert response.status_code == 422
    return response.json()["errors"]


def test_a_file_without_a_finding_is_accepted(site, place):
    content = b"harmless\n" * 20_000
    response = post(site, place, "notes.txt", content)

    assert response.json()["file"]["content"] == content.decode()


def test_a_file_with_a_signature_is_refused_by_its_name(site, place):
    response = post(site, place, "notes.txt", b"harmless\n" * 20_000 + MARKER)

    sentence = 'The virus scanner found "Bulwark.Test.UNOFFICIAL" in this file.'
    assert errors(response) == [["virus.found", sentence]]


def test_the_daemon_looks_into_archives(site, place):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", MARKER)
    ((rule, _),) = errors(post(site, place, "notes.zip", out.getvalue()))

    assert MARKER not in out.getvalue()
    assert rule == "virus.found"


@pytest.mark.parametrize("beyond", [1, 8 * LIMIT], ids=["a byte", "much"])
def test_a_file_above_the_limit_of_the_daemon_is_refused(site, place, beyond):
    assert post(site, place, "notes.txt", b"a" * LIMIT).status_code == 200
    ((rule, sentence),) = errors(post(site, place, "notes.txt", b"a" * (LIMIT + beyond)))

    assert rule == "virus.too_large"
    assert sentence == "The file is too large to be checked for viruses."


def test_nothing_is_accepted_once_the_daemon_was_killed(site):
    with started() as daemon:
        assert post(site, daemon.unix, "notes.txt", b"harmless").status_code == 200
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait()
        for place in (daemon.unix, daemon.tcp):
            ((rule, sentence),) = errors(post(site, place, "notes.txt", b"harmless"))
            assert rule == "virus.unchecked"
            assert "Please try again later." in sentence


def test_nothing_is_accepted_while_the_daemon_hangs(site, daemon, monkeypatch):
    monkeypatch.setattr("security.uploads.clamav.scan.__kwdefaults__", {"seconds": 0.3})
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        ((rule, _),) = errors(post(site, daemon.unix, "notes.txt", b"harmless"))
    finally:
        daemon.process.send_signal(signal.SIGCONT)

    assert rule == "virus.unchecked"
