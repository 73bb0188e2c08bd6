"""
Cards as one page that needs nothing else: no script, no picture, no file from anywhere.

All text of a site is escaped, and the page forbids by its own policy what it does not need. To
serve it under a policy of your own, add ``STYLE_HASH`` to ``style-src``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, groupby, islice
from typing import Final, NamedTuple, TextIO

from ..card import Card
from ..finding import Finding, Severity
from ..observatory_scores import ALGORITHM
from .html_style import STYLE, STYLE_HASH
from .text import cut, printable

__all__ = ["POLICY", "STYLE", "STYLE_HASH", "write"]

POLICY: Final = f"default-src 'none'; style-src {STYLE_HASH}; base-uri 'none'; form-action 'none'"
MAX_SHOWN: Final = 200  # characters of a name or a subject
MAX_FINDINGS: Final = 200  # of one card; an honest one has under thirty
MAX_IN_MEMORY: Final = 4_194_304  # bytes of the page; what is longer waits in a temporary file

_HEAD: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
"""
_STYLED: Final = f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
_FOOT: Final = f"""</main>
<footer><p>Made by django-bulwark. MDN HTTP Observatory by its algorithm {ALGORITHM};
securityheaders.com roughly, as its rules are not published.</p></footer>
</body>
</html>
"""


class _Row(NamedTuple):
    """What the summary needs of a card."""

    target: str
    grade: str | None
    score: int | None
    headers: str | None
    counts: tuple[int, ...]


def write(cards: Iterable[Card], out: TextIO) -> None:
    """
    Write one page in ASCII. The summary of several cards stands first, so what follows waits in
    a temporary file; no card is held. Raises ``OSError`` where there is no room for it.
    """
    coming = iter(cards)
    begun = list(islice(coming, 2))
    rows: list[_Row] = []
    with tempfile.SpooledTemporaryFile(
        MAX_IN_MEMORY, "w+", encoding="ascii", newline="\n"
    ) as details:
        for number, card in enumerate(chain(begun, coming), 1):
            if len(begun) > 1:
                details.writelines(_folded(card, number))
            else:
                details.writelines(_alone(card))
            rows.append(_row(card))
        title = "Security of 1 site" if len(rows) == 1 else f"Security of {len(rows):,} sites"
        if len(begun) == 1:
            title = f"Security of {_text(begun[0].target)}"
        out.write(f"{_HEAD}<title>{title}</title>\n{_STYLED}<h1>{title}</h1>\n")
        if len(rows) != 1:
            out.writelines(_summary(rows))
        details.seek(0)
        shutil.copyfileobj(details, out)
    out.write(_FOOT)


def _row(card: Card) -> _Row:
    counts = [0] * len(Severity)
    for finding in card.findings:
        counts[finding.severity] += 1
    seen = card.observatory
    return _Row(
        cut(card.target, MAX_SHOWN),
        seen.grade,
        seen.score,
        card.securityheaders.grade,
        tuple(reversed(counts)),
    )


def _summary(rows: list[_Row]) -> Iterator[str]:
    if not rows:
        yield "<p>Nothing was graded.</p>\n"
        return
    yield '<table class="summary">\n<caption>All sites</caption>\n<thead><tr>'
    yield '<th scope="col">site</th><th scope="col">grade</th>'
    yield '<th scope="col" class="wide">securityheaders.com</th>'
    for severity in sorted(Severity, reverse=True):
        yield f'<th scope="col"{_is_wide(severity)}>{severity.name.lower()}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for number, row in enumerate(rows, 1):
        yield f'<tr><th scope="row"><a href="#site-{number}">{escape(row.target)}</a></th>'
        yield f"<td>{_mark(row.grade, row.score)}</td>"
        yield f'<td class="wide">{row.headers or "not graded"}</td>'
        for severity, count in zip(sorted(Severity, reverse=True), row.counts, strict=True):
            yield f"<td{_is_wide(severity)}>{count}</td>"
        yield "</tr>\n"
    yield "</tbody></table>\n<h2>One by one</h2>\n"


def _is_wide(severity: Severity) -> str:
    """Tell what a phone has no room for."""
    return "" if severity >= Severity.MEDIUM else ' class="wide"'


def _mark(grade: str | None, score: int | None) -> str:
    if grade is None:
        return '<span class="grade none">not graded</span>'
    return f'<span class="grade {grade[0].lower()}">{grade}</span> {score}'


def _folded(card: Card, number: int) -> Iterator[str]:
    """Yield a card behind a line that opens; the link of the summary opens it too."""
    mark = _mark(card.observatory.grade, card.observatory.score)
    yield f"<details>\n<summary><b>{_text(card.target)}</b> {mark}</summary>\n"
    yield f"<div id='site-{number}'>\n"
    yield from _parts(card, "h3")
    yield "</div>\n</details>\n"


def _alone(card: Card) -> Iterator[str]:
    yield f'<p class="big">{_mark(card.observatory.grade, card.observatory.score)}</p>\n'
    yield from _parts(card, "h2")


def _parts(card: Card, heading: str) -> Iterator[str]:
    seen, headers = card.observatory, card.securityheaders
    yield f"<{heading}>MDN HTTP Observatory</{heading}>\n<p>{_text(seen.arithmetic)}</p>\n"
    if seen.verdicts:
        yield '<table class="tests">\n<caption>Tests of algorithm '
        yield f'{ALGORITHM}</caption>\n<thead><tr><th scope="col">test</th>'
        yield '<th scope="col">points</th><th scope="col">result</th></tr></thead>\n<tbody>\n'
        for verdict in seen.verdicts:
            state = "" if verdict.passes else ' class="failed"'
            failed = "" if verdict.passes else " <b>failed</b>"
            points = f"{verdict.modifier:+}" if verdict.modifier else "0"
            yield f'<tr{state}><th scope="row">{verdict.test}</th><td>{points}</td>'
            yield f"<td>{verdict.result}{failed}</td></tr>\n"
        yield "</tbody></table>\n"
    yield f"<{heading}>securityheaders.com</{heading}>\n"
    yield f"<p><b>{headers.grade or 'Not graded'}</b>, roughly.</p>\n"
    if headers.missing or headers.warnings:
        yield "<ul>\n"
        yield from (f"<li>missing: {_text(name)}</li>\n" for name in headers.missing)
        yield from (f"<li>warning: {_text(name)}</li>\n" for name in headers.warnings)
        yield "</ul>\n"
    yield f"<{heading}>Findings</{heading}>\n"
    yield from _findings(card.findings, heading)


def _findings(findings: tuple[Finding, ...], heading: str) -> Iterator[str]:
    if not findings:
        yield "<p>None.</p>\n"
    below = f"h{int(heading[1]) + 1}"
    for severity, group in groupby(findings[:MAX_FINDINGS], key=lambda one: one.severity):
        name = severity.name.lower()
        yield f'<{below} class="{name}">{name.capitalize()}</{below}>\n<dl>\n'
        for one in group:
            about = cut(one.subject or one.header, MAX_SHOWN)
            subject = f" <code>{escape(about)}</code>" if about else ""
            yield f"<dt><b>{_text(one.id)}</b>{subject}</dt>\n"
            yield f"<dd>{escape(printable(one.message))}</dd>\n"
            yield f'<dd class="hint">{escape(printable(one.hint))}</dd>\n'
        yield "</dl>\n"
    if len(findings) > MAX_FINDINGS:
        yield f"<p>{len(findings) - MAX_FINDINGS:,} more, of less weight, are not shown.</p>\n"


def _text(text: str) -> str:
    return escape(cut(text, MAX_SHOWN))
