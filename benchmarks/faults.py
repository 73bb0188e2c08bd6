"""Kill what takes reports twenty times under load: ``python -m benchmarks.faults``."""

from __future__ import annotations

import argparse
import sys
import time

from tests.faults.story import tell


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="for each sink; 20")
    parser.add_argument("--seed", type=int, default=1, help="of the order and the moments; 1")
    parser.add_argument("--sink", choices=("database", "redis"), action="append")
    options = parser.parse_args()
    is_sound = True
    for sink in options.sink or ("database", "redis"):
        start = time.monotonic()
        told = tell(sink, options.kills, options.seed)
        strange = set(told.answers.values()) - {204, 503, 0}
        is_sound &= not (told.lost or told.repeated or told.invented or strange)
        print(f"{sink} sink, {time.monotonic() - start:.0f} s: {told}", flush=True)
        if strange:
            print(f"Answers that nobody should get: {sorted(strange)}")
    sys.exit(0 if is_sound else 1)


if __name__ == "__main__":
    main()
