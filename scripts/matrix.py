"""Run the suite on every supported pair of Python and Django that this machine can run."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from environments import ENVIRONMENTS, PYTEST, ROOT, prepare, version

PYTHONS = ("3.11", "3.12", "3.13")
DJANGOS: Mapping[str, tuple[str, ...]] = {  # Django to the Pythons that it and we support
    "4.2": ("3.11", "3.12"),
    "5.2": ("3.11", "3.12", "3.13"),
    "6.0": ("3.12", "3.13"),
    "6.1": ("3.12", "3.13"),
}
# With that of `make test`, on which each Python and each Django run at least once.
AFTER_TEST = {"4.2": "3.11", "6.0": "3.12", "6.1": "3.13"}
# Parts of the suite: those that no Python or Django changes, those that know no Django, those
# that ask databases and caches, and those that drive whole commands, sites and servers.
ELSEWHERE = ("browser", "meta")
PURE = ("cli", "grade", "policy", "reports", "uploads/kinds")
STORED = ("storing", "throttling", "upgrade")
WHOLE = (
    "answers",
    "authoring",
    "checksecure",
    "demo",
    "faults",
    "gradesite",
    "report_admin",
    "serverconfig",
    "sri",
    "uploads/corpus",
    "working",
)


class Pair(NamedTuple):
    """One Python and one Django, by their first two numbers."""

    python: str
    django: str

    def __str__(self) -> str:
        return f"py{self.python}-django{self.django}"


def pairs() -> list[Pair]:
    """Return every supported pair, in the order in which they run."""
    return [
        Pair(python, django)
        for python in PYTHONS
        for django, supported in DJANGOS.items()
        if python in supported
    ]


def candidates() -> Iterator[Path]:
    """Yield the files that may be a Python of ours: on ``PATH``, then among pyenv's versions."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin"))
    for folder in folders:
        for python in PYTHONS:
            if (file := folder / f"python{python}").is_file():
                yield file


def interpreters() -> dict[str, Path]:
    """Return the first working interpreter for each Python that there is one for."""
    found: dict[str, Path] = {}
    for file in candidates():
        python = file.name.removeprefix("python")
        if python not in found and (version(file) or "").startswith(f"{python}."):
            found[python] = file
    return found


def here() -> Pair:
    """Return the pair that this environment is: that of `make test`."""
    major, minor = sys.version_info[:2]
    return Pair(f"{major}.{minor}", ".".join(importlib.metadata.version("Django").split(".")[:2]))


def run_suite(
    pair: Pair, interpreter: Path, arguments: list[str], left_out: tuple[str, ...]
) -> bool:
    """Return whether the suite passes on ``pair``; its output goes to the terminal."""
    names = (f"django-{pair.django}", "test", "demo")
    try:
        python = prepare(ENVIRONMENTS / "matrix" / str(pair), interpreter, names)
    except subprocess.CalledProcessError:
        return False
    command: list[str | Path] = [python, *PYTEST]
    command += [f"--ignore=tests/{part}" for part in left_out]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def left_out(pair: Pair, before: str, tested: Pair | None) -> tuple[str, ...]:
    """
    Return the parts that a pair does not run, ``before`` being the Python of the last pair.

    What knows no Django runs once for each Python; what asks servers, and whole commands, on
    the newest Python of each Django. After ``make test`` less is left to show: what asks
    servers runs on the first and the last Django, whole commands on the last.
    """
    first, *_, last = DJANGOS
    is_pure = tested is None and pair.python != before
    is_stored = is_whole = pair.python == DJANGOS[pair.django][-1]
    if tested is not None:
        is_stored = pair.django in {first, last}
        is_whole = pair.django == last
    choices = ((PURE, is_pure), (STORED, is_stored), (WHOLE, is_whole))
    return (*ELSEWHERE, *(name for names, wanted in choices if not wanted for name in names))


def main() -> int:
    """Return 0 when every pair that could run has passed, and 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run the pairs whose name contains this text")
    parser.add_argument("--after-test", action="store_true", help="the rest of what CI runs")
    options, arguments = parser.parse_known_args()
    found = interpreters()
    tested = here() if options.after_test else None
    outcome: dict[Pair, str] = {}
    failed = False
    before = tested.python if tested else ""
    for pair in pairs():
        if options.only not in str(pair):
            continue
        if pair == tested:
            outcome[pair] = "left out, since `make test` ran it"
            continue
        if tested is not None and AFTER_TEST.get(pair.django) != pair.python:
            outcome[pair] = "left out, since another Python has this Django after `make test`"
            continue
        if pair.python not in found:
            outcome[pair] = f"left out, for want of a Python {pair.python}"
            continue
        print(f"\n== {pair}", flush=True)
        began = time.monotonic()
        without = left_out(pair, before, tested)
        passed = run_suite(pair, found[pair.python], arguments, without)
        before = pair.python
        failed = failed or not passed
        outcome[pair] = f"{'passed' if passed else 'failed'} in {time.monotonic() - began:.0f} s"
    print()
    for pair, words in outcome.items():
        print(f"{pair!s:17} {words}")
    return 1 if failed or not outcome else 0


if __name__ == "__main__":
    sys.exit(main())
