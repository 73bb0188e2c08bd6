"""What all makers share: a file with the tool that made it, and how tools are run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple

PATIENCE: Final = 300  # seconds for one run of a tool


class Made(NamedTuple):
    """A file, and the tool with its version that wrote it."""

    name: str
    content: bytes
    tool: str


Maker = Callable[[], Iterator[Made]]


class MissingToolError(RuntimeError):
    """A tool is not installed; what it made before stays as it is."""


def run(*command: str | Path, folder: Path | None = None) -> str:
    """Run a program and return what it says. Raises ``MissingToolError``."""
    if shutil.which(str(command[0])) is None:
        raise MissingToolError(str(command[0]))
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed.\n{done.stderr[-2000:]}")
    return done.stdout


def library(name: str, package: str | None = None) -> tuple[Any, str]:
    """Return a module and its package with version. Raises ``MissingToolError``."""
    package = package or name.partition(".")[0]
    try:
        return import_module(name), f"{package} {version(package)}"
    except (ImportError, PackageNotFoundError):
        raise MissingToolError(package) from None


def in_folder(make: Callable[[Path], Iterator[Made]]) -> Iterator[Made]:
    """Let a maker work in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield from make(Path(folder))
