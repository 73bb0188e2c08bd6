from __future__ import annotations

import logging

import pytest
from tests.modes import connections, get, site
from tests.pages import page
from tests.profiling.site import OURS
from tests.wire import wire

__all__ = ["connections", "get", "page", "site", "wire"]


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["tests.profiling.site.staff", OURS]
    settings.ENABLE_PROFILING = True


@pytest.fixture
def lines(caplog, monkeypatch):
    """Return what the profiler logged, with the level, and every function in it."""
    monkeypatch.setattr("security.middleware.recorders.MAX_ROWS", 100_000)
    caplog.set_level(logging.DEBUG, "profiling")

    def read():
        return [
            (record.levelname, record.getMessage())
            for record in caplog.records
            if record.name == "profiling"
        ]

    return read


@pytest.fixture
def profile(page):
    def ask(view, header="1", **request):
        return page(view, headers={"X-Profile": header} | request.pop("headers", {}), **request)

    return ask
