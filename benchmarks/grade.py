"""
How many recorded sites are graded, and policies judged, in a second; and in how much memory.

``python -m benchmarks.grade`` runs ``bulwark grade --recorded`` as a user does, over lines made
of the sites that a public grader was asked about, and ``bulwark csp lint`` over the policies of
another. It prints medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NamedTuple

from .pages import replace

DATA: Final = Path(__file__).resolve().parent.parent / "tests" / "data"
SITES: Final = 100_000
POLICIES: Final = 20_000
RUNS: Final = 3
START, END = "<!-- bench-grade:start -->", "<!-- bench-grade:end -->"


class Ran(NamedTuple):
    """What a command took: seconds of the clock, and the most memory, in MB."""

    seconds: float
    memory: float


def main() -> None:
    """Print the table, and put it into a page if one is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grade", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--docs", type=Path, metavar="PAGE", help="put the table into PAGE")
    parser.add_argument("--inside", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.inside)))
        return
    with tempfile.TemporaryDirectory() as folder:
        text = report(Path(folder), options.runs)
    print(text)
    if options.docs:
        replace(options.docs, text, (START, END))


def report(folder: Path, runs: int) -> str:
    """Return the table."""
    sites = written(folder / "sites.jsonl", inputs(), SITES)
    policies = written(folder / "policies.txt", texts(), POLICIES)
    grade = ["grade", "--recorded", str(sites), "--format", "jsonl"]
    lint = ["csp", "lint", "--format", "json", "--fail-on", "NEVER"]
    graded = [ran(grade) for _ in range(runs)]
    linted = [ran(lint, policies) for _ in range(runs)]
    lines = [
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
        "",
        f"{'':18}{'a second':>12}{'peak memory':>14}",
    ]
    for name, count, found in (
        (f"{SITES:,} sites", SITES, graded),
        (f"{POLICIES:,} policies", POLICIES, linted),
    ):
        rate = count / statistics.median(each.seconds for each in found)
        memory = max(each.memory for each in found)
        lines.append(f"{name:18}{rate:12,.0f}{memory:11,.0f} MB")
    return "\n".join(lines)


def inputs() -> list[str]:
    """Return recorded sites, each as one line."""
    cases = json.loads((DATA / "observatory-sample.json").read_text(encoding="utf-8"))["cases"]
    return [json.dumps(case["input"]) for case in cases]


def texts() -> list[str]:
    """Return policies that stand on one line."""
    cases = json.loads((DATA / "csp_evaluator-sample.json").read_text(encoding="utf-8"))["cases"]
    return [case["csp"] for case in cases if case["csp"].isprintable() and case["csp"]]


def written(file: Path, lines: Iterable[str], count: int) -> Path:
    """Write so many lines, in turn."""
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in islice(cycle(lines), count))
    return file


def ran(words: list[str], given: Path | None = None) -> Ran:
    """Run a command of ours in a process whose only child it is."""
    command = [sys.executable, "-m", "benchmarks.grade", "--inside", *words]
    with open(given or os.devnull, "rb") as stream:  # noqa: PTH123
        done = subprocess.run(command, stdin=stream, stdout=subprocess.PIPE, check=True)
    return Ran(*json.loads(done.stdout))


def inside(words: list[str]) -> Ran:
    """Run the command, and ask the kernel what the child took."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "security", *words], stdout=subprocess.DEVNULL, check=False
    )
    seconds = time.perf_counter() - began
    return Ran(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
