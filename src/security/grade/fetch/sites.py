"""Grade targets as they are listed: from their names to their cards, and on to a file."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

from security.policy.errors import PolicyError

from ..exchange import MAX_TARGET
from ..outputs import TEXT, Graded, Output
from ..render.text import MAX_SHOWN, cut
from . import resume
from .ask import ask
from .crawl import crawl, in_order
from .outcome import Fetched, unanswered
from .progress import Progress, progress
from .session import Terms
from .site import read_target
from .tally import Tally
from .targets import lines, targets

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Run:
    """
    What to grade and how to go about it.

    ``concurrency`` is how many targets are asked at once, ``rate`` how many are begun in a second
    at most. ``listed`` is a file of targets; ``-`` among ``targets`` stands for standard input.
    ``results`` is a file to go on with, in place of standard output. ``is_ordered`` gives sites
    to ``output`` in the order of the targets, else as they are ready.
    """

    targets: tuple[str, ...]
    listed: Path | None = None
    http_port: int | None = None
    concurrency: int = 20
    rate: float | None = None
    output: Output = TEXT
    is_ordered: bool = True
    results: Path | None = None


def grade_sites(run: Run, terms: Terms, tally: Tally) -> int:
    """
    Grade all targets, and return the exit code of the output.

    Raises ``OSError`` and ``NotOursError`` of files.
    """
    with ExitStack() as stack:
        done = set() if run.results is None else _done(run.results, tally)
        listed = None if run.listed is None else stack.enter_context(run.listed.open("rb"))
        out = sys.stdout
        if run.results is not None:
            out = stack.enter_context(run.results.open("a", encoding="ascii", newline="\n"))
        is_wanted = not out.isatty()
        shown = stack.enter_context(progress(_total(run, done), is_wanted=is_wanted))
        names = targets(run.targets, listed, _stdin(run))
        fetched = fetch_all(_left(names, done), terms, run)
        stack.enter_context(closing(fetched))
        graded = _graded(fetched, tally, shown)
        ordered = in_order(graded) if run.is_ordered else (each for _, each in graded)
        return run.output(_flushed(ordered, out), out)


def fetch_all(
    names: Iterable[str], terms: Terms, run: Run
) -> Generator[tuple[int, Fetched], None, None]:
    """Yield the place of each target and what it answers, as they come; never raises for one."""

    async def fetched(name: str) -> Fetched:
        try:
            return await ask(read_target(name, http_port=run.http_port), terms)
        except PolicyError as error:
            return unanswered(name[:MAX_TARGET], "", f"a target {error}")
        except Exception as error:  # a mistake of ours must not end the run for the others
            return unanswered(name, "", f"the grader itself failed ({type(error).__name__}).")

    return crawl(names, fetched, concurrency=run.concurrency, rate=run.rate)


def _graded(
    found: Iterable[tuple[int, Fetched]], tally: Tally, shown: Progress
) -> Iterator[tuple[int, Graded]]:
    for place, fetched in found:
        card = fetched.card()
        tally.count(card.observatory.score)
        remarks = fetched.notes
        if card.observatory.error is not None:
            remarks = (*remarks, card.observatory.error)
        for remark in remarks:
            shown.say(f"grade: {cut(card.target, MAX_SHOWN)}: {remark}")
        shown.step()
        yield place, Graded(fetched.exchange, card)


def _done(results: Path, tally: Tally) -> set[str]:
    done = resume.finished(results)
    for one in done:
        tally.count(one.score)
    return {one.target for one in done}


def _left(names: Iterable[str], done: set[str]) -> Iterator[str]:
    for name in names:
        if name not in done:
            yield name


def _flushed(cards: Iterable[_T], out: TextIO) -> Iterator[_T]:
    """Let each card be seen before the next is waited for."""
    for card in cards:
        yield card
        out.flush()


def _stdin(run: Run) -> BinaryIO | None:
    if "-" not in run.targets or sys.stdin is None:
        return None
    if sys.stdin.isatty():
        sys.stderr.write("Type one target a line; Ctrl-D ends.\n")
    return sys.stdin.buffer


def _total(run: Run, done: set[str]) -> int | None:
    """Return how many targets are left, where that is known before they are read."""
    if "-" in run.targets or (run.listed is not None and not run.listed.is_file()):
        return None
    count = sum(name not in done for name in run.targets)
    if run.listed is not None:
        with run.listed.open("rb") as stream:
            count += sum(name not in done for name in lines(stream))
    return count
