"""
``bulwark grade``: say what public graders give a site, with the reason for each point.

Exit codes: 0 as good as asked for, 1 something is not, 2 something could not be graded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from .card import Card, grade
from .exchange import Exchange
from .observatory_scores import ALGORITHM, GRADES
from .recorded import Unreadable, read
from .render import FORMATS
from .render.text import printable

NAME: Final = "grade"
HELP: Final = "say what public graders give a site, and what they miss"
GOOD, BELOW, NOT_GRADED = 0, 1, 2  # exit codes
MAX_COMPLAINTS: Final = 20  # lines about what cannot be read; a wrong file has thousands


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = (
        f"Grade recorded sites as MDN HTTP Observatory does (algorithm {ALGORITHM}), roughly as "
        "securityheaders.com does, and by rules of our own that look at what both miss."
    )
    parser.epilog = (
        "Exit codes: 0 as good as asked for, 1 a site is below --fail-under, 2 a site could not "
        "be graded or the file not read."
    )
    parser.add_argument(
        "--recorded",
        metavar="FILE",
        required=True,
        help="recorded sites, as JSON lines or one JSON document; '-' reads standard input",
    )
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="text",
        help="text, one JSON array, or one JSON object a line (default: text)",
    )
    parser.add_argument(
        "--fail-under",
        metavar="GRADE|SCORE",
        type=_least,
        help="exit with 1 if the Observatory gives a site less: A+ to F, or points",
    )


def run(options: argparse.Namespace) -> int:
    """Grade what the file holds, and return the exit code."""
    if options.recorded == "-":
        return _grade_all(sys.stdin.buffer, options)
    try:
        with open(options.recorded, "rb") as stream:  # noqa: PTH123
            return _grade_all(stream, options)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        sys.stderr.write(f"{NAME}: {printable(options.recorded)}: {error.strerror}.\n")
        return NOT_GRADED


def _grade_all(stream: BinaryIO, options: argparse.Namespace) -> int:
    counts = _Counts(options.fail_under)
    cards = counts.noted(_cards(read(stream), counts))
    FORMATS[options.format](cards, sys.stdout)
    if options.format == "text":
        sys.stdout.write(counts.summary() + "\n")
    if not counts.seen:
        sys.stderr.write(f"{NAME}: the file must hold at least one recorded site (got none).\n")
        return NOT_GRADED
    return counts.code


class _Counts:
    """What the exit code and the summary need of all cards."""

    def __init__(self, least: int | None) -> None:
        self.least = least
        self.seen = self.below = self.not_graded = 0

    @property
    def code(self) -> int:
        if self.not_graded:
            return NOT_GRADED
        return BELOW if self.below else GOOD

    def noted(self, cards: Iterable[Card]) -> Iterator[Card]:
        for card in cards:
            self.seen += 1
            points = card.observatory.score
            if points is None:
                self.not_graded += 1
            elif self.least is not None and points < self.least:
                self.below += 1
            yield card

    def complain(self, reason: str) -> None:
        self.seen += 1
        self.not_graded += 1
        if self.not_graded <= MAX_COMPLAINTS:
            sys.stderr.write(f"{NAME}: {printable(reason)}\n")
        elif self.not_graded == MAX_COMPLAINTS + 1:
            sys.stderr.write(f"{NAME}: more of the same is not shown.\n")

    def summary(self) -> str:
        parts = [f"Graded: {self.seen - self.not_graded:,} of {self.seen:,}."]
        if self.least is not None:
            parts.append(f"Below {self.least} points: {self.below:,}.")
        return " ".join(parts)


def _cards(found: Iterable[Exchange | Unreadable], counts: _Counts) -> Iterator[Card]:
    for one in found:
        if isinstance(one, Unreadable):
            counts.complain(one.reason)
        else:
            yield grade(one)


def _least(text: str) -> int:
    """Return the points that a grade begins with, or the points themselves."""
    points = GRADES.get(text.upper())
    if points is None:
        if not (text.isascii() and text.isdecimal() and len(text) < 4):
            known = ", ".join(GRADES)
            raise argparse.ArgumentTypeError(
                f"must be one of {known}, or points (got {text!a:.40})"
            )
        points = int(text)
    return points
