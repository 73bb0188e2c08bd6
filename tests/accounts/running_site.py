"""The site of the settings as they are, on a port of the loopback, alone or behind nginx."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import uvicorn
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from tests.programs import program

HOST = "127.0.0.1"
PROXY = "127.0.0.3"  # the address that nginx connects from; the loopback has many
PATIENCE = 30  # seconds until a server has to answer
PAUSE = 0.02  # seconds between two looks
ATTEMPTS = 5  # another process may take a free port before nginx does

RIGHT = """
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header Forwarded "";
"""
WRONG = """
proxy_set_header Host $http_host;
"""
FORGETFUL = RIGHT.replace('proxy_set_header Forwarded "";', "")
CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 32; }}
http {{
    access_log off; server_tokens off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen {host}:{port};
        location / {{ proxy_pass http://{host}:{upstream}; proxy_bind {proxy}; {headers} }}
    }}
}}
"""


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def wsgi() -> Iterator[int]:
    with make_server(HOST, 0, WSGIHandler(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(PAUSE,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def asgi(*, proxy_headers: bool = False) -> Iterator[int]:
    config = uvicorn.Config(
        ASGIHandler(), lifespan="off", log_config=None, proxy_headers=proxy_headers, ws="none"
    )
    server = uvicorn.Server(config)
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def nginx(folder: Path, upstream: int, headers: str) -> Iterator[int]:
    path = program("nginx")
    assert path is not None
    for attempt in range(1, ATTEMPTS + 1):
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
        text = CONFIGURATION.format(
            folder=folder, host=HOST, port=port, upstream=upstream, proxy=PROXY, headers=headers
        )
        (folder / "nginx.conf").write_text(text)
        command = [path, "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
            try:
                if is_serving(process, port):
                    yield port
                    return
            finally:
                process.terminate()
        assert attempt < ATTEMPTS, (folder / "log").read_text()


def is_serving(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the port is open; ``False`` where the process ended before."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), timeout=PATIENCE).close()
        except OSError:
            time.sleep(PAUSE)
        else:
            return True
    return False
