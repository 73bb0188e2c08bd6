"""A site with all that it runs on, each a process that can be killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from tests import processes, servers
from tests.meta.tree import ROOT
from tests.programs import of_postgresql
from tests.working import places

WSGI = ("-m", "benchmarks.load_wsgi")
ASGI = (
    *("-m", "uvicorn", "django.core.asgi:get_asgi_application", "--factory", "--lifespan", "off"),
    *("--no-access-log", "--log-level", "warning", "--port"),
)
FOLD = "import django; django.setup(); from security.reports import storage; storage.fold()"


@dataclass
class Program:
    """A process: how it is started, and how to tell that it is ready."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    is_ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        self.process = self.start()
        end = time.monotonic() + processes.PATIENCE
        while not self.is_ready():
            assert self.process.poll() is None, f"{self.name} ended"
            assert time.monotonic() < end, f"{self.name} is not ready"
            time.sleep(processes.PAUSE)

    def kill(self) -> None:
        """End it with all its children at once, as if somebody had pulled the plug."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGSTOP)  # so that it has no more children
            for child in children(self.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            self.process.kill()
        self.process.wait()
        self.process = None


def children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@dataclass(frozen=True)
class Fleet:
    """``programs`` by name; ``database`` is an entry of ``DATABASES``."""

    programs: dict[str, Program]
    database: dict[str, Any]
    environment: dict[str, str]
    web: int
    redis: int

    def django(self, *words: str) -> None:
        """Run a command of Django in a process of its own."""
        command = [sys.executable, "-m", "django", *words]
        subprocess.run(command, env=self.environment, cwd=ROOT, check=True)

    def drain(self) -> None:
        """Wait until everything that was accepted is counted."""
        if "worker" not in self.programs:
            command = [sys.executable, "-c", FOLD]
            subprocess.run(command, env=self.environment, cwd=ROOT, check=True)
            return
        client = redis.Redis(servers.HOST, self.redis)
        end = time.monotonic() + processes.PATIENCE
        while client.xlen("security:reports"):
            assert time.monotonic() < end, "the worker does not come to an end"
            time.sleep(processes.PAUSE)
        client.close()
        worker = self.programs["worker"].process
        assert worker is not None
        worker.terminate()
        assert worker.wait(processes.PATIENCE) == 0

    def counts(self) -> dict[str, int]:
        """Return how many reports each host that was blocked has."""
        import psycopg

        place = {"host": servers.HOST, "port": self.database["PORT"], "user": servers.USER}
        with psycopg.connect(**place, dbname="postgres") as connection:
            rows = connection.execute("SELECT blocked, count FROM security_reportgroup").fetchall()
        return {blocked.split("/")[2]: count for blocked, count in rows}


@contextmanager
def running(sink: str) -> Iterator[Fleet]:
    """Run a fleet whose reports go into the ``database`` or through ``redis``."""
    user = processes.user_of("postgres")
    with ExitStack() as stack:
        folder = stack.enter_context(processes.a_folder(user))
        ports = {name: processes.free_port() for name in ("web", "redis", "postgresql")}
        database = servers._settings("postgresql", "postgres", ports["postgresql"])
        reports: dict[str, Any] = {"MAX_GROUPS_PER_HOUR": 1_000_000}
        if sink == "redis":
            reports["SINK"] = "security.reports.sinks.redis.RedisSink"
            reports["OPTIONS"] = {"url": f"redis://{servers.HOST}:{ports['redis']}/0"}
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": places.SITE,
            "PYTHONPATH": os.pathsep.join(filter(None, (*sys.path, str(ROOT / "src")))),
            places.DATABASE: json.dumps(database),
            places.REPORTS: json.dumps(reports),
        }
        log = stack.enter_context((folder / "site.log").open("wb"))

        def python(*words: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, *words]
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

        data = folder / "data"
        initdb = (of_postgresql("initdb"), "--pgdata", data, "--username", servers.USER)
        initdb += ("--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        processes.run(initdb, folder, user)
        postgres = (of_postgresql("postgres"), "-D", data, "-h", servers.HOST, "-k", folder)
        # Without fsync: what a killed process wrote is with the kernel. Recovery is quicker.
        postgres += ("-p", ports["postgresql"], "-c", "fsync=off")
        # What it answered has to be on disk.
        store = ("redis-server", "--bind", servers.HOST, "--port", ports["redis"], "--save", "")
        store += ("--appendonly", "yes", "--appendfsync", "always")

        def opened(port: int, question: bytes, answer: bytes) -> Callable[[], bool]:
            return lambda: processes.ask(port, question).startswith(answer)

        worker = ("-m", "django", "reportworker", "--idle", "1", "--batch", "10")
        programs = [
            Program(
                "postgresql",
                lambda: processes.start(postgres, folder, user, log),
                lambda: accepts(database),
            ),
            Program(
                "web",
                lambda: python(*(ASGI if sink == "redis" else WSGI), str(ports["web"])),
                opened(ports["web"], b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", b"HTTP/1."),
            ),
        ]
        if sink == "redis":
            programs += [
                Program(
                    "redis",
                    lambda: processes.start(store, folder, user, log),
                    opened(ports["redis"], b"PING\r\n", b"+PONG"),
                ),
                Program("worker", lambda: python(*worker), lambda: True),
            ]
        fleet = Fleet(
            {program.name: program for program in programs},
            database,
            environment,
            ports["web"],
            ports["redis"],
        )
        for program in programs:
            stack.callback(program.kill)
        fleet.programs["postgresql"].run()
        fleet.django("migrate", "security", "--skip-checks", "--verbosity", "0")
        for program in programs[1:]:
            program.run()
        yield fleet


def accepts(database: dict[str, Any]) -> bool:
    """Tell whether PostgreSQL has recovered and takes connections."""
    import psycopg

    place = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"]}
    try:
        psycopg.connect(**place, dbname=database["NAME"]).close()
    except psycopg.OperationalError:
        return False
    return True
