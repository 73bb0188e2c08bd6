"""Advice for people, and as data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Final

from .change import Advice, Assign, Change
from .patch import relisting

MAX_NAMED: Final = 6  # ids of one change in text; JSON has all of them


def render(advice: Advice, *, width: int) -> Iterator[str]:
    """Yield lines of at most about ``width`` columns: the changes with reasons, then the work."""
    for change in advice.changes:
        yield from source(change).splitlines()
        yield from _paragraphs(f"mends {_listed(change.mends)}", change.risk, width=width)
        yield f"    docs: {change.docs}"
        yield ""
    if advice.work:
        yield "What no setting mends:"
    for work in advice.work:
        yield f"  {_listed(work.about)}"
        yield from _paragraphs(work.text, width=width)
        yield f"    docs: {work.docs}"


def as_json(advice: Advice) -> dict[str, Any]:
    """Return advice as ``json.dumps`` takes it."""
    return {
        "changes": [
            {
                "setting": change.edit.setting,
                "python": source(change),
                "mends": list(change.mends),
                "risk": change.risk,
                "docs": change.docs,
            }
            for change in advice.changes
        ],
        "work": [
            {"about": list(work.about), "text": work.text, "docs": work.docs}
            for work in advice.work
        ],
    }


def source(change: Change) -> str:
    """Return one change as Python for the end of a settings file."""
    edit = change.edit
    return edit.source if isinstance(edit, Assign) else relisting(edit)


def _listed(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - MAX_NAMED} more" if len(ids) > MAX_NAMED else ""
    return ", ".join(ids[:MAX_NAMED]) + more


def _paragraphs(*texts: str, width: int) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(
            text, width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
        )
