"""Measure what a request of a logged-in user pays for its guards, beside the documented package."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import platform
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import django
from tests import servers

from . import accounts_site as site
from .apart import APART, install_apart, version_of
from .pages import replace

PROCESSES = 5
ROUNDS = 400  # in each of them
BATCH = 10  # requests
PATIENCE = 12.0  # seconds for all rounds of one interface; queries take their time
BASE, GUARDED = "session and user alone", "guarded"
WHO = {"ours": "ours", "peer": "django-security"}
PROMISED = 5.0  # percent
TRIPS = 2
START = "<!-- bench-accounts:start -->"
END = "<!-- bench-accounts:end -->"


def main() -> None:
    """Run some processes of each package in turn, and report the medians of what they found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accounts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="in each process")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--docs", type=Path, metavar="PAGE", help="put the table into PAGE")
    parser.add_argument("--inside", choices=WHO, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.rounds, peer=options.inside == "peer")))
        return
    found: dict[str, list[Any]] = {who: [] for who in WHO}
    for _ in range(options.processes):
        for who, runs in found.items():
            runs.append(outside(who, options.rounds))
    if "trouble" in found["ours"][0]:
        raise SystemExit(f"Ours did not answer: {found['ours'][0]['trouble']}")
    text = report(found)
    print(text)
    if options.docs:
        replace(options.docs, text, (START, END))


def outside(who: str, rounds: int) -> Any:
    """Return what a new process finds out."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.accounts",
        "--inside",
        who,
        "--rounds",
        str(rounds),
    ]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return {"trouble": lines[-1] if lines else f"exit status {done.returncode}"}
    return json.loads(done.stdout)


def inside(count: int, *, peer: bool) -> dict[str, Any]:
    warnings.simplefilter("ignore")  # of a package that was written for another Django
    logging.disable(logging.WARNING)
    if peer and version_of("django-security", APART) is None:
        install_apart()
    with tempfile.TemporaryDirectory() as folder, servers.redis() as redis:
        site.configure(database=str(Path(folder) / "bench.sqlite3"), cache=redis.url, peer=peer)
        found = {"pages": measured(count)}
        try:
            return {**found, "trips": trips()}
        except ImportError as error:  # of a package that was written for another Django
            return {**found, "no trips": str(error).partition(" (")[0]}


def measured(count: int) -> dict[str, Any]:
    """Time the page with and without its guards, and count the queries of both."""
    from django.conf import settings  # noqa: PLC0415  # the settings come first
    from django.core.handlers.asgi import ASGIHandler, ASGIRequest  # noqa: PLC0415
    from django.core.handlers.wsgi import WSGIHandler, WSGIRequest  # noqa: PLC0415

    from .measure import Asgi, Subject, Wsgi, rounds, summary  # noqa: PLC0415

    session = site.prepare()
    environ, scope = site.environ(session), site.scope(session)
    interfaces: list[tuple[Any, Callable[[], Any], Callable[[], Any]]] = [
        (Wsgi(), lambda: WSGIHandler().get_response, lambda: WSGIRequest(environ)),
        (
            Asgi(),
            lambda: ASGIHandler().get_response_async,
            lambda: ASGIRequest(scope, environ["wsgi.input"]),
        ),
    ]
    found = {}
    for interface, handler, request in interfaces:
        subjects = {}
        for name, middleware in ((BASE, site.BASE), (GUARDED, (*site.BASE, *site.GUARDS))):
            settings.MIDDLEWARE = list(middleware)
            subjects[name] = Subject(handler(), request, BATCH)
        queries = {name: counted(interface, subject) for name, subject in subjects.items()}
        gc.collect()
        gc.freeze()
        figures = summary(rounds(interface, subjects, count, PATIENCE), BASE)
        found[interface.name] = {"figures": figures, "queries": queries}
    return found


def trips() -> dict[str, int]:
    """Return the round trips to Redis of a login that is right, wrong, and refused."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from redis.connection import Connection  # noqa: PLC0415

    settings.MIDDLEWARE = [*site.BASE, site.THROTTLE]
    sent: list[bytes] = []
    send: Any = Connection.send_packed_command

    def watched(self: Any, command: Any, check_health: bool = True) -> Any:
        sent.append(command if isinstance(command, bytes) else b"".join(command))
        return send(self, command, check_health)

    def one(password: str, status: int) -> int:
        form = {"username": "ada", "password": password}
        sent.clear()
        response = Client(SERVER_NAME=site.HOST).post("/login/", form)
        if response.status_code != status:
            raise RuntimeError(f"the login answered {response.status_code}, not {status}")
        return len([words for words in sent if b"CLIENT" not in words])

    one("wrong", 200)  # the first opens the connection
    Connection.send_packed_command = watched
    try:
        right, wrong = one(site.PASSWORD, 200), one("wrong", 200)
        for _ in range(2):
            one("wrong", 200)
        return {"right": right, "wrong": wrong, "refused": one("wrong", 429)}
    finally:
        Connection.send_packed_command = send


def counted(interface: Any, subject: Any) -> int:
    """Return the queries of one request, the second: the first may still learn something."""
    from django.db.backends.utils import CursorWrapper  # noqa: PLC0415

    asked: list[str] = []
    execute = CursorWrapper.execute

    def watched(self: Any, sql: str, params: Any = None) -> Any:
        asked.append(sql)
        return execute(self, sql, params)

    response = interface.ask(subject)
    if response.status_code != 200:
        raise RuntimeError(f"{interface.name}: {response.status_code} {response.get('Location')}")
    CursorWrapper.execute = watched
    try:
        interface.ask(subject)
    finally:
        CursorWrapper.execute = execute
    return len(asked)


def report(found: dict[str, list[Any]]) -> str:
    """Return the table: one column for each interface, one block for each package."""
    lines = [
        "What the guards of an account cost: login, session expiry and password expiry",
        f"Python {platform.python_version()}, Django {django.__version__}, SQLite, sessions in the "
        "database",
        "",
        f"{'':40}{'WSGI':>12}{'ASGI':>12}",
    ]
    for who, name in WHO.items():
        answered = [run for run in found[who] if "trouble" not in run]
        if not answered:
            lines.append(f"{name}: did not answer ({found[who][0]['trouble']})")
            continue
        runs = [run["pages"] for run in answered]
        rows = {
            f"{BASE}, microseconds": [
                f"{_median(runs, kind, lambda f: f['figures'][BASE]):.0f}" for kind in _kinds(runs)
            ],
            f"{name} adds, microseconds": [
                f"{_median(runs, kind, lambda f: f['figures'][GUARDED]):.1f}"
                for kind in _kinds(runs)
            ],
            f"{name} adds, percent": [f"{_median(runs, k, percent):.1f}" for k in _kinds(runs)],
            f"{name} adds, queries": [
                str(runs[0][kind]["queries"][GUARDED] - runs[0][kind]["queries"][BASE])
                for kind in _kinds(runs)
            ],
        }
        lines.extend(
            f"{row:40}" + "".join(f"{cell:>12}" for cell in cells) for row, cells in rows.items()
        )
        lines.append("")
    lines.append(
        f"{'Round trips to Redis of a login that is':40}{'right':>12}{'wrong':>12}{'refused':>12}"
    )
    for who, name in WHO.items():
        if "no trips" in found[who][0]:
            lines.append(f"  {name:38}{found[who][0]['no trips']}")
        elif "trips" in found[who][0]:
            cells = (
                f"{found[who][0]['trips'][what]:>12}" for what in ("right", "wrong", "refused")
            )
            lines.append(f"  {name:38}" + "".join(cells))
    return "\n".join([*lines, "", *verdicts(found["ours"])])


def verdicts(found: Sequence[Any]) -> list[str]:
    runs = [run["pages"] for run in found]
    trips = max(found[0]["trips"].values())
    worst = max(_median(runs, kind, percent) for kind in _kinds(runs))
    queries = max(
        run["queries"][GUARDED] - run["queries"][BASE] for r in runs for run in r.values()
    )
    said = {True: "met", False: "NOT MET"}
    return [
        f"adds at most {PROMISED:.0f} %: {worst:.1f} {said[worst <= PROMISED]}",
        f"adds no query: {queries} {said[queries == 0]}",
        f"a throttled login costs at most {TRIPS} round trips: {trips} {said[trips <= TRIPS]}",
    ]


def percent(found: Any) -> float:
    figures = found["figures"]
    share: float = 100 * figures[GUARDED] / figures[BASE]
    return share


def _kinds(runs: Sequence[Any]) -> list[str]:
    return list(runs[0])


def _median(runs: Sequence[Any], kind: str, compute: Callable[[Any], float]) -> float:
    return statistics.median(compute(run[kind]) for run in runs)


if __name__ == "__main__":
    main()
