"""``manage.py loginaudit``: who may see each URL of the project, and why."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from security.grade.render.text import width_of
from security.login_audit import Row, rows
from security.policy.errors import must_be

HEADINGS: Final = ("URL", "NAME", "WHO", "WHY")
WIDEST: Final = (0.38, 0.2, 0.14)  # shares of the width; the reason gets what is left
FOUND, FAILED = 1, 2


class Command(BaseCommand):
    """Print the table, and fail where a URL is public that must not be."""

    help = (
        "List every URL of the project with who may see it and why. 'unknown' means that code "
        "decides that could only be run, and counts as public. Exit codes: 0, fine; 1, a URL is "
        "public that must not be; 2, it could not be told."
    )

    requires_system_checks = ()  # what is open should be seen before all else is mended

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--public", action="store_true", help="list only what is, or may be, open to anyone"
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument(
            "--fail-on-public",
            nargs="+",
            default=[],
            metavar="PATTERN",
            help="fail if a URL is public in whose path this regular expression is found",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise ``CommandError`` with the exit code, after the table."""
        guarded = [_compiled(pattern) for pattern in options["fail_on_public"]]
        try:
            found = list(rows())
        except (ImportError, ImproperlyConfigured) as error:
            raise CommandError(str(error), returncode=FAILED) from error
        shown = [row for row in found if row.is_public or not options["public"]]
        if options["format"] == "json":
            self.stdout.write(json.dumps([row._asdict() for row in shown], indent=2))
        else:
            self.stdout.write("\n".join(table(shown, width_of(self.stdout))))
        for pattern in guarded:
            if not any(pattern.search(row.path) for row in found):
                wrong = must_be("found in the path of some URL", pattern.pattern)
                raise CommandError(wrong.describe("--fail-on-public"), returncode=FAILED)
        public = [
            row.path
            for row in found
            if row.is_public and any(pattern.search(row.path) for pattern in guarded)
        ]
        if public:
            raise CommandError(f"Public, and must not be: {', '.join(public)}", returncode=FOUND)


def table(found: list[Row], width: int) -> Iterator[str]:
    """Yield the lines of the table, ``width`` columns at most, then how many rows of what."""
    columns = list(zip(HEADINGS, *(row[:4] for row in found), strict=True))
    widths = [
        min(max(map(len, column)), int(width * most))
        for column, most in zip(columns, WIDEST, strict=False)
    ]
    widths.append(width - sum(widths) - 2 * len(widths))
    for row in (HEADINGS, *(row[:4] for row in found)):
        cells = [_wrapped(text, width) for text, width in zip(row, widths, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
            yield "  ".join(padded).rstrip()
    kinds = Counter(row.who.partition(" ")[0] for row in found)
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    yield f"\n{len(found)} URLs{f': {counted}' if counted else ''}."


def _wrapped(text: str, width: int) -> list[str]:
    """Cut a text into lines, behind a slash, a dot or the like where there is one."""
    lines = []
    while len(text) > width:
        cut = max(text.rfind(sign, 0, width) for sign in " /_:-.") + 1 or width
        lines.append(text[:cut].rstrip())
        text = text[cut:]
    return [*lines, text]


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        wrong = must_be("a regular expression", pattern)
        raise CommandError(wrong.describe("--fail-on-public"), returncode=FAILED) from error
