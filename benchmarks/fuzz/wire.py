"""
Feed damaged report bodies to the pure half of the report receiver.

``python -m benchmarks.fuzz.wire`` makes 1,000,000 bodies with this project's own mutator, or,
where atheris is installed, lets it choose them by the code that they reach. It stops with a
traceback at the first law that is broken, and prints what was counted otherwise. ``--log``
writes the same lines to benchmarks/fuzz/wire.log.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import importlib.util
import json
import platform
import sys
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from benchmarks.fuzz.laws import PACK, check
from benchmarks.fuzz.mutants import mutants

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "data" / "browser-reports"
LOG = Path(__file__).with_suffix(".log")
SLOW = 1.0  # seconds for one body; an honest one takes a ten-thousandth


def bodies() -> list[bytes]:
    """Return the bodies that browsers sent, byte for byte."""
    found = []
    for path in sorted(CORPUS.glob("*.json")):
        capture = json.loads(path.read_text(encoding="utf-8"))
        raw = capture.get("raw_body_base64")
        found.append(base64.b64decode(raw) if raw else json.dumps(capture["body"]).encode())
    return found


def run(count: int, seed: int) -> list[str]:
    """Check ``count`` bodies; return what there is to tell."""
    corpus = bodies()
    outcome: Counter[str] = Counter()
    reports, slowest = 0, 0.0
    began = time.monotonic()
    for number, body in enumerate(islice(mutants(corpus, seed=seed), count)):
        start = time.process_time()
        try:
            parsed = check(body)
        except Exception:
            print(f"body {number} of seed {seed}: {body[:2_000]!r}", file=sys.stderr)
            raise
        slowest = max(slowest, time.process_time() - start)
        reports += len(parsed.reports)
        outcome["taken"] += bool(parsed.reports and not parsed.refused)
        outcome["taken in part"] += bool(parsed.reports and parsed.refused)
        outcome["refused"] += not parsed.reports
        for reason in parsed.refused:
            outcome[f"- {reason}"] += 1
    assert slowest < SLOW
    return [
        f"date     {datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        f"versions Python {platform.python_version()}, noise pack {PACK.version}",
        f"mutator  own, seed {seed}, from {len(corpus)} bodies of browsers",
        f"bodies   {count:,} in {time.monotonic() - began:.0f} s, errors 0",
        f"reports  {reports:,}",
        f"slowest  {slowest * 1_000:.0f} ms of processor time for one body, all laws checked",
        *(f"{outcome[name]:>9,} {name}" for name in sorted(outcome)),
    ]


def guided(count: int) -> None:
    """Hand the choice of bodies to atheris, which ends the process itself."""
    import atheris  # type: ignore[import-not-found]  # noqa: PLC0415 - optional

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-runs={count}", "-max_len=4096"], check)
    atheris.Fuzz()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="bodies to check")
    parser.add_argument("--seed", type=int, default=1, help="of the own mutator")
    parser.add_argument("--own", action="store_true", help="do without atheris")
    parser.add_argument("--log", action="store_true", help="write the log file, too")
    options = parser.parse_args()
    if not options.own and importlib.util.find_spec("atheris"):
        guided(options.count)
        return
    lines = run(options.count, options.seed)
    print("\n".join(lines))
    if options.log:
        LOG.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
