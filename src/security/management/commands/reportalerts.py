"""``manage.py reportalerts``: tell of new violations and of spikes, by mail, webhook and signal."""

from __future__ import annotations

import time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from security.management import stored_options
from security.reports import alerts

FAILED: Final = 2
NOBODY: Final = (
    "Nobody is to be told: set ALERT_EMAILS or ALERT_WEBHOOK in SECURITY_REPORTS, "
    "or listen to security.signals.report_alert."
)


class Command(BaseCommand):
    """Run from cron, once a minute. Exit codes: 0, done; 2, nobody to tell, or no database."""

    help = "Tell of new violations and of spikes, each group at most once a day."

    def handle(self, **options: Any) -> None:
        """Send one message at most."""
        if not alerts.is_wanted():
            raise CommandError(NOBODY, returncode=FAILED)
        with stored_options.reading():
            told = alerts.run(time.time())
        if told and options["verbosity"] > 1:
            self.stdout.write(f"Told of {told:,} group{'' if told == 1 else 's'}.")
