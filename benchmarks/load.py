"""Two minutes of 200 users, attackers among them: ``python -m benchmarks.load --seconds 120``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import django
from tests import servers

from . import load_rules, load_users
from .load_report import show

SITE = "benchmarks.load_site"
ASGI = (
    *("-m", "uvicorn", "django.core.asgi:get_asgi_application", "--factory", "--lifespan", "off"),
    *("--no-proxy-headers", "--no-access-log", "--log-level", "warning"),
    *("--timeout-keep-alive", "600", "--port"),
)
WSGI = ("-m", "benchmarks.load_wsgi")
PATIENCE = 30  # seconds until a process of the site must answer
RAMP = 5  # seconds in which all users come
VICTIMS = 10  # accounts that everybody guesses at
# Of each ten users, so many.
SHARES = {"work": 3, "stay": 1, "change": 2, "guess": 3, "locked": 1}


class People(NamedTuple):
    """Names of users by what they do, and the ids of those who will be locked out."""

    names: dict[str, list[str]]
    ids: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--processes", type=int, default=3, help="of the site")
    parser.add_argument("--wsgi", action="store_true", help="serve it in threads, not by uvicorn")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.redis() as redis,
        servers.postgresql(connections=400) as postgresql,
    ):
        checks = Path(folder, "checks")
        checks.touch()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": SITE,
            load_rules.CHECKS: str(checks),
            load_rules.DATABASE: json.dumps(postgresql.settings),
            load_rules.REDIS: redis.url,
        }
        people = prepare(options.users)
        with site(options.processes, WSGI if options.wsgi else ASGI) as ports:
            run = load_users.Run(ports, time.time() + options.seconds)
            asyncio.run(everybody(run, people))
        found = read(checks)
    about = (
        f"{options.users} users, {options.seconds} s, {options.processes} processes of the site "
        f"({'WSGI' if options.wsgi else 'ASGI'}), Python {platform.python_version()}, "
        f"Django {django.__version__}, {os.cpu_count()} processors"
    )
    sys.exit(0 if show(run, found, about, options.seconds) else 1)


def prepare(users: int) -> People:
    """Make the tables and everybody who will come."""
    django.setup()
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from security.password_expiry import never_expire_password  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    names = {
        role: [f"{role}-{number}" for number in range(users * share // 10)]
        for role, share in SHARES.items()
    }
    names["guess"] = [f"victim-{n % VICTIMS}" for n in range(len(names["guess"]))]
    names["admin"] = [f"admin-{name}" for name in names["locked"]]
    ids = {}
    for name in sorted({name for found in names.values() for name in found}):
        password = make_password(load_rules.PASSWORD.format(0))
        user = User.objects.create(
            username=name, password=password, is_superuser=name.startswith("admin")
        )
        ids[name] = user.pk
        if not name.startswith("change"):
            never_expire_password(user)
    connections.close_all()
    return People(names, ids)


@contextmanager
def site(processes: int, command: tuple[str, ...]) -> Iterator[list[int]]:
    """Serve the site on so many ports, each with a process of its own."""
    ports = [free_port() for _ in range(processes)]
    running = [subprocess.Popen([sys.executable, *command, str(port)]) for port in ports]
    try:
        for port, process in zip(ports, running, strict=True):
            wait_for(port, process)
        yield ports
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((servers.HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((servers.HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"The site must answer within {PATIENCE} s (process: {process.poll()}).")


async def everybody(run: load_users.Run, people: People) -> None:
    """Let all users come, one after another, and go when the time is over."""
    jobs = list(scenarios(run, people))
    tasks = [asyncio.create_task(later(job, RAMP * n / len(jobs))) for n, job in enumerate(jobs)]
    done, late = await asyncio.wait(tasks, timeout=max(0, run.until - time.time()))
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()  # an error of the load itself ends the run


async def later(job: Coroutine[Any, Any, None], seconds: float) -> None:
    await asyncio.sleep(seconds)
    await job


def scenarios(run: load_users.Run, people: People) -> Iterator[Coroutine[Any, Any, None]]:
    numbers = iter(range(10**6))
    names = people.names
    for name in names["work"]:
        yield load_users.work(run, next(numbers), name)
    for name in names["stay"]:
        yield load_users.stay(run, next(numbers), name)
    for name in names["change"]:
        yield load_users.change(run, next(numbers), name)
    for victim in names["guess"]:
        yield load_users.guess(run, next(numbers), victim)
    for name, admin in zip(names["locked"], names["admin"], strict=True):
        yield load_users.be_locked_out(run, next(numbers), name, people.ids[name], admin)


def read(checks: Path) -> dict[str, list[float]]:
    """Return when each password was checked."""
    found: dict[str, list[float]] = defaultdict(list)
    for line in checks.read_text(encoding="ascii").splitlines():
        moment, _, password = line.partition(" ")
        found[password].append(float(moment))
    return found


if __name__ == "__main__":
    main()
