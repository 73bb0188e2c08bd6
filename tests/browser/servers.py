"""Two real servers: the demo shop as it is, and the same shop with our package taken out."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SHOP = "https://app.example.test"
BARE = "https://bare.control.test"  # the shop without our package
EVIL = "https://evil.other.test"  # the same server as BARE: another site, without any header

PASSWORD = "nine-gulls-on-a-mast"  # of alice and of admin
START = "import sys; from demo.server import main; sys.exit(main(sys.argv[1:]))"
STARTING = 120  # seconds until a server has to say where it is
STOPPING = 10  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    """
    Ports on the loopback, and what tells the server from an impostor.

    ``spki`` is the hash of its key, ``authority`` the file that clients other than Chromium trust.
    """

    https: int
    http: int
    spki: str
    authority: str


class Servers(NamedTuple):
    shop: Server
    bare: Server


@contextmanager
def serving(folder: Path, settings: str, hosts: str) -> Iterator[Server]:
    """Run the demo's own server as a process that keeps everything in ``folder``."""
    variables: Mapping[str, str] = {
        "DEMO_ALLOWED_HOSTS": hosts,
        "DEMO_PASSWORD": PASSWORD,
        "DEMO_SSL_HOST": "",  # the ports are the browser's business
        "DEMO_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-c", START, "--port", "0", "--http-port", "0", "--json"]
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, env=os.environ | variables, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        try:
            yield _server(process, log)
        finally:
            process.terminate()
            try:
                process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                process.kill()


def _server(process: subprocess.Popen[bytes], log: Path) -> Server:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], STARTING)
    line = process.stdout.readline() if ready else b""
    if not line:
        raise RuntimeError(f"The demo did not start.\n{log.read_text(errors='replace')}")
    facts = json.loads(line)
    https, http = (int(facts[scheme].rpartition(":")[2]) for scheme in ("https", "http"))
    return Server(https, http, facts["spki"], facts["authority"])
