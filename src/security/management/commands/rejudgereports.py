"""``manage.py rejudgereports``: the rules of today for the reports of yesterday."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from security.conf import conf
from security.reports import storage


class Command(BaseCommand):
    help = (
        "Judge stored violations by the rules that tell noise, after these changed: with a "
        'release, or with SECURITY_REPORTS["NOISE"]. Verdicts given by hand stay.'
    )

    def handle(self, **options: Any) -> None:
        pack = conf.SECURITY_REPORTS.pack
        try:
            changed = storage.rejudge(pack)
        except storage.StorageUnavailable as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if options["verbosity"]:
            violations = "violation has" if changed == 1 else "violations have"
            self.stdout.write(f"{changed:,} {violations} another verdict by {pack.version}.")
