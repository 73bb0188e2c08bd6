"""
Cards as GitHub flavoured Markdown, for the comment on a change or the summary of a job.

What a site says stands in code, where nothing becomes a link, an image, HTML or a mention.
https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from ..card import Card
from ..finding import Finding, Severity
from ..observatory_scores import ALGORITHM
from .text import cut

MAX_SHOWN: Final = 120  # characters of a name or a subject
MAX_LENGTH: Final = 60_000  # characters of all; GitHub takes a comment of 65,536
MAX_FINDINGS: Final = 40  # of one card; an honest one has under thirty
MAX_TEXT: Final = 500  # characters of a message or a hint

_BACKTICKS: Final = re.compile("`+")
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>|~&$]")
_LINKING: Final = re.compile(r"@|#|:(?=//)|(?<=www)(?=\.)|(?<=xmpp:)|(?<=mailto:)", re.IGNORECASE)
_ARE: Final = {True: "is", False: "are"}


def write(cards: Iterable[Card], out: TextIO) -> None:
    """
    Write cards, each as soon as it is there. Beyond ``MAX_LENGTH`` only their number is told, and
    of findings the worst ``MAX_FINDINGS`` of a card are shown.
    """
    room, left_out = MAX_LENGTH, 0
    for number, card in enumerate(cards):
        text = ("" if number else "## Security of the site\n\n") + "\n".join(_card(card)) + "\n"
        if left_out or len(text) > room:
            left_out += 1
            continue
        out.write(text)
        room -= len(text)
    if left_out:
        sites = "1 more site" if left_out == 1 else f"{left_out:,} more sites"
        out.write(f"{sites} {_ARE[left_out == 1]} left out; `--format json` has all.\n")


def code(text: str, length: int = MAX_SHOWN) -> str:
    """Return text as a code span, in which nothing has a meaning. GFM section 6.3."""
    shown = cut(text, length) or " "
    fence = "`" * (max(map(len, _BACKTICKS.findall(shown)), default=0) + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def plain(text: str) -> str:
    """Return text in which no character has a meaning, and nothing is linked by itself."""
    escaped = _MARKUP.sub(lambda found: f"\\{found[0]}", cut(text, MAX_TEXT))
    # A space of no width takes the life out of @somebody, #1 and https://.
    return _LINKING.sub(lambda found: f"{found[0]}&#8203;", escaped)


def _card(card: Card) -> Iterator[str]:
    seen, headers = card.observatory, card.securityheaders
    mark = "not graded" if seen.grade is None else f"{seen.grade} ({seen.score})"
    yield f"### {code(card.target)}: {mark}"
    yield ""
    yield f"{plain(seen.arithmetic.rstrip('.'))}."
    yield f"securityheaders.com, roughly: {headers.grade or 'not graded'}."
    failed = [verdict for verdict in seen.verdicts if not verdict.passes]
    if failed:
        yield ""
        yield f"| MDN HTTP Observatory, algorithm {ALGORITHM} | points | result |"
        yield "|---|--:|---|"
        for verdict in failed:
            yield f"| {verdict.test} | {verdict.modifier:+} | {verdict.result} |"
    if passed := [verdict for verdict in seen.verdicts if verdict.passes]:
        yield ""
        yield f"<details><summary>{len(passed)} tests passed</summary>"
        yield ""
        for verdict in passed:
            points = f" ({verdict.modifier:+})" if verdict.modifier else ""
            yield f"- {verdict.test}: {verdict.result}{points}"
        yield ""
        yield "</details>"
    yield from _findings(card.findings)
    yield ""


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    shown = [one for one in findings if one.severity >= Severity.LOW][:MAX_FINDINGS]
    if shown:
        yield ""
    for one in shown:
        about = f" {code(one.subject)}" if one.subject else ""
        name = one.severity.name
        yield f"- **{name}** {code(one.id)}{about}: {plain(one.message)} {plain(one.hint)}"
    if hidden := len(findings) - len(shown):
        yield ""
        yield f"{hidden} more, of less weight, {_ARE[hidden == 1]} not shown."
