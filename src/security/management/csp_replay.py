"""``manage.py csp replay``: which of the reported violations a policy would still block."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, OutputWrapper

from security.policy.errors import PolicyError
from security.reports import replay_text, stored
from security.reports.replay import replay

from . import csp_current, stored_options

HELP = "Tell which of the reported violations a policy would still block."
EPILOG = (
    "Open groups of violations are read and matched as a browser matches; nothing is changed. "
    "Exit codes: 0, it was told; 1, with --fail-on-blocked, something is still blocked that no "
    "rule calls noise; 2, it could not be done."
)
DONE, BLOCKED, FAILED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the sub-command."""
    parser.epilog = EPILOG
    stored_options.add_arguments(parser)
    add = parser.add_argument
    add("--policy", default="", metavar="FILE", help=POLICY)
    add("--disposition", choices=stored_options.DISPOSITIONS, default="", help=DISPOSITION)
    add("--fail-on-blocked", action="store_true", help="exit with 1 where something is blocked")
    add("--format", choices=("text", "json"), default="text", help="json: one object")


POLICY = "the text of the header, - for the standard input (default: what the settings send)"
DISPOSITION = "only what the enforced, or the report-only, policy was reported for"


def run(options: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """
    Print the groups by outcome, and return the exit code.

    Raises ``CommandError`` with exit code 2.
    """
    policy = _policy(options)
    wanted = filter(None, [options["disposition"]])
    chosen = stored_options.selection(options, *wanted)
    with stored_options.reading():
        violations = stored.groups(chosen)
    stored_options.tell_limit(len(violations), stderr)
    replayed = replay(policy, violations)
    if options["format"] == "json":
        stdout.write(replay_text.objects(policy, replayed))
    else:
        stdout.write(replay_text.text(replayed))
    failed = options["fail_on_blocked"] and replay_text.blocked(replayed)
    return BLOCKED if failed else DONE


def _policy(options: Mapping[str, Any]) -> str:
    """Return the text to try: any that a browser would read, valid or not."""
    try:
        if not options["policy"]:
            return str(csp_current.site(options["disposition"]).policy)
        return csp_current.read(options["policy"])
    except ImproperlyConfigured as error:
        raise CommandError(str(error), returncode=FAILED) from error
    except PolicyError as error:
        raise CommandError(error.describe("--policy"), returncode=FAILED) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--policy: {error}", returncode=FAILED) from error
