from __future__ import annotations

import pytest
from tests.checks.catalogue import HERE


@pytest.fixture(autouse=True)
def apps_of_others(monkeypatch):
    """Have apps that are asked for by name, and do nothing."""
    monkeypatch.syspath_prepend(HERE / "apps")
