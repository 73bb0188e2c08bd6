"""Real web servers in front of a real Django, by what ``manage.py securityserver`` prints."""

from __future__ import annotations

import http.client
import json
import os
import pwd
import select
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

from demo.tls import Certificate, certificate
from tests.accounts.running_site import HOST, is_serving
from tests.programs import program

NOBODY = f"{HOST}:1"  # an address that refuses; a free port may be somebody's a moment later
PACKAGES = {"nginx": "nginx", "apache": "apache2-bin", "caddy": "caddy"}
ATTEMPTS = 5  # another process may take a free port before the server does
STARTING = 60  # seconds
FAREWELL = 20  # seconds
MODULES = Path("/usr/lib/apache2/modules")
LOADED = [
    "mpm_event",
    "authz_core",
    "alias",
    "dir",
    "mime",
    "headers",
    "proxy",
    "proxy_http",
    "reqtimeout",
    "rewrite",
    "socache_shmcb",
    "ssl",
    "http2",
    "cgid",
    "include",
]

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 64; }}
http {{
    include /etc/nginx/mime.types; access_log off;
    client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
    uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
    include {folder}/site.conf;
}}
"""
# Everything that could run a file is on, as careless servers have it.
APACHE = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/log
{modules}
User {user}
Group #{group}
ServerName localhost
Listen {host}:{http}
Listen {host}:{https}
TypesConfig /etc/mime.types
ScriptSock {folder}/cgi
AddHandler cgi-script .cgi .php .py
AddOutputFilter INCLUDES .shtml
<Directory />
    Options FollowSymLinks ExecCGI Includes
    AllowOverride All
</Directory>
Include {folder}/site.conf
"""


@dataclass(frozen=True)
class Answer:
    """Header names are in lower case, each line by itself."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def __getitem__(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) < 2, (name, found)
        return found[0] if found else None


@dataclass
class Front:
    """A running web server. ``folder`` has the files of the site."""

    server: str
    folder: Path
    http: int
    https: int
    trust: ssl.SSLContext
    text: str = field(repr=False, default="")

    def __call__(
        self,
        path: str = "/",
        *,
        host: str = "www.example.test",
        name: str | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        secure: bool = True,
    ) -> Answer:
        """Ask. ``name`` is what the client says in TLS; ``host`` may be another in HTTP."""
        port = self.https if secure else self.http
        given = dict(headers or {})
        with socket.create_connection((HOST, port), timeout=STARTING) as plain:
            stream = plain
            if secure:
                stream = self.trust.wrap_socket(plain, server_hostname=name or host)
            with stream:
                connection = http.client.HTTPConnection(HOST)
                connection.sock = stream
                connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
                connection.putheader("Host", host)
                if isinstance(body, bytes) and "Transfer-Encoding" not in given:
                    given.setdefault("Content-Length", str(len(body)))
                for key, value in given.items():
                    connection.putheader(key, value)
                connection.endheaders()
                try:
                    if body is not None:
                        connection.send(body)
                except OSError:
                    pass  # it has answered before it read all
                with connection.getresponse() as found:
                    lines = tuple((key.lower(), value) for key, value in found.getheaders())
                    return Answer(found.status, lines, found.read())


def environment(folder: Path, **settings: Any) -> dict[str, str]:
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.serverconfig.project",
        "FRONT_FOLDER": str(folder),
        "FRONT_SETTINGS": json.dumps(settings),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return os.environ | variables


def command(folder: Path, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py securityserver`` as a user does."""
    start = "from django.core.management import execute_from_command_line as main; main()"
    return subprocess.run(
        [sys.executable, "-c", start, "securityserver", *words],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def site_folder() -> Iterator[Path]:
    """Make a folder that every user may read; pytest's own are closed to all but root."""
    folder = Path(tempfile.mkdtemp(prefix="bulwark-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


@contextmanager
def django(folder: Path, mode: str = "wsgi", **settings: Any) -> Iterator[str]:
    """Run the project, and give where it listens, as ``--upstream`` wants it."""
    words = [sys.executable, "-c", f"from tests.serverconfig.project import {mode}; {mode}()"]
    process = subprocess.Popen(
        words, env=environment(folder, **settings), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], STARTING)[0]
        yield process.stdout.readline().strip()
    finally:
        stop(process)


@contextmanager
def front(
    server: str, folder: Path, upstream: str, *options: str, **settings: Any
) -> Iterator[Front]:
    """Run a web server by the file that the command writes, and nothing of ours in it."""
    held = certificate(folder / "tls")
    for _ in range(ATTEMPTS):
        ports = free_ports()
        text = written(server, folder, held, upstream, ports, *options, **settings)
        with started(server, folder, text, ports) as running:
            if running is not None:
                yield running
                return
    raise AssertionError


@contextmanager
def started(server: str, folder: Path, text: str, ports: tuple[int, int]) -> Iterator[Front | None]:
    """Start a server by a file; ``None`` where somebody else has taken a port meanwhile."""
    trust = ssl.create_default_context(cafile=str(folder / "tls" / "authority.pem"))
    with tempfile.TemporaryDirectory(prefix="bulwark-") as place:
        home = Path(place)
        home.chmod(0o755)
        with process_of(server, home, text, ports) as process:
            if all(is_serving(process, port) for port in ports):
                yield Front(server, folder, *ports, trust, text)
                return
        said = (home / "log").read_text(errors="replace")
        assert "in use" in said, said
    yield None


def written(
    server: str,
    folder: Path,
    held: Certificate,
    upstream: str,
    ports: tuple[int, int],
    *options: str,
    **settings: Any,
) -> str:
    words = ("--address", HOST, "--http-port", str(ports[0]), "--https-port", str(ports[1]))
    words += ("--certificate", str(held.server), "--key", str(held.server))
    words += ("--upstream", upstream, *options)
    done = command(folder, server, *words, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def free_ports() -> tuple[int, int]:
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


@contextmanager
def process_of(
    server: str, home: Path, text: str, ports: tuple[int, int]
) -> Iterator[subprocess.Popen[bytes]]:
    path = program(PACKAGES[server])
    assert path is not None
    (home / "site.conf").write_text(text, encoding="ascii")
    variables = os.environ.copy()
    if server == "nginx":
        (home / "main.conf").write_text(NGINX.format(folder=home))
        words = [path, "-e", str(home / "log"), "-c", str(home / "main.conf")]
    elif server == "apache":
        (home / "main.conf").write_text(apache_text(home, ports))
        words = [path, "-f", str(home / "main.conf"), "-DFOREGROUND"]
    else:
        words = [path, "run", "--adapter", "caddyfile", "--config", str(home / "site.conf")]
        variables |= {"CADDY_ADMIN": f"unix//{home}/admin", "HOME": str(home)}
        variables |= {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            words, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        stop(process)


def apache_text(home: Path, ports: tuple[int, int]) -> str:
    nobody = pwd.getpwnam("nobody")
    return APACHE.format(
        folder=home,
        modules="\n".join(f"LoadModule {m}_module {MODULES}/mod_{m}.so" for m in LOADED),
        user=nobody.pw_name,
        group=nobody.pw_gid,
        host=HOST,
        http=ports[0],
        https=ports[1],
    )


def stop(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
