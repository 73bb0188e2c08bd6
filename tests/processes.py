"""Run a program as a server on a loopback port of its own, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PATIENCE = 60  # seconds until a server must be ready; it takes one, and CI may be busy
FAREWELL = 20  # seconds until a server that was asked to stop is killed
ATTEMPTS = 5  # another process may take a free port before the server does
PAUSE = 0.02  # seconds between two looks


class NotReadyError(Exception):
    """The server ended, or was not ready in time; the text is the end of what it printed."""


@contextmanager
def a_folder(user: str | None = None) -> Iterator[Path]:
    """Make a folder that belongs to ``user``; pytest's own are closed to everybody but root."""
    folder = Path(tempfile.mkdtemp(prefix="bulwark-"))
    try:
        if user:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def user_of(*names: str) -> str | None:
    """Return whom root runs a server as: the first user that exists; ``None`` as anybody else."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in (*names, "nobody") if name in known)


@contextmanager
def running(
    command: Sequence[object],
    folder: Path,
    is_ready: Callable[[subprocess.Popen[bytes], int], bool],
    *,
    port: str,
    user: str | None = None,
    how: signal.Signals = signal.SIGTERM,
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """
    Start a server, wait until it and no other is ready, and stop it in the end.

    Raises ``NotReadyError`` when no attempt, each on another port, brings it up.
    """
    for attempt in range(1, ATTEMPTS + 1):
        number = free_port()
        with (folder / "log").open("wb") as log:
            process = start((*command, port, number), folder, user, log)
        try:
            wait(lambda: is_ready(process, number), process, folder / "log")  # noqa: B023
            break
        except BaseException as error:
            stop(process, how)
            if attempt == ATTEMPTS or not isinstance(error, NotReadyError):
                raise
    try:
        yield process, number
    finally:
        stop(process, how)


def wait(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not is_ready():
        if process.poll() is not None or time.monotonic() > end:
            raise NotReadyError(log.read_text(errors="replace")[-2000:])
        time.sleep(PAUSE)


def start(
    command: Sequence[object], folder: Path, user: str | None, log: Any
) -> subprocess.Popen[bytes]:
    rights: dict[str, Any] = {}
    if user:
        rights = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    words = [str(word) for word in command]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    return subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for the suite, which then stops its servers
        **rights,
    )


def run(command: Sequence[object], folder: Path, user: str | None) -> None:
    with (folder / "log").open("wb") as log:
        code = start(command, folder, user, log).wait(PATIENCE)
    if code:
        raise NotReadyError((folder / "log").read_text(errors="replace")[-2000:])


def stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def ask(port: int, question: bytes) -> bytes:
    """Return the beginning of the answer, or nothing while nobody answers."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1) as client:
        client.sendall(question)
        return client.recv(65536)
    return b""
