"""``manage.py csp replay``: which of the reported violations a policy would still block."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from django.core.management.base import OutputWrapper

from security.policy.csp import ContentSecurityPolicy
from security.policy.csp.match import read_policies
from security.policy.csp.parse import split
from security.policy.csp.vocabulary import DIRECTIVES
from security.policy.errors import shown
from security.reports import replay_text, stored
from security.reports.evidence import Violation
from security.reports.replay import replay

from . import csp_current, csp_held, stored_options
from .csp_current import Current

HELP = "Tell which of the reported violations a policy would still block."
EPILOG = (
    "Open groups of violations are read and matched as a browser matches; nothing is changed. "
    "Exit codes: 0, it was told; 1, with --fail-on-blocked, something is still blocked that no "
    "rule calls noise; 2, it could not be done."
)
DONE, BLOCKED = 0, 1


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
    policies = _policies(options, stderr)
    wanted = filter(None, [options["disposition"]])
    chosen = stored_options.selection(options, *wanted)
    with stored_options.reading():
        violations = stored.groups(chosen)
    stored_options.tell_limit(len(violations), stderr)
    told = [
        (heading, policy, replay(policy, mine))
        for heading, policy, mine in _parts(options, policies, violations)
    ]
    if options["format"] == "json":
        stdout.write(replay_text.objects(*((policy, each) for _, policy, each in told)))
    else:
        headed = len(told) > 1
        texts = [(f"{name}\n" if headed else "") + replay_text.text(each) for name, _, each in told]
        stdout.write("\n".join(texts))
    blocked = any(replay_text.blocked(each) for *_, each in told)
    return BLOCKED if blocked and options["fail_on_blocked"] else DONE


def _parts(
    options: Mapping[str, Any], policies: str | tuple[Current, ...], violations: list[Violation]
) -> list[tuple[str, str, list[Violation]]]:
    """Return each policy that is to be told of, with its heading and its groups."""
    if isinstance(policies, str):
        return [("", policies, violations)]
    found = csp_held.held(policies, violations)
    if options["format"] == "text":
        found = csp_held.telling(found)
    return [(current.heading, str(current.policy), mine) for current, mine in found]


def _policies(options: Mapping[str, Any], stderr: OutputWrapper) -> str | tuple[Current, ...]:
    """Return the policies to try, or a text that browsers read, though it may not be valid."""
    path = options["policy"]
    with csp_current.failing():
        if not path:
            return csp_current.site(options["disposition"])
        found = csp_current.read(path)
        if isinstance(found, str):
            for name in _ignored(found):
                stderr.write(f"Browsers ignore {shown(name)}, which is no directive.")
        return found


def _ignored(header: str) -> list[str]:
    """
    Return the names that are no directives, which a browser passes over.

    Raises ``PolicyError``, as for ``csp suggest``, for a policy of which it keeps nothing.
    """
    found = []
    for text in split(header) or (header,):
        names = [name for policy in read_policies(text) for name in policy.words]
        if DIRECTIVES.keys().isdisjoint(names):
            ContentSecurityPolicy.parse(text)
        found += [name for name in names if name not in DIRECTIVES]
    return found
