"""What becomes of graded sites: cards in a format, advice, or what changed since a baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple, TextIO, TypeAlias

from security.policy.errors import PolicyError

from . import baseline
from .advice.advise import advise
from .advice.improved import forecast
from .advice.shown import render as render_advice
from .card import Card
from .exchange import Exchange
from .render import FORMATS
from .render.text import WIDTH, printable
from .render.text import write as write_cards

WORSE: Final = 1  # an exit code


class BaselineError(Exception):
    """A baseline that cannot be read or written; the text says which, why, and what to do."""


class Graded(NamedTuple):
    """What a site sent, and what it gets for it."""

    exchange: Exchange
    card: Card


# Takes sites as they come, and returns an exit code of its own: 0 where all is well.
Output: TypeAlias = Callable[[Iterable[Graded], TextIO], int]


def in_format(name: str) -> Output:
    """Return the output of a format, by the name that ``--format`` takes."""

    def write(found: Iterable[Graded], out: TextIO) -> int:
        FORMATS[name]((each.card for each in found), out)
        return 0

    return write


TEXT: Final = in_format("text")


def with_advice(found: Iterable[Graded], out: TextIO) -> int:
    """Write each card, and below it what to set and the grade after it."""
    for exchange, card in found:
        write_cards([card], out)
        advice = advise(card, exchange)
        if advice.changes or advice.work:
            out.write(f"With these settings: {forecast(exchange, advice)}\n\n")
            out.writelines(f"{printable(line)}\n" for line in render_advice(advice, width=WIDTH))
            out.write("\n")
    return 0


def against(path: Path, *, anew: bool) -> Output:
    """
    Return the output that compares with a baseline, and writes one where there is none or
    where it is wanted ``anew``. It raises ``BaselineError``.
    """

    def write(found: Iterable[Graded], out: TextIO) -> int:
        seen = [baseline.snapshot(each.exchange, each.card) for each in found]
        try:
            if anew or not path.exists():
                baseline.write(path, seen)
                count = f"{len(seen):,} {'URL' if len(seen) == 1 else 'URLs'}"
                out.write(f"Recorded {count} in {printable(str(path))}.\n")
                return 0
            changes = baseline.compare(baseline.read(path), seen)
        except PolicyError as error:
            hint = f" {error.hint}" if error.hint else ""
            raise BaselineError(f"{error.describe(str(path))}{hint}") from error
        except OSError as error:
            raise BaselineError(f"{path}: {error.strerror}.") from error
        out.write(baseline.render(changes))
        return WORSE if changes.is_worse else 0

    return write
