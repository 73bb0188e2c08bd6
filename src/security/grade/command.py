"""
``bulwark grade``: say what public graders give a site, with the reason for each point.

Exit codes: 0 as good as asked for, 1 something is not, 2 something could not be graded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from ssl import SSLError
from typing import BinaryIO, Final, TypeAlias

from .arguments import add_arguments, set_output
from .card import grade
from .exchange import Exchange
from .fetch.har import read_har
from .fetch.outcome import Fetched
from .fetch.tally import MAX_COMPLAINTS, NOT_GRADED, Tally
from .outputs import BaselineError, Graded, Output
from .recorded import Unreadable, read
from .render.text import printable

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME: Final = "grade"
HELP: Final = "say what public graders give a site, and what they miss"

_Found: TypeAlias = Iterable[Exchange | Fetched | Unreadable]


def run(options: argparse.Namespace) -> int:
    """Grade what is asked for, and return the exit code."""
    if options.targets == Path("-"):
        options.target, options.targets = [*options.target, "-"], None
    sources = [options.recorded, options.har, options.target or options.targets]
    if sum(bool(source) for source in sources) != 1:
        options.refuse("name what to grade: either targets, or --recorded FILE, or --har FILE")
    if options.resume and not sources[2]:
        options.refuse("--resume goes with targets")
    if options.resume and options.format not in {None, "jsonl"}:
        options.refuse("--resume writes the format jsonl, and no other")
    set_output(options)
    try:
        if options.recorded:
            return _grade_file(options.recorded, read, "recorded site", options)
        if options.har:
            return _grade_file(options.har, read_har, "visit of a page", options)
        return _grade_sites(options)
    except BaselineError as error:
        return _stop(str(error))


def _grade_sites(options: argparse.Namespace) -> int:
    try:
        from .fetch.resume import NotOursError  # noqa: PLC0415
        from .fetch.session import AGENT, Terms  # noqa: PLC0415
        from .fetch.sites import Run, grade_sites  # noqa: PLC0415
        from .fetch.trust import trust  # noqa: PLC0415
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in {"", "security"}:
            raise
        return _stop(f'asking a site needs {missing}: pip install "django-bulwark[grade]".')
    try:
        trusted = trust(options.ca)
    except OSError as error:
        why = "no certificate in it" if isinstance(error, SSLError) else error.strerror
        return _stop(f"--ca {options.ca}: {why}.")
    tally = Tally(options.fail_under)
    try:
        code = grade_sites(
            Run(
                targets=tuple(options.target),
                listed=options.targets,
                http_port=options.http_port,
                concurrency=options.concurrency,
                rate=options.rate,
                output=options.output,
                is_ordered=options.format != "jsonl",
                results=options.resume,
            ),
            Terms(trusted, options.timeout, options.user_agent or AGENT),
            tally,
        )
    except BrokenPipeError:
        raise
    except OSError as error:
        return _stop(f"{error.filename}: {error.strerror}.")
    except NotOursError as error:
        return _stop(f"{options.resume}: {error}")
    return max(code, _end(tally, "target", options))


def _grade_file(
    name: str, reader: Callable[[BinaryIO], _Found], what: str, options: argparse.Namespace
) -> int:
    tally = Tally(options.fail_under)
    try:
        if name == "-":
            code = _grade_all(reader(sys.stdin.buffer), tally, options)
        else:
            with open(name, "rb") as stream:  # noqa: PTH123
                code = _grade_all(reader(stream), tally, options)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _stop(f"{name}: {error.strerror}.")
    return max(code, _end(tally, what, options))


def _grade_all(found: _Found, tally: Tally, options: argparse.Namespace) -> int:
    output: Output = options.output
    return output(_graded(found, tally), sys.stdout)


def _end(tally: Tally, what: str, options: argparse.Namespace) -> int:
    if options.format == "text" and not options.baseline:
        sys.stdout.write(tally.summary() + "\n")
    if not tally.seen:
        return _stop(f"there must be at least one {what} (got none).")
    return tally.code


def _graded(found: _Found, tally: Tally) -> Iterator[Graded]:
    complaints = _Complaints()
    for one in found:
        match one:
            case Unreadable():
                tally.count(None)
                complaints.add(one.reason)
                continue
            case Fetched():
                exchange, card = one.exchange, one.card()
                for note in one.notes:
                    complaints.add(f"{card.target}: {note}")
            case _:
                exchange, card = one, grade(one)
        tally.count(card.observatory.score)
        yield Graded(exchange, card)


class _Complaints:
    """Lines on standard error, up to a limit."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, text: str) -> None:
        self._count += 1
        if self._count <= MAX_COMPLAINTS:
            sys.stderr.write(f"{NAME}: {printable(text)}\n")
        elif self._count == MAX_COMPLAINTS + 1:
            sys.stderr.write(f"{NAME}: more of the same is not shown.\n")


def _stop(reason: str) -> int:
    sys.stderr.write(f"{NAME}: {printable(reason)}\n")
    return NOT_GRADED
