"""Real servers on loopback ports of their own, in a folder of their own, one set a process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.processes import HOST, PATIENCE, a_folder, ask, run, running, user_of
from tests.programs import PROGRAMS, missing, of_postgresql, program

USER = "bulwark"  # whom the database servers trust, without a password


@dataclass(frozen=True)
class Server:
    """A running server; ``process`` is the one that listens on ``port``."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"


@dataclass(frozen=True)
class Redis(Server):
    """``url`` names database 0 of 16; a test that wants its own takes ``url_of(number)``."""

    def url_of(self, number: int) -> str:
        return f"redis://{self.address}/{number}"

    @property
    def url(self) -> str:
        return self.url_of(0)


@dataclass(frozen=True)
class SqlServer(Server):
    """``settings`` is an entry of ``DATABASES``; ``fresh()`` one of a new and empty database."""

    settings: dict[str, Any]
    create: Callable[[dict[str, Any], str], None]
    numbers: Iterator[int] = field(default_factory=count)

    def fresh(self) -> dict[str, Any]:
        name = f"fresh_{next(self.numbers)}"
        self.create(self.settings, name)
        return {**self.settings, "NAME": name}


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    need("redis-server")
    with redis() as server:
        yield server


@pytest.fixture(scope="session")
def memcached_server() -> Iterator[Server]:
    need("memcached")
    with memcached() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[SqlServer]:
    need("postgresql")
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[SqlServer]:
    need("mariadb-server")
    with mariadb() as server:
        yield server


def need(package: str) -> None:
    if reason := missing(package):
        pytest.skip(reason)


@contextmanager
def redis() -> Iterator[Redis]:
    """Run Redis, which keeps nothing on disk."""
    command = (_path("redis-server"), "--bind", HOST, "--save", "", "--appendonly", "no")

    def is_ready(process: subprocess.Popen[bytes], port: int) -> bool:
        return f"process_id:{process.pid}\r\n".encode() in ask(port, b"INFO server\r\n")

    with a_folder() as folder, running(command, folder, is_ready, port="--port") as started:
        yield Redis(*started)


@contextmanager
def memcached() -> Iterator[Server]:
    """Run Memcached with 32 MB; it refuses to be root."""
    as_user = ("-u", "nobody") if os.geteuid() == 0 else ()
    command = (_path("memcached"), "-l", HOST, "-U", "0", "-m", "32", *as_user)

    def is_ready(process: subprocess.Popen[bytes], port: int) -> bool:
        return f"STAT pid {process.pid}\r\n".encode() in ask(port, b"stats\r\n")

    with a_folder() as folder, running(command, folder, is_ready, port="-p") as started:
        yield Server(*started)


@contextmanager
def postgresql(connections: int = 100, *, durable: bool = False) -> Iterator[SqlServer]:
    """
    Run PostgreSQL, which trusts everybody; it refuses to be root.

    It waits for the disk at each commit only if ``durable``.
    """
    user = user_of("postgres")
    with a_folder(user) as folder:
        data = folder / "data"
        initdb = (of_postgresql("initdb"), "--pgdata", data, "--username", USER, "--no-sync")
        run((*initdb, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"), folder, user)
        hasty = () if durable else ("fsync=off", "full_page_writes=off")
        chosen = (*hasty, f"max_connections={connections}")
        options = [word for setting in chosen for word in ("-c", setting)]
        command = (of_postgresql("postgres"), "-D", data, "-h", HOST, "-k", folder, *options)

        def is_ready(process: subprocess.Popen[bytes], port: int) -> bool:
            with suppress(FileNotFoundError):
                return (data / "postmaster.pid").read_text().split()[-1:] == ["ready"]
            return False

        # SIGINT: do not wait for clients that are still connected.
        started = running(command, folder, is_ready, port="-p", user=user, how=signal.SIGINT)
        with started as (process, port):
            yield SqlServer(process, port, _settings("postgresql", "postgres", port), _postgresql)


@contextmanager
def mariadb() -> Iterator[SqlServer]:
    """Run MariaDB without its table of users, for PyMySQL as if that were mysqlclient."""
    import pymysql

    pymysql.install_as_MySQLdb()
    user = user_of("mysql")
    with a_folder(user) as folder:
        data, local = folder / "data", folder / "socket"
        # One that starts removes the temporary tables of all others in its folder for them.
        common = ("--no-defaults", f"--datadir={data}", f"--tmpdir={folder}")
        common += (f"--user={user}",) if user else ()
        install = (_beside("mariadb-server", "mariadb-install-db"), *common)
        run((*install, "--skip-test-db", "--skip-name-resolve"), folder, None)
        command = (_path("mariadb-server"), *common, f"--socket={local}", f"--bind-address={HOST}")
        command += ("--skip-grant-tables", "--innodb-flush-method=nosync", "--skip-log-bin")
        command += ("--innodb-buffer-pool-size=32M", "--character-set-server=utf8mb4")

        def is_ready(process: subprocess.Popen[bytes], port: int) -> bool:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE)
                client.connect(str(local))
                return bool(client.recv(1))  # it greets once it serves
            return False

        with running(command, folder, is_ready, port="--port") as (process, port):
            yield SqlServer(process, port, _settings("mysql", "mysql", port), _mariadb)


def _settings(engine: str, name: str, port: int) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": name,
        "USER": USER,
    }
    if engine == "mysql":
        settings["OPTIONS"] = {"charset": "utf8mb4"}  # Django 4.2 asks for three bytes only
    return {**settings, "PASSWORD": "", "HOST": HOST, "PORT": port}


def _postgresql(settings: dict[str, Any], name: str) -> None:
    import psycopg

    place = {"host": HOST, "port": settings["PORT"], "user": USER, "dbname": settings["NAME"]}
    with psycopg.connect(**place, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def _mariadb(settings: dict[str, Any], name: str) -> None:
    import pymysql

    with pymysql.connect(host=HOST, port=settings["PORT"], user=USER) as connection:
        connection.cursor().execute(f"CREATE DATABASE `{name}`")


def _path(package: str) -> Path:
    found = program(package)
    assert found is not None, missing(package)
    return Path(found)


def _beside(package: str, name: str) -> str:
    folders = (str(_path(package).parent), os.environ.get("PATH", os.defpath))
    found = shutil.which(name, path=os.pathsep.join(folders))
    assert found is not None, f"{PROGRAMS[package]} is there, and {name} is not"
    return found
