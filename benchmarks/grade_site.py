"""
How many answers of a site are asked for and graded in a second, in one process.

``python -m benchmarks.grade_site`` grades the demo shop, as a stranger and a customer see it and
then with its admin, and prints medians. One page is three answers: over HTTPS, over plain HTTP
and to OPTIONS.
"""

# ruff: noqa: PLC0415  # what needs the settings is imported once they are known

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

RUNS = 5
PROMISED = 300  # answers a second, of the shop's own pages
AUDIENCES = (("the shop, by a stranger and a customer", ("alice",)), ("its admin", ("admin",)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grade_site", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        start(folder)
        import django

        load = os.getloadavg()[0]
        print(f"Python {platform.python_version()}, Django {django.__version__}, load {load:.1f}")
        for name, users in AUDIENCES:
            print(f"\n{name}")
            measure(users, runs)
    print(f"\npromised: {PROMISED} answers a second of the shop's own pages")


def start(folder: str) -> None:
    """Make the shop ready, with all that it keeps in ``folder``."""
    os.environ |= {"DEMO_VAR": folder, "DJANGO_SETTINGS_MODULE": "demo.settings"}
    import django

    django.setup()
    from demo import prepare

    prepare.build_tables()
    prepare.let_people_in()


def measure(users: tuple[str, ...], runs: int) -> None:
    """Grade ``runs`` times, after a first one that fills caches, and print the median."""
    from django.contrib.auth import get_user_model

    from security.site_grade.pages import Options, grade_pages

    found = tuple(get_user_model().objects.filter(username__in=users))
    options = Options("localhost", users=found)
    walls, works, pages = [], [], 0
    with counting() as asked:
        for _ in range(runs + 1):
            before = asked()
            wall, work = time.perf_counter(), time.process_time()
            pages = sum(1 for _ in grade_pages(options))
            answers = asked() - before
            walls.append(answers / (time.perf_counter() - wall))
            works.append(answers / (time.process_time() - work))
    wall, work = statistics.median(walls[1:]), statistics.median(works[1:])
    print(f"  {pages} pages, {answers} answers")
    print(f"  {wall:.0f} answers a second, {work:.0f} a second of the processor")


@contextmanager
def counting() -> Iterator[Callable[[], int]]:
    """Count requests to the site."""
    from django.core.signals import request_started

    count = 0

    def add(**kwargs: object) -> None:
        nonlocal count
        count += 1

    request_started.connect(add)
    try:
        yield lambda: count
    finally:
        request_started.disconnect(add)


if __name__ == "__main__":
    main()
