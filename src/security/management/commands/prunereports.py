"""``manage.py prunereports``: away with violation reports that are older than they are kept."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from security.reports import storage

WORDS: Final = {
    "groups": "violations",
    "counts": "hourly counts",
    "totals": "hourly totals",
    "numbers": "daily numbers",
    "policies": "policies that no violation names",
    "reports": "rows of CspReport",
    "receipts": "receipts of the report worker",
}


class Command(BaseCommand):
    help = (
        "Remove violation reports that are older than SECURITY_REPORTS says they are kept. "
        "Run it every day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Remove nothing, tell what would be removed."
        )

    def handle(self, **options: Any) -> None:
        try:
            pruned = storage.prune(int(time.time()), dry_run=options["dry_run"])
        except storage.StorageUnavailable as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if options["verbosity"]:
            verb = "Would remove" if options["dry_run"] else "Removed"
            for name, count in pruned._asdict().items():
                self.stdout.write(f"{verb} {count:,} {WORDS[name]}.")
