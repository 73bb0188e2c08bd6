"""A web process that takes reports, run by tests: ``python -m tests.storing.sender``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def start(database: dict[str, Any], what: str, *numbers: int) -> Popen[str]:
    """Start one. It prints a line when it is ready, and waits for one on its input."""
    command = [sys.executable, "-m", __name__, json.dumps(database), what, *map(str, numbers)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    process = Popen(command, cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: Popen[str]) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def main() -> None:
    import django
    from django.conf import settings

    database = json.loads(sys.argv[1])
    if database["ENGINE"].endswith("mysql"):
        import pymysql

        pymysql.install_as_MySQLdb()
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "security"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    say("ready")
    sys.stdin.readline()
    globals()[sys.argv[2]](*map(int, sys.argv[3:]))


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def send(threads: int, times: int) -> None:
    """Send from threads, each report of its own group by its number."""
    from tests.storing.made import arrival, together

    from security.reports.sinks.database import DatabaseSink

    sink = DatabaseSink()
    arrivals = [arrival(number) for number in range(times)]
    errors = together(threads, lambda _: [sink.accept([each]) for each in arrivals])
    say(errors)


def send_until_killed() -> None:
    """Say after each report how many were accepted."""
    from itertools import count

    from tests.storing.made import arrival

    from security.reports.sinks.database import DatabaseSink

    sink = DatabaseSink()
    for number in count(1):
        sink.accept([arrival(number % 7)])
        say(number)


def stop_while_it_folds() -> None:
    """Stand still after everything is counted, before that is committed."""
    from tests.storing.made import arrival

    from security.reports import storage
    from security.reports.storage import counts

    add = counts.add

    def stopped(using: str, tallies: Any) -> None:
        add(using, tallies)
        say("counted")
        sys.stdin.readline()

    storage.append([arrival(number) for number in range(9)])
    counts.add = stopped
    storage.fold()


if __name__ == "__main__":
    main()
