"""A drafted policy as a piece of a settings file, and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from security.policy.csp import CSP

from .draft_policy import Blocked, Draft, Source

MAX_NAMED: Final = 3  # pages that a comment names
WIDTH: Final = 99  # columns of a line of remarks
MAX_COMMENT: Final = 200  # characters of one remark
ROWS: Final = (
    "Scripts of the admin carry no nonce: the policy of the site would have to be weaker for it. "
    "Where you have a route table, add the row to that."
)
_CONSTANTS: Final[Mapping[str, str]] = {str(word.value): f"CSP.{word.name}" for word in CSP}


def lines(drafts: Mapping[str, Draft], heading: str, notes: Iterable[str]) -> list[str]:
    """
    Return the lines of valid Python that set ``SECURE_CSP``; all else is comments.

    ``drafts`` are policies by rows of the route table, and the one of the site under ``""``.
    """
    written = [f"# {_plain(heading)}", "from security.csp import CSP", "", "SECURE_CSP = {"]
    written += [*_directives(drafts[""], " " * 4), "}"]
    if rows := {row: draft for row, draft in drafts.items() if row}:
        written += ["", *_wrapped(ROWS, "# "), "SECURITY_ROUTES = {"]
        for row, draft in rows.items():
            written += [f"    {json.dumps(row)}: {{", '        "SECURE_CSP": {']
            written += [*_directives(draft, " " * 12), "        },", "    },"]
        written.append("}")
    blocked = [each for draft in drafts.values() for each in draft.blocked]
    if blocked:
        written += ["", "# Blocked until it is mended:"]
        for each in blocked:
            written += _wrapped(_blocked(each), "# - ")
    return [*written, "", *(line for note in notes for line in _wrapped(note, "# "))]


def _directives(draft: Draft, indent: str) -> Iterator[str]:
    for directive in draft.mapping():
        yield f"{indent}{json.dumps(directive)}: ["
        for source in draft.sources:
            if source.directive == directive:
                value = _CONSTANTS.get(source.value) or json.dumps(source.value)
                remark = _remark(source)
                yield f"{indent}    {value},{f'  # {remark}' if remark else ''}"
        yield f"{indent}],"


def objects(
    drafts: Mapping[str, Draft],
    read: Sequence[str],
    skipped: Mapping[str, str],
    notes: Iterable[str],
) -> str:
    """Return all of it as one JSON object."""
    return json.dumps(
        {
            "SECURE_CSP": drafts[""].mapping(),
            "SECURITY_ROUTES": {
                row: {"SECURE_CSP": draft.mapping()} for row, draft in drafts.items() if row
            },
            "sources": [
                {
                    "row": row,
                    "directive": source.directive,
                    "source": source.value,
                    "pages": list(source.pages),
                    "reason": source.reason,
                }
                for row, draft in drafts.items()
                for source in draft.sources
            ],
            "blocked": [
                {"what": each.what, "advice": each.advice, "pages": list(each.pages)}
                for draft in drafts.values()
                for each in draft.blocked
            ],
            "pages": list(read),
            "skipped": dict(skipped),
            "notes": list(notes),
        },
        indent=2,
    )


def _remark(source: Source) -> str:
    parts = [part for part in (source.reason, named(source.pages)) if part]
    return _plain("; ".join(parts))


def _blocked(each: Blocked) -> str:
    return f"{each.what[:MAX_COMMENT]}, on {named(each.pages)}: {each.advice}."


def named(pages: Sequence[str]) -> str:
    """Return up to three pages in words, and how many more there are."""
    shown = ", ".join(pages[:MAX_NAMED])
    more = len(pages) - MAX_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(
        _plain(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent="# ".ljust(len(first)),
        break_on_hyphens=False,
    )


def _plain(text: str) -> str:
    """Return a text on one line of ASCII, cut: nothing in it ends a comment."""
    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return line.encode("ascii", "backslashreplace").decode()[: 3 * MAX_COMMENT]
