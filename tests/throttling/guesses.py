"""Many who guess at the same time: in threads, and as a program of its own in processes."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

KEY = "security.throttling.username.someone"
NOW = 1_700_000_000_000  # milliseconds
CACHE_TABLE = "counters"


class Router:
    """The cache lives in the database ``counters``, everything else in the default one."""

    def _where(self, model: Any, **hints: Any) -> str | None:
        return "counters" if model._meta.app_label == "django_cache" else None

    db_for_read = db_for_write = _where

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return app_label == "django_cache" if db == "counters" else None


def caches(backend: str, place: str, **more: Any) -> dict[str, Any]:
    return {"default": {"BACKEND": backend, "LOCATION": place, **more}}


def rush(number: int, guess: Any) -> list[Any]:
    """Call ``guess`` in so many threads at the same moment; return what each returned."""
    from django.core.cache import close_caches
    from django.db import connections

    barrier = Barrier(number)

    def run(index: int) -> Any:
        barrier.wait()
        try:
            return guess(index)
        finally:
            close_caches()
            connections.close_all()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # seconds; whatever may come in between does
    try:
        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(run, range(number)))
    finally:
        sys.setswitchinterval(interval)


def reserve(index: int, *, key: str = KEY, now: int = NOW) -> bool:
    """Reserve an attempt by the default rule; tell whether it may be made."""
    from security.auth_throttling import attempts, default_delay_function
    from security.auth_throttling.stores import Entry

    rule = attempts.rule(default_delay_function)
    where = [Entry(key, "", "s:one"), Entry(f"{key}.ip")]
    return not rule.wait(where, attempts.store().reserve(where, rule, now), now)


def fail(index: int) -> None:
    from security.auth_throttling import increment_counters

    for _ in range(25):
        increment_counters(username="someone")


def main() -> None:
    """Configure Django by the first argument, guess once the input says so, print what was let."""
    import django
    from django.conf import settings

    given = json.loads(sys.argv[1])
    if any("mysql" in d["ENGINE"] for d in given["DATABASES"].values()):
        import pymysql

        pymysql.install_as_MySQLdb()
    settings.configure(SECRET_KEY="of-the-guessers", USE_TZ=True, **given)
    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps([sum(rush(8, reserve)), len(rush(2, fail))]))


if __name__ == "__main__":
    main()
