from __future__ import annotations

import os
import subprocess
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


@pytest.fixture
def outcome(tmp_path):
    """Run one test file under the hooks of this suite."""

    def run(text: str, *options: str, **variables: str) -> tuple[int, str]:
        (tmp_path / "test_it.py").write_text(text, encoding="ascii")
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "tests.conftest"]
        for plugin in ("cacheprovider", "django", "randomly"):
            command += ["-p", f"no:{plugin}"]
        command += options
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        place = {"PYTHONPATH": str(ROOT), "PATH": str(tmp_path)}
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=kept | place | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return run
