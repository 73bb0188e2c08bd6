from __future__ import annotations

import sys
from importlib import import_module

import pytest
from tests.meta.tree import ROOT


@pytest.fixture
def matrix(monkeypatch):
    """Return the script that runs the matrix, as a module."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    yield import_module("matrix")
    for name in ("matrix", "environments"):
        del sys.modules[name]
