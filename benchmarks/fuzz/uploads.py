"""
Feed damaged uploads of all fifteen types to ``examine()`` and to ``SafeUploadHandler``.

``python -m benchmarks.fuzz.uploads`` damages honest files and known attacks for twenty minutes.
Where atheris is installed it chooses them by the code that they reach. A process of its own,
with little memory, does the work: it ends at the first law that is broken, with a traceback and
the input in benchmarks/fuzz/. ``--log`` writes what was counted to benchmarks/fuzz/uploads.log.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

LOG: Final = Path(__file__).with_suffix(".log")
FOUND: Final = Path(__file__).with_name("uploads-found-")  # how the names of inputs begin
SECONDS: Final = 1_200
MEMORY: Final = 256  # MB that the process has at most, all pictures included
ADDRESSES: Final = 2_048  # MB of address space, where threads of an encoder take most
SLOW: Final = 10  # seconds for one input
MAX_INPUT: Final = 65_536  # bytes
EVERY: Final = 500  # inputs after which the counts are written down
PATIENCE: Final = 120  # seconds beyond the time, to start and to end


class Counts:
    """What is told of a run, in a file, since the process may end in any way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rules: Counter[str] = Counter()
        self.inputs = 0
        self.slowest = 0.0

    def add(self, rule: str, seconds: float) -> None:
        self.inputs += 1
        self.rules[rule or "accepted"] += 1
        self.slowest = max(self.slowest, seconds)
        if self.inputs % EVERY == 0:
            self.write()

    def write(self) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"inputs": self.inputs, "slowest": self.slowest, "peak": peak, "rules": self.rules}
        self.path.write_text(json.dumps(told), encoding="ascii")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz.uploads", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--seed", type=int, default=1, help="of all chance")
    parser.add_argument("--own", action="store_true", help="do without atheris")
    parser.add_argument("--log", action="store_true", help="write the log file, too")
    parser.add_argument("--again", type=Path, metavar="INPUT", help="check one input that failed")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.again:
        _again(options.again)
    elif options.inside:
        _inside(options.inside, options.seconds, options.seed, own=options.own)
    else:
        sys.exit(_outside(options))


def _outside(options: Any) -> int:
    """Run the process that does the work; return 1 where it did not end well."""
    is_own = options.own or importlib.util.find_spec("atheris") is None
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.fuzz.uploads", f"--inside={folder}"]
        command += [f"--seconds={options.seconds}", f"--seed={options.seed}"]
        began = time.monotonic()
        code = _ended([*command, "--own"] if is_own else command, options.seconds + PATIENCE)
        seconds = time.monotonic() - began
        counts = Path(folder, "counts")
        told = json.loads(counts.read_bytes()) if counts.exists() else {}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    is_sound = code == 0 and bool(told) and peak <= MEMORY and told["slowest"] <= SLOW
    names = ("Pillow", "puremagic", "Django", *(() if is_own else ("atheris",)))
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    rules = told.get("rules", {})
    lines = [
        f"date     {datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        f"versions Python {platform.python_version()}, {versions}",
        f"mutator  {'own' if is_own else 'atheris, by coverage'}, seed {options.seed}",
        f"inputs   {told.get('inputs', 0):,} in {seconds:.0f} s",
        f"findings {'0' if is_sound else f'1 (exit code {code})'}",
        f"slowest  {told.get('slowest', 0) * 1_000:,.0f} ms for one input, all laws checked",
        f"peak     {peak:.0f} MB of memory",
        *(f"{count:>9,} {rule}" for rule, count in sorted(rules.items())),
    ]
    print("\n".join(lines))
    if options.log:
        LOG.write_text("\n".join(lines) + "\n", encoding="ascii")
    return int(not is_sound)


def _ended(command: Sequence[str], seconds: float) -> int | str:
    with subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": "0"}) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return "none: it hung"


def _inside(folder: Path, seconds: int, seed: int, *, own: bool) -> None:
    """Check inputs for so long; a traceback is the end."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES * 2**20, resource.RLIM_INFINITY))
    warnings.simplefilter("ignore")  # names that are twice in a ZIP, pictures that are odd
    counts = Counts(folder / "counts")
    if own:
        _by_chance(counts, seconds, seed)
    else:
        _guided(counts, seconds, seed)


def _guided(counts: Counts, seconds: int, seed: int) -> None:
    """Hand the choice of inputs to atheris, which ends the process itself."""
    import atheris  # type: ignore[import-not-found]  # noqa: PLC0415 - optional

    with atheris.instrument_imports(include=["security.uploads"]):
        from benchmarks.fuzz import uploads_laws as laws  # noqa: PLC0415
        from benchmarks.fuzz import uploads_seeds as seeds  # noqa: PLC0415
        from security.uploads import examine, handlers, kinds  # noqa: F401, PLC0415
    from benchmarks.fuzz.uploads_mutants import mutated  # noqa: PLC0415

    laws.prepare()
    corpus = counts.path.with_name("corpus")
    corpus.mkdir()
    for number, data in enumerate(seeds.inputs()):
        (corpus / f"{number}").write_bytes(data)

    def check(data: bytes) -> None:
        began = time.perf_counter()
        rule = laws.check(data)
        counts.add(rule, time.perf_counter() - began)

    def mutate(data: bytes, most: int, number: int) -> bytes:
        chance = random.Random(number)  # noqa: S311 - nothing to guess
        made = mutated(data, chance, lambda part: bytes(atheris.Mutate(part, len(part) + 64)))
        return made[:most]

    options = {
        "max_total_time": seconds,
        "max_len": MAX_INPUT,
        "timeout": SLOW,
        "rss_limit_mb": MEMORY,
        "seed": seed,
        "artifact_prefix": FOUND,
        "print_pcs": 0,
        "verbosity": 0,
    }
    told = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup([sys.argv[0], *told, str(corpus)], check, custom_mutator=mutate)
    atheris.Fuzz()


def _by_chance(counts: Counts, seconds: int, seed: int) -> None:
    from benchmarks.fuzz import uploads_laws as laws  # noqa: PLC0415
    from benchmarks.fuzz import uploads_seeds as seeds  # noqa: PLC0415
    from benchmarks.fuzz.uploads_mutants import mutated, own_damage, spliced  # noqa: PLC0415

    laws.prepare()

    def late(*_: object) -> None:
        raise laws.Broken(f"more than {SLOW} seconds")

    signal.signal(signal.SIGALRM, late)
    chance = random.Random(seed)  # noqa: S311 - nothing to guess
    plain = own_damage(chance)
    corpus = seeds.inputs()
    end = time.monotonic() + seconds
    data = b""
    try:
        while (began := time.monotonic()) < end:
            data = chance.choice(corpus)
            if chance.random() < 0.1:
                data = spliced(data, chance.choice(corpus), chance)
            data = mutated(data, chance, plain)[:MAX_INPUT]
            signal.alarm(SLOW)
            rule = laws.check(data)
            signal.alarm(0)
            counts.add(rule, time.monotonic() - began)
    except BaseException:
        FOUND.with_name(f"{FOUND.name}{seed}").write_bytes(data)
        raise
    finally:
        counts.write()


def _again(path: Path) -> None:
    from benchmarks.fuzz import uploads_laws as laws  # noqa: PLC0415

    laws.prepare()
    print(laws.check(path.read_bytes()) or "accepted")


if __name__ == "__main__":
    main()
