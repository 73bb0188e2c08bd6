"""Virtual environments under ``.venv``, made again only when their pins or their Python change."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
ENVIRONMENTS = ROOT / ".venv"
STAMP = "pins.sha256"
WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
PYTEST = ("-m", "pytest", "-q", *WORKERS, "--hypothesis-profile", "few")


def prepare(directory: Path, interpreter: Path, names: Sequence[str]) -> Path:
    """
    Return the Python of an environment that holds the requirement files called ``names``.

    Raises ``subprocess.CalledProcessError`` when it cannot be made.
    """
    python = directory / "bin" / "python"
    stamp = directory / STAMP
    wanted = fingerprint(interpreter, names)
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return python
    shutil.rmtree(directory, ignore_errors=True)
    run(interpreter, "-m", "venv", "--without-pip", directory)
    files = [word for name in names for word in ("--requirement", REQUIREMENTS / f"{name}.txt")]
    install(python, "--constraint", REQUIREMENTS / "constraints.txt", *files)
    stamp.write_text(wanted, encoding="ascii")
    return python


def install(python: Path, *arguments: str | Path) -> None:
    """Run ``pip install`` for the environment of ``python``, which needs no pip of its own."""
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")
    run(*pip, "--python", python, "install", *arguments)


def fingerprint(interpreter: Path, names: Sequence[str]) -> str:
    """Return a digest of the interpreter and of every pin, in hexadecimal."""
    digest = hashlib.sha256(f"{interpreter} {version(interpreter)}\n".encode())
    for name in (*names, "constraints"):
        digest.update((REQUIREMENTS / f"{name}.txt").read_bytes())
    return digest.hexdigest()


def version(interpreter: Path) -> str | None:
    """Return the full version of a CPython, or ``None`` where it cannot make an environment."""
    question = (
        "import ensurepip, platform, venv; "
        "print(platform.python_implementation(), platform.python_version())"
    )
    try:
        answer = subprocess.run(
            [interpreter, "-c", question], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    implementation, _, number = answer.stdout.strip().partition(" ")
    return number if implementation == "CPython" else None


def run(*command: str | Path) -> None:
    """Run a command to its end, or raise ``subprocess.CalledProcessError``."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
