"""What ``manage.py csp inline`` prints: text, JSON lines, a diff."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from .inline_advice import Remedy
from .inline_plan import Change, Place

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # as `patch` counts lines


def shown(path: Path) -> str:
    """Return a path as a person looks for it: from the current folder, if it lies in there."""
    here = Path.cwd()
    text = str(path.relative_to(here) if path.is_relative_to(here) else path)
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def lines(places: Iterable[Place]) -> Iterator[str]:
    """Yield one line for each place, and an empty one behind each file."""
    for path, group in groupby(places, key=lambda place: place.template.path):
        for place in group:
            found = place.found
            where = f"{shown(path)}:{found.line}:{found.column}"
            yield f"{where} {found.kind.value}  {found.excerpt} -> {found.advice}"
        yield ""


def objects(places: Iterable[Place]) -> Iterator[str]:
    """Yield one JSON object for each place, on a line of its own."""
    for place in places:
        found = place.found
        yield json.dumps(
            {
                "path": shown(place.template.path),
                "line": found.line,
                "column": found.column,
                "kind": found.kind.value,
                "excerpt": found.excerpt,
                "remedy": found.remedy.value,
                "advice": found.advice,
                "third_party": place.template.third_party,
            }
        )


def diff(changes: Iterable[Change]) -> Iterator[str]:
    """Yield a unified diff that ``patch -p1`` and ``git apply`` take, line ends included."""
    for change in changes:
        before = (change.before or b"").decode(change.charset)
        name = shown(change.path).removeprefix("/")
        for line in difflib.unified_diff(
            _LINE.findall(before),
            _LINE.findall(change.after.decode(change.charset)),
            "/dev/null" if change.before is None else f"a/{name}",
            f"b/{name}",
        ):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def summary(templates: int, left: Sequence[Place]) -> Iterator[str]:
    """Yield what is left, counted by kind and by who can mend it."""
    read = counted(templates, "template")
    if not left:
        yield f"{read}: no inline code is left that a strict policy blocks."
        return
    files = len({place.template.path for place in left})
    kinds = Counter(place.found.kind.value for place in left)
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    yield f"{read}, {files} with something left: {listed}."
    remedies = Counter(place.found.remedy for place in left)
    yield (
        f"--fix mends {remedies[Remedy.NONCE]}, --extract {remedies[Remedy.MOVE]}; "
        f"{remedies[Remedy.HAND]} need a hand."
    )


def left_out(templates: int) -> str:
    """Return the line about the templates that are not listed."""
    verb, them = ("is", "it") if templates == 1 else ("are", "them")
    read = counted(templates, "template")
    return f"{read} of installed packages {verb} left out; --all lists {them}."
