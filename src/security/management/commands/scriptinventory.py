"""``manage.py scriptinventory``: which script ran on which route, since when, changed when."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand

from security.management import stored_options
from security.models import ReportGroup
from security.reports import inventory, stored

NOTHING: Final = (
    "No script was reported. Add 'report-sha256' and report-to to script-src: see the docs."
)


class Command(BaseCommand):
    """Print the inventory. Exit codes: 0, it was printed; 2, it could not be read."""

    help = "List the scripts that ran, by the hash reports of browsers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        stored_options.add_arguments(parser)
        parser.add_argument(
            "--csv", action="store_true", help="as CSV, for PCI DSS 6.4.3 and 11.6.1"
        )

    def handle(self, **options: Any) -> None:
        """Print it."""
        statuses = frozenset(ReportGroup.Status.values)
        chosen = stored_options.selection(options, statuses=statuses)
        with stored_options.reading():
            found = stored.scripts(chosen)
        stored_options.tell_limit(len(found), self.stderr)
        rows = inventory.rows(found)
        if options["csv"]:
            self.stdout.write(inventory.as_csv(rows), ending="")
        elif rows:
            self.stdout.write(inventory.as_text(rows))
        else:
            self.stderr.write(NOTHING)
