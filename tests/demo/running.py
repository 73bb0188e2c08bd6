"""The programs of the demo, run as a visitor of the project runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVE, MANAGE = str(ROOT / "demo" / "serve.py"), str(ROOT / "demo" / "manage.py")
PATIENCE = 60  # seconds for a program that takes three


def run(folder, *command):
    """Run one of the demo's programs to its end, with all that it keeps in ``folder``."""
    return subprocess.run(
        [sys.executable, *command],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def environment(folder):
    """Leave out what belongs to the suite's own Django, and to whoever runs the suite."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("DEMO_") and key != "DJANGO_SETTINGS_MODULE"
    }
    return inherited | {"DEMO_VAR": str(folder), "NO_COLOR": "1"}


@contextmanager
def serving(folder, *options) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, SERVE, "--port", "0", "--http-port", "0", *options]
    with subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
