"""Every database that keeps reports: a real one, with the tables that the migrations make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from tests.storing.router import ALIAS

from security.models import (
    CspReport,
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportInbox,
    ReportPolicy,
    ReportReceipt,
    ReportTotal,
)
from security.reports import storage

MODELS = (
    CspReport,
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportInbox,
    ReportPolicy,
    ReportReceipt,
    ReportTotal,
)


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "mariadb"])
def each(request: Any, tmp_path_factory: Any, django_db_blocker: Any) -> dict[str, Any]:
    return _migrated(request.param, request, tmp_path_factory, django_db_blocker)


@pytest.fixture(scope="session")
def sqlite(request: Any, tmp_path_factory: Any, django_db_blocker: Any) -> dict[str, Any]:
    return _migrated("sqlite", request, tmp_path_factory, django_db_blocker)


@pytest.fixture
def database(each: Any, settings: Any, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Keep reports in each kind of database; the value is what another process configures."""
    yield from _empty(each, settings, django_db_blocker)


@pytest.fixture
def fast(sqlite: Any, settings: Any, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Keep reports in SQLite, where the kind of database does not matter."""
    yield from _empty(sqlite, settings, django_db_blocker)


def _migrated(kind: str, request: Any, tmp_path_factory: Any, blocker: Any) -> dict[str, Any]:
    if kind == "sqlite":
        place = tmp_path_factory.mktemp("reports") / "database"
        given = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(place)}
        given["OPTIONS"] = {"timeout": 60}
    else:
        given = request.getfixturevalue(f"{kind}_server").fresh()
    with blocker.unblock(), known(given):
        call_command("migrate", "security", database=ALIAS, verbosity=0)
    return given


def _empty(given: dict[str, Any], settings: Any, blocker: Any) -> Iterator[dict[str, Any]]:
    settings.DATABASE_ROUTERS = ["tests.storing.router.Router"]
    with blocker.unblock(), known(given):
        empty()
        yield given


def empty() -> None:
    storage.forget()
    for model in MODELS:
        model.objects.all().delete()


@contextmanager
def known(given: dict[str, Any]) -> Iterator[None]:
    """Let Django know one more database for as long as it takes."""
    dummy = {"ENGINE": "django.db.backends.dummy"}
    configured = connections.configure_settings({"default": dummy, ALIAS: {**given}})
    connections.settings[ALIAS] = configured[ALIAS]
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]
