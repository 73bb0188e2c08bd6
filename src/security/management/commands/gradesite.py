"""``manage.py gradesite``: grade every page of the site, without a network."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from security.site_grade import command


class Command(BaseCommand):
    """Print the grades, or with ``--explain`` where each header comes from."""

    help = command.HELP
    requires_system_checks = ()  # what the site sends should be seen before all else is mended

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it, and exit with its code where that is not 0."""
        if code := command.run(options, self.stdout, self.stderr):
            sys.exit(code)
