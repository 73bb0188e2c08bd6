"""``manage.py profiletoken``: let somebody profile requests for a while."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from security.profiling import MAX_MINUTES, token


class Command(BaseCommand):
    """Print a token for the ``X-Profile`` header."""

    help = "Print a token that has the requests profiled that carry it as X-Profile."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take for how long."""
        parser.add_argument(
            "--minutes", type=int, default=15, help=f"how long it is valid, 1 to {MAX_MINUTES}; 15"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token, and nothing else."""
        minutes = options["minutes"]
        if not 1 <= minutes <= MAX_MINUTES:
            raise CommandError(f"--minutes must be 1 to {MAX_MINUTES} (got {minutes}).")
        self.stdout.write(token(minutes))
