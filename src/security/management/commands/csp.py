"""``manage.py csp``: from no policy to a strict one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any, Final, Protocol

from django.core.management.base import (
    BaseCommand,
    CommandParser,
    DjangoHelpFormatter,
    OutputWrapper,
)

from security.authoring import draft_command, inline
from security.management import csp_replay, csp_sources, csp_suggest
from security.management.common_options import add_common


class Subcommand(Protocol):
    """A module that is a sub-command."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare its options."""

    def run(self, options: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
        """Do its work and return the exit code. Raises ``CommandError``."""


SUBCOMMANDS: Final[Mapping[str, Subcommand]] = {
    "draft": draft_command,
    "inline": inline,
    "replay": csp_replay,
    "sources": csp_sources,
    "suggest": csp_suggest,
}


class Command(BaseCommand):
    """Hand over to a sub-command."""

    help = "Author a Content-Security-Policy, step by step."
    requires_system_checks = ()  # templates can be mended before the settings are

    def add_arguments(self, parser: CommandParser) -> None:
        """Give every sub-command its own parser."""
        children = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
        for name, module in SUBCOMMANDS.items():
            child = children.add_parser(
                name, help=module.HELP, description=module.HELP, formatter_class=DjangoHelpFormatter
            )
            add_common(child)
            module.add_arguments(child)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it, and exit with its code where that is not 0."""
        code = SUBCOMMANDS[options["subcommand"]].run(options, self.stdout, self.stderr)
        if code:
            sys.exit(code)
