"""What every test shares: programs that a test needs, and no skipping where CI must be sure."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import django
import hypothesis
import pytest

from tests.programs import PROGRAMS, missing, program
from tests.servers import mariadb_server, memcached_server, postgresql_server, redis_server

__all__ = [
    "PROGRAMS",
    "mariadb_server",
    "memcached_server",
    "postgresql_server",
    "program",
    "redis_server",
]


# No test may fail for being slow: examples are made of whole pages here, on any machine.
PATIENT = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("patient", PATIENT)
hypothesis.settings.load_profile("patient")
# For runs after the first: no Python and no Django changes what a law says.
hypothesis.settings.register_profile("few", PATIENT, max_examples=10)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sample",
        type=int,
        metavar="N",
        help="of each test function run N cases at most, others on each Python and Django",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if (most := config.getoption("sample")) is None:
        return
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    left_out: set[pytest.Item] = set()
    for name, found in cases.items():
        # The same in each worker.
        chance = random.Random(f"{name} {sys.version_info} {django.VERSION}")  # noqa: S311
        left_out.update(chance.sample(found, max(len(found) - most, 0)))
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requires(package, ...): the Debian packages whose programs the test runs"
    )
    # A script that runs pytest in the background lets it, and what it starts, ignore Ctrl+C.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("requires"):
        if reason := missing(*mark.args):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[Any]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[Any]:
    report = yield
    if report.skipped:
        forbid_skip(report)
    return report


def forbid_skip(report: Any) -> None:
    """Turn a skip into a failure in CI, where whatever a test needs has to be there."""
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"No test may skip when CI is set: {reason}"
