"""
Where django-security lies, the documented package.

It calls its package `security`, as we do. So it lives in a directory of its own, which only
the benchmarks look into.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
APART = ROOT / ".venv" / "bench-apart"
APART_PINS = ROOT / "requirements" / "bench-apart.txt"


def version_of(name: str, directory: Path | None = None) -> str | None:
    where: dict[str, Any] = {"path": [str(directory)]} if directory else {}
    return next((found.version for found in metadata.distributions(name=name, **where)), None)


def install_apart() -> None:
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    where = ("--no-deps", "--target", str(APART), "--requirement", str(APART_PINS))
    subprocess.run((*pip, *where), check=True, stdin=subprocess.DEVNULL, timeout=120)
