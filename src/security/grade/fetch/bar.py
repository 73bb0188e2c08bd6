"""A bar on a terminal, which needs rich."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..render.text import printable


class Bar:
    """Counts targets, and writes lines above itself."""

    def __init__(self, shown: Progress, total: int | None) -> None:
        self._shown = shown
        self._task = shown.add_task("Grading", total=total)

    def step(self) -> None:
        self._shown.advance(self._task)

    def say(self, line: str) -> None:
        self._shown.console.print(Text(printable(line)), soft_wrap=True)


@contextmanager
def bar(total: int | None) -> Iterator[Bar]:
    """Show a bar on standard error until the end, when it is wiped away."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as shown:
        yield Bar(shown, total)
