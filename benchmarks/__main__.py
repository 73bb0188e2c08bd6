"""Measure the limit, the peers and ours on this machine, and print what came out."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import django

from . import peers, report, site
from .pages import replace

PROCESSES = 5  # where Python puts things in memory differs, and moves a figure by a tenth
ROUNDS = 600  # in each of them
START = "<!-- bench:start -->"
END = "<!-- bench:end -->"


def main() -> None:
    """Run some processes one after another, and report the median of what they found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="in each process")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--docs", type=Path, metavar="PAGE", help="put the table into PAGE")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.rounds)))
        return
    found = [outside(options.rounds) for _ in range(options.processes)]
    versions = {
        "Python": platform.python_version(),
        "Django": django.__version__,
        **peers.versions(),
    }
    few = "Django's three" if peers.HAS_CSP else "Django's two and django-csp"
    text = report.text(found, versions, few=few)
    print(text)
    if options.docs:
        replace(options.docs, text, (START, END))
    if options.json:
        data = {"versions": versions, "rounds": options.rounds, "processes": found}
        options.json.write_text(json.dumps(data, indent=2) + "\n", encoding="ascii")


def outside(rounds: int) -> dict[str, Any]:
    """Return what a new process finds out."""
    command = [sys.executable, "-m", "benchmarks", "--inside", "--rounds", str(rounds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def inside(rounds: int) -> dict[str, Any]:
    warnings.simplefilter("ignore")  # of peers that were written for another Django
    site.configure()
    from .cases import run  # noqa: PLC0415  # needs the settings

    return run(rounds)


if __name__ == "__main__":
    main()
