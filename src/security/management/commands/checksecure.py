"""``manage.py checksecure``: the documented checks of django-secure, and ours beside them."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import Any, Final

from django.apps import apps
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from security.management.secure_checks import Named, Outcome, Warned, catalogue, documented

LEVELS: Final = {
    "CRITICAL": checks.CRITICAL,
    "ERROR": checks.ERROR,
    "WARNING": checks.WARNING,
    "INFO": checks.INFO,
    "DEBUG": checks.DEBUG,
}
FOUND, FAILED = 1, 2


class Command(BaseCommand):
    """Run the checks of ``SECURE_CHECKS``, print what they find, exit as ``--fail-level`` says."""

    help = (
        "Run the checks of SECURE_CHECKS and say what they warn of. Exit codes: 0, fine, and "
        "without --fail-level also with warnings; 1, a warning of that level; 2, a check could "
        "not be run."
    )
    requires_system_checks = ()  # it is a check itself

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--fail-level",
            choices=LEVELS,
            help="exit with 1 for a warning of this level or above; those of SECURE_CHECKS are "
            "all of level WARNING",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument(
            "--bulwark",
            action="store_true",
            help="run the system checks of django-bulwark too, those for deployment included",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all checks, and exit with a code where it is not 0."""
        try:
            found = documented()
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from error
        if options["bulwark"]:
            if not apps.is_installed("security"):
                raise CommandError(
                    "INSTALLED_APPS must name 'security' for --bulwark (got no such app).",
                    returncode=FAILED,
                )
            found += catalogue()
        if options["format"] == "json":
            outcomes = [check.outcome() for check in found]
            self.stdout.write(json.dumps(_report(outcomes), indent=2))
        else:
            outcomes = self._print(found, verbosity=options["verbosity"])
        least = options["fail_level"]
        if any(outcome.error is not None for outcome in outcomes):
            sys.exit(FAILED)
        if least is not None and any(
            warning.level >= LEVELS[least] for outcome in outcomes for warning in outcome.warnings
        ):
            sys.exit(FOUND)

    def _print(self, found: list[Named], *, verbosity: int) -> list[Outcome]:
        outcomes = []
        for check in found:
            if verbosity:
                self.stdout.write(f"Running {check.path}... ", ending="")
                self.stdout.flush()  # what follows may take its time, or go to another stream
            outcome = check.outcome()
            outcomes.append(outcome)
            if verbosity:
                verdict = self.style.SUCCESS("OK") if outcome.is_clear else self.style.ERROR("FAIL")
                self.stdout.write(verdict)
                self.stdout.flush()
            for line in _lines(outcome, verbosity=verbosity):
                self.stderr.write(line)
                if verbosity:
                    self.stderr.write("\n", ending="")
        if verbosity and all(outcome.is_clear for outcome in outcomes):
            self.stdout.write(self.style.SUCCESS("\nAll clear!\n\n"), ending="")
        return outcomes


def _lines(outcome: Outcome, *, verbosity: int) -> list[str]:
    """Return what is said of one check, one text for each warning."""
    said = [_text(warning) if verbosity else warning.code for warning in outcome.warnings]
    if outcome.error is not None:
        said.append(f"{outcome.path} could not be run. {outcome.error}")
    return [textwrap.fill(text) for text in said] if verbosity else said


def _text(warning: Warned) -> str:
    return warning.message if warning.hint is None else f"{warning.message} {warning.hint}"


def _report(outcomes: list[Outcome]) -> dict[str, Any]:
    names = {level: name for name, level in LEVELS.items()}
    return {
        "clear": all(outcome.is_clear for outcome in outcomes),
        "checks": [
            {
                "path": outcome.path,
                "ok": outcome.is_clear,
                "error": outcome.error,
                "warnings": [
                    {**warning._asdict(), "level": names.get(warning.level, str(warning.level))}
                    for warning in outcome.warnings
                ],
            }
            for outcome in outcomes
        ],
    }
