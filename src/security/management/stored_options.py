"""The options by which commands choose among the stored groups of reports."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper
from django.db import DatabaseError

from security.policy.errors import must_be
from security.reports.report import Disposition
from security.reports.storage import StorageUnavailable
from security.reports.storage.moments import DAY, moment
from security.reports.stored import MAX_GROUPS, Selection

FAILED: Final = 2
DAYS: Final = 30
MAX_DAYS: Final = 3650
DISPOSITIONS: Final = (Disposition.ENFORCE.value, Disposition.REPORT.value)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--days`` and ``--host``."""
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=f"as far back (default: {DAYS})"
    )
    parser.add_argument("--host", default="", help="only what pages of this host reported")


def selection(options: Mapping[str, Any], *dispositions: str, **rest: Any) -> Selection:
    """Return what the options choose. Raises ``CommandError`` with exit code 2."""
    days = options["days"]
    if not 1 <= days <= MAX_DAYS:
        error = must_be(f"a number of days, 1 to {MAX_DAYS}", days)
        raise CommandError(error.describe("--days"), returncode=FAILED)
    since = moment(time.time() - days * DAY)
    host = options["host"].lower()
    return Selection(since=since, host=host, dispositions=frozenset(dispositions), **rest)


@contextmanager
def reading() -> Iterator[None]:
    """Turn a database that does not answer into ``CommandError`` with exit code 2."""
    try:
        yield
    except (DatabaseError, StorageUnavailable) as error:
        message = f"The reports cannot be read from the database: {error}"
        raise CommandError(message, returncode=FAILED) from error


def tell_limit(found: int, stderr: OutputWrapper) -> None:
    """Say so where there may be more groups than were read."""
    if found >= MAX_GROUPS:
        stderr.write(f"Only {MAX_GROUPS:,} groups were read. Choose by --host or --days.")
