"""
The command ``bulwark``. It needs no Django.

Exit codes: 0 nothing as bad as asked for, 1 found some, 2 could not read what to judge.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Protocol

from . import __version__
from .authoring import migrate_command
from .grade import command as grade_command
from .grade.render.text import cut, painted, printable, width_of
from .policy.csp.lint import MAX_POLICY, Finding, List, Severity, lint

FOUND: Final = 1
CANNOT_READ: Final = 2
INTERRUPTED: Final = 130  # as a shell says it
NEVER: Final = "NEVER"
MAX_SHOWN: Final = 60  # characters of a value in text; JSON has all of it
MAX_LINE: Final = 4 * MAX_POLICY + 2  # bytes: the longest policy in UTF-8, and its line break

MEANINGS: Final = {
    Severity.HIGH: "an attacker gets round the policy",
    Severity.SYNTAX: "a browser does not read it as it was meant",
    Severity.MEDIUM: "weaker than it looks",
    Severity.HIGH_MAYBE: "perhaps a way round the policy",
    Severity.STRICT_CSP: "missing for a strict policy",
    Severity.MEDIUM_MAYBE: "perhaps a weakness: look at it",
    Severity.INFO: "good to know",
    Severity.NONE: "no weakness",
}
_COLOURS: Final = {
    Severity.HIGH: "1;31",
    Severity.SYNTAX: "1;35",
    Severity.MEDIUM: "1;33",
    Severity.INFO: "36",
    Severity.NONE: "2",
}


class Stream(Protocol):
    """As much of an output as text is written to."""

    def write(self, text: str, /) -> object: ...
    def isatty(self) -> bool: ...


class CannotReadError(Exception):
    """What was to be judged could not be read; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except CannotReadError as error:
        sys.stderr.write(f"bulwark: {error}\n")
        return CANNOT_READ
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT_READ
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def run_csp_lint(options: argparse.Namespace) -> int:
    """Judge the policy of the command line, or one of each line of standard input."""
    lists = [List.DEFAULT, List.BULWARK]
    lists += [List.STRICT] if options.strict else []
    lists += [List.REPORTING] if options.reporting else []
    show = write_json if options.format == "json" else write_text
    code, count = 0, 0
    for policy in policies(options.policy):
        found = lint(policy, level=options.level, lists=lists, endpoints=options.endpoint)
        show(sys.stdout, policy, found)
        count += 1
        if options.fail_on != NEVER and found and found[0].severity >= Severity[options.fail_on]:
            code = FOUND
    if not count:
        raise CannotReadError("standard input must hold at least one line (got none).")
    return code


def policies(argument: str) -> Iterator[str]:
    """Yield the policy of the command line, or for ``-`` each line of standard input."""
    if argument != "-":
        yield argument
        return
    if sys.stdin is None:
        raise CannotReadError("standard input must be open.")
    if sys.stdin.isatty():
        sys.stderr.write("Type one policy a line; Ctrl-D ends.\n")
    number = 0
    while line := _line():
        number += 1
        if len(line) > MAX_LINE:
            raise CannotReadError(f"line {number} must be at most {MAX_LINE:,} bytes long.")
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


def write_json(stream: Stream, policy: str, found: Iterable[Finding]) -> None:
    """Write one JSON object on one line, in ASCII."""
    findings = [
        {
            "type": finding.type,
            "severity": finding.severity.name,
            "directive": finding.directive,
            "value": finding.value,
            "message": finding.message,
        }
        for finding in found
    ]
    stream.write(json.dumps({"policy": policy, "findings": findings}) + "\n")


def write_text(stream: Stream, policy: str, found: Sequence[Finding]) -> None:
    """Write findings for people: by severity, worst first, in colour on a terminal."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    width = width_of(stream)
    lines = [painted(cut(policy, width), "1", colour)]
    places = {finding: _place(finding) for finding in found}
    column = max(map(len, places.values()), default=0)
    counts = []
    for severity, group in groupby(found, key=lambda finding: finding.severity):
        findings = list(group)
        counts.append(f"{len(findings)} {severity.name}")
        name = painted(severity.name, _COLOURS.get(severity, "33"), colour)
        lines += ["", f"{name}  {MEANINGS[severity]}"]
        for finding in findings:
            kind = painted(finding.type, "2", colour)
            lines.append(f"  {places[finding]:{column}}  {kind}")
            lines += textwrap.wrap(
                printable(finding.message),
                width,
                initial_indent=" " * 6,
                subsequent_indent=" " * 6,
                break_on_hyphens=False,
            )
    lines += ["", f"Found: {', '.join(counts) or 'nothing'}.", "", ""]
    stream.write("\n".join(lines))


def _line() -> bytes:
    try:
        return sys.stdin.buffer.readline(MAX_LINE + 1)
    except OSError as error:
        raise CannotReadError(f"standard input cannot be read: {error.strerror}.") from error


def _place(finding: Finding) -> str:
    words = (finding.directive or "the policy", finding.value or "")
    return cut(" ".join(words).rstrip(), MAX_SHOWN)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bulwark", description="Judge the security of a site.")
    parser.add_argument("--version", action="version", version=f"django-bulwark {__version__}")
    topics = parser.add_subparsers(title="topics", metavar="TOPIC", required=True)
    csp = topics.add_parser("csp", help="Content-Security-Policy")
    commands = csp.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_csp_lint(commands.add_parser("lint", help="say what is wrong with a policy"))
    migration = topics.add_parser(migrate_command.NAME, help=migrate_command.HELP)
    migrate_command.add_arguments(migration)
    migration.set_defaults(run=migrate_command.run)
    grader = topics.add_parser(grade_command.NAME, help=grade_command.HELP)
    grade_command.add_arguments(grader)
    grader.set_defaults(run=grade_command.run)
    return parser


def _add_csp_lint(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say what is wrong with a Content-Security-Policy: all that Google's CSP Evaluator finds, "
        "by its types and severities, and more, by types that start with BULWARK_."
    )
    parser.epilog = "Exit codes: 0 nothing that bad, 1 found some, 2 could not read."
    severities = [severity.name for severity in sorted(Severity, reverse=True)]
    parser.set_defaults(run=run_csp_lint)
    add = parser.add_argument
    add(
        "policy",
        metavar="POLICY",
        nargs="?",
        default="-",
        help="the policy; '-' (default) reads one a line from standard input",
    )
    add("--format", choices=("text", "json"), default="text", help="default: text")
    add(
        "--level",
        type=int,
        choices=(1, 2, 3),
        default=3,
        help="the level of CSP that the browsers in question know (default: 3)",
    )
    add("--strict", action="store_true", help="say too what a strict policy lacks")
    add("--reporting", action="store_true", help="say too whether reports arrive")
    add(
        "--endpoint",
        metavar="NAME",
        action="append",
        help="a name that the Reporting-Endpoints header declares; may be repeated",
    )
    add(
        "--fail-on",
        metavar="SEVERITY",
        type=str.upper,
        choices=(*severities, NEVER),
        default=Severity.MEDIUM.name,
        help=f"exit with 1 from this on: {', '.join(severities)} or {NEVER} (default: MEDIUM)",
    )
