"""A stream of the test's own, and the databases that a worker may count into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.db import connections as databases
from tests.modes import connections, site
from tests.working.made import SINK

from security.reports import storage
from security.reports.sinks.redis import RedisSink
from security.reports.worker import Worker

__all__ = ["connections", "site"]

ALIAS = "reports"
EMPTIED = ("exemplar", "count", "total", "daily", "inbox", "receipt", "group", "policy")


class Router:
    """Keep the reports, and all else of ours, in a database beside the default one."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == "security" else None

    db_for_write = db_for_read


@pytest.fixture(scope="session")
def migrated(request: pytest.FixtureRequest, django_db_blocker: Any) -> Callable[[str], Any]:
    """Return the settings of a database with all tables, made once for each kind."""
    made: dict[str, dict[str, Any]] = {}

    def of(kind: str) -> dict[str, Any]:
        if kind not in made:
            if kind == "sqlite":
                folder = request.getfixturevalue("tmp_path_factory").mktemp("working")
                made[kind] = {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": str(folder / "reports.sqlite3"),
                    "OPTIONS": {"timeout": 60},
                }
            else:
                made[kind] = request.getfixturevalue(f"{kind}_server").fresh()
            with django_db_blocker.unblock():
                add(made[kind])
                try:
                    call_command("migrate", database=ALIAS, verbosity=0)
                finally:
                    remove()
        return made[kind]

    return of


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, migrated: Callable[[str], Any], settings: Any
) -> Iterator[dict[str, Any]]:
    """Keep the reports in an empty database of one kind; the value is its settings."""
    yield from kept_in(migrated(request.param), settings, request)


@pytest.fixture
def postgresql(
    request: pytest.FixtureRequest, migrated: Callable[[str], Any], settings: Any
) -> Iterator[dict[str, Any]]:
    yield from kept_in(migrated("postgresql"), settings, request)


def kept_in(chosen: dict[str, Any], settings: Any, request: Any) -> Iterator[dict[str, Any]]:
    settings.DATABASE_ROUTERS = [f"{__name__}.Router"]
    with request.getfixturevalue("django_db_blocker").unblock():
        add(chosen)
        with databases[ALIAS].cursor() as cursor:
            for name in EMPTIED:
                cursor.execute(f"DELETE FROM security_report{name}")  # noqa: S608
        storage.forget()
        try:
            yield chosen
        finally:
            remove()
            storage.forget()


def add(chosen: dict[str, Any]) -> None:
    default = {"ENGINE": "django.db.backends.dummy"}
    whole = databases.configure_settings({"default": default, ALIAS: {**chosen}})
    databases.settings[ALIAS] = whole[ALIAS]


def remove() -> None:
    databases[ALIAS].close()
    del databases[ALIAS]
    del databases.settings[ALIAS]


@pytest.fixture
def options(redis_server: Any, settings: Any) -> Iterator[dict[str, Any]]:
    """Have reports go through a stream that is empty; the value is OPTIONS of the sink."""
    client = redis.Redis.from_url(redis_server.url_of(9))
    client.flushdb()
    given = {"url": redis_server.url_of(9), "timeout": 2}
    settings.SECURITY_REPORTS = {"SINK": SINK, "OPTIONS": given}
    yield given
    client.close()


@pytest.fixture
def sink(options: dict[str, Any]) -> Iterator[RedisSink]:
    made = RedisSink(**options)
    yield made
    made.client.close()


@pytest.fixture
def work(sink: RedisSink) -> Callable[..., Worker]:
    """Let a worker count until it finds nothing more; return it."""

    def run(**named: Any) -> Worker:
        worker = Worker(sink, **named)
        worker.run(once=True)
        return worker

    return run
