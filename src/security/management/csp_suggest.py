"""``manage.py csp suggest``: from what browsers reported, the next policy."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper

from security.policy.errors import PolicyError, must_be
from security.reports import stored, suggest_text
from security.reports.suggest import DEFAULT_LIMITS, Limits, Suggestion, suggest
from security.reports.suggest_advice import Advice

from . import csp_current, csp_held, stored_options
from .csp_held import Part

HELP = "Print the smallest change of the policy that lets through what pages asked for."
EPILOG = (
    "Open groups of violations are read, and nothing is changed. Reports are hints that anybody "
    "can send: know every source before you add it. Exit codes: 0, nothing is suggested; 1, a "
    "source is to be added, or a script or style wants a nonce or hash; 2, it could not be done."
)
DONE, SUGGESTED, FAILED = 0, 1, 2
_WORK: Final = frozenset({Advice.ADD, Advice.MARK})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the sub-command."""
    parser.epilog = EPILOG
    stored_options.add_arguments(parser)
    add = parser.add_argument
    add("--min-reports", type=int, default=DEFAULT_LIMITS.reports, metavar="N", help=REPORTS)
    add("--disposition", choices=stored_options.DISPOSITIONS, default="", help=DISPOSITION)
    add("--policy", default="", metavar="FILE", help=POLICY)
    add("--format", choices=("text", "json"), default="text", help="json: one object")


REPORTS = f"reports from which on a source is believed (default: {DEFAULT_LIMITS.reports})"
DISPOSITION = "mend only the enforced, or the report-only, policy (default: each that is sent)"
POLICY = "start from this policy, - for the standard input (default: what the settings send)"


def run(options: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """
    Print the suggestion, and return the exit code.

    Raises ``CommandError`` with exit code 2.
    """
    limits = _limits(options["min_reports"])
    currents = csp_current.chosen(options)
    chosen = stored_options.selection(options, *filter(None, [options["disposition"]]))
    with stored_options.reading():
        violations = stored.groups(chosen)
    stored_options.tell_limit(len(violations), stderr)
    parts = csp_held.held(currents, violations)
    found = [_suggestion(part, limits) for part in parts]
    if options["format"] == "json":
        settings = [current.setting for current in currents]
        (first, *others) = zip(found, settings, strict=True)
        stdout.write(suggest_text.objects(*first, others))
    else:
        stdout.write(_text(parts, found))
    lines = [line for suggestion in found for line in suggestion.lines]
    return SUGGESTED if any(line.verdict.advice in _WORK for line in lines) else DONE


def _suggestion(part: Part, limits: Limits) -> Suggestion:
    current, violations = part
    try:
        return suggest(current.policy, violations, limits=limits, registrable=registrable())
    except PolicyError as error:
        raise CommandError(error.describe(current.setting), returncode=FAILED) from error


def _text(parts: Sequence[Part], found: Sequence[Suggestion]) -> str:
    """Return what is suggested for each policy that something was reported for."""
    told = [
        (current, suggest_text.text(suggestion, current.setting, current.added))
        for (current, violations), suggestion in zip(parts, found, strict=True)
        if violations
    ]
    if not told:
        settings = " or ".join(current.setting for current, _ in parts)
        return suggest_text.text(found[0], settings)
    if len(told) == 1:
        return told[0][1]
    return "\n".join(f"# {current.heading}\n\n{text}" for current, text in told)


def registrable() -> Callable[[str], str | None] | None:
    """
    Return what tells the registrable domain of a host by the public suffix list.

    ``None`` without the extra ``grade``: then no wildcard is suggested.
    """
    try:
        module = import_module("publicsuffixlist")
    except ImportError:
        return None
    suffixes = module.PublicSuffixList(accept_unknown=False)
    domain: Callable[[str], str | None] = suffixes.privatesuffix
    return domain


def _limits(reports: int) -> Limits:
    if reports < 1:
        error = must_be("a whole number, 1 or more", reports)
        raise CommandError(error.describe("--min-reports"), returncode=FAILED)
    return Limits(reports=reports)
