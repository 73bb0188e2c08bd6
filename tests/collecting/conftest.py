"""Both modes, a site that takes reports, and a sink that tells what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import clear_script_prefix
from tests.collecting.sending import Keeper, Server
from tests.modes import connections, site

from security import views
from security.reports.sinks import sink

__all__ = ["connections", "site"]


@pytest.fixture(autouse=True)
def collecting(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.collecting.addresses"
    settings.SECURITY_REPORTS = {"SINK": "tests.collecting.sending.Keeper"}
    yield
    clear_script_prefix()  # Django leaves that of the last request


@pytest.fixture(autouse=True)
def no_outage_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_outage", views._Outage())


@pytest.fixture
def keeper() -> Callable[[], Keeper]:
    """Return the sink of the settings as they are now."""
    return sink  # type: ignore[return-value]


@pytest.fixture
def start(site: Any) -> Callable[[], Server]:
    """Start the site of the settings as they are now, in each mode."""
    return lambda: Server(site.mode)


@pytest.fixture
def server(start: Callable[[], Server]) -> Server:
    return start()
