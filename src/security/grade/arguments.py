"""The arguments of ``bulwark grade``, and those that ``manage.py gradesite`` shares with it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .observatory_scores import ALGORITHM, GRADES
from .outputs import Output, against, in_format, with_advice
from .render import FORMATS

MAX_CONCURRENCY: Final = 1000  # targets; each has up to four connections
MAX_TIMEOUT: Final = 600  # seconds
MAX_AGENT: Final = 512  # characters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = (
        f"Grade sites as MDN HTTP Observatory does (algorithm {ALGORITHM}), roughly as "
        "securityheaders.com does, and by rules of our own that look at what both miss."
    )
    parser.epilog = (
        "Exit codes: 0 as good as asked for, 1 a site is below --fail-under, 2 a site could not "
        "be graded or the file not read."
    )
    parser.set_defaults(refuse=parser.error)
    _add_sources(parser.add_argument_group("what to grade"))
    _add_manners(parser.add_argument_group("how to ask sites"))
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        help="what to print (default: text)",
    )
    parser.add_argument(
        "--fail-under",
        metavar="GRADE|SCORE",
        type=least,
        help="exit with 1 if the Observatory gives a site less: A+ to F, or points",
    )

    _add_outputs(parser.add_argument_group("what to do with the grades"))


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--suggest", action="store_true", help="say what to set, and the grade after it"
    )
    add_baseline(group)


def add_baseline(group: argparse._ActionsContainer) -> None:
    """Declare the two options of a baseline."""
    group.add_argument(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="record what is sent; where FILE is there, print only what has changed since",
    )
    group.add_argument(
        "--update-baseline", action="store_true", help="write the file of --baseline anew"
    )


def _add_sources(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "target",
        metavar="TARGET",
        nargs="*",
        help="a site to ask: a host, host:port or an address; '-' reads one a line",
    )
    group.add_argument("--targets", metavar="FILE", type=Path, help="the same, one a line")
    group.add_argument(
        "--recorded",
        metavar="FILE",
        help="recorded sites, as JSON lines or one JSON document; '-' reads standard input",
    )
    group.add_argument(
        "--har",
        metavar="FILE",
        help="pages visited with a browser, as its developer tools save them; '-' as above",
    )


def _add_manners(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--ca",
        metavar="FILE",
        type=Path,
        help="authorities to trust besides the usual ones, as PEM",
    )
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=10.0,
        help="for each step of an answer; a page with its redirects has three times that (10)",
    )
    group.add_argument("--user-agent", metavar="TEXT", type=_agent, help="who asks")
    group.add_argument(
        "--http-port",
        metavar="PORT",
        type=_port,
        help="where plain HTTP is (80; not asked for a target with a port of its own)",
    )
    group.add_argument(
        "--concurrency",
        metavar="N",
        type=_concurrency,
        default=20,
        help="targets asked at once (20)",
    )
    group.add_argument(
        "--rate", metavar="N", type=_rate, help="targets begun in a second at most (no limit)"
    )
    group.add_argument(
        "--resume",
        metavar="FILE",
        type=Path,
        help="append results to FILE as jsonl, and leave out the targets that it has",
    )


def set_output(options: argparse.Namespace) -> None:
    """Find out what becomes of the grades, and refuse what does not go together."""
    said = [
        name
        for name, wanted in (
            ("--format", options.format),
            ("--resume", options.resume),
            ("--suggest", options.suggest),
            ("--baseline", options.baseline),
        )
        if wanted
    ]
    if len(said) > 1 and said != ["--format", "--resume"]:
        options.refuse(f"{said[0]} and {said[1]} do not go together")
    if options.update_baseline and not options.baseline:
        options.refuse("--update-baseline goes with --baseline FILE")
    options.format = options.format or ("jsonl" if options.resume else "text")
    options.output = _output(options)


def _output(options: argparse.Namespace) -> Output:
    if options.baseline:
        return against(options.baseline, anew=options.update_baseline)
    return with_advice if options.suggest else in_format(options.format)


def least(text: str) -> int:
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


def _number(text: str, most: float, what: str, read: Callable[[str], float] = float) -> float:
    try:
        number = read(text[:20])
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        raise argparse.ArgumentTypeError(f"must be {what} (got {text!a:.40})")
    return number


def _seconds(text: str) -> float:
    return _number(text, MAX_TIMEOUT, f"a number of seconds, up to {MAX_TIMEOUT}")


def _rate(text: str) -> float:
    return _number(text, 1e6, "a number above 0")


def _concurrency(text: str) -> int:
    return int(_number(text, MAX_CONCURRENCY, f"a number from 1 to {MAX_CONCURRENCY}", int))


def _port(text: str) -> int:
    return int(_number(text, 65_535, "a port, from 1 to 65535", int))


def _agent(text: str) -> str:
    if not (text.isascii() and text.isprintable() and 0 < len(text.strip()) <= MAX_AGENT):
        raise argparse.ArgumentTypeError(
            f"must be printable ASCII, up to {MAX_AGENT} characters (got {text!a:.40})"
        )
    return text.strip()
