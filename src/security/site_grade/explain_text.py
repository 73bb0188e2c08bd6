"""An explanation as a table, or as one JSON object."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import zip_longest
from typing import Final

from security.grade.render.text import cut, printable

from .explain import Explanation

HEADINGS: Final = ("HEADER", "VALUE", "FROM")
FIRST: Final = (0.37, 0.265)  # shares of the width; the reason gets what is left
MAX_VALUE: Final = 100  # characters of a value in the table; JSON has all of it


def as_table(found: Explanation, width: int) -> str:
    """Return a table of at most ``width`` columns."""
    return "\n".join(_lines(found, width))


def as_json(found: Explanation, width: int) -> str:
    """Return an object; how wide a terminal is does not matter."""
    return json.dumps(asdict(found), indent=2)


FORMATS: Final[Mapping[str, Callable[[Explanation, int], str]]] = {
    "text": as_table,
    "json": as_json,
}


def _lines(found: Explanation, width: int) -> Iterator[str]:
    visitor = f" as {found.visitor}" if found.visitor else ""
    status = found.status or "no answer"
    yield printable(f"{found.url}{visitor}: {status}")
    for name, value in (
        ("view", found.view),
        ("rows", ", ".join(found.keys)),
        ("answered by", found.answered_by),
        ("error", found.error),
    ):
        if value:
            yield printable(f"  {name:12}{value}")
    yield ""
    first = [int((width - 4) * share) for share in FIRST]
    widths = (*first, width - 4 - sum(first))
    yield from _row(HEADINGS, widths)
    short = _short(found.middlewares)
    for row in found.rows:
        value = "-" if row.value is None else cut(row.value, MAX_VALUE)
        yield from _row((row.header, value, short("; ".join(row.reasons))), widths)


def _short(paths: tuple[str, ...]) -> Callable[[str], str]:
    """Return what writes middlewares by their last name, where that means only one."""
    names = Counter(path.rpartition(".")[2] for path in paths)
    known = {path: name for path in paths if names[name := path.rpartition(".")[2]] == 1}

    def shorten(text: str) -> str:
        for path, name in known.items():
            text = text.replace(path, name)
        return text

    return shorten


def _row(cells: tuple[str, ...], widths: tuple[int, ...]) -> Iterator[str]:
    columns = [
        textwrap.wrap(printable(cell), width, break_on_hyphens=False) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for line in zip_longest(*columns, fillvalue=""):
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()
