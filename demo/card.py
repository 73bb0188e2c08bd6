"""
The grade card: ask pages over the network, let the grader judge them, print the grades.

The demo's own certificate authority is the one that is trusted, so its certificate counts as
valid, as it would on a real site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from demo.terminal import Style
from security.grade import card as grader
from security.grade.fetch.ask import ask_now
from security.grade.fetch.session import Terms
from security.grade.fetch.site import Site as Target
from security.grade.fetch.trust import trust

TIMEOUT = 10  # seconds for one answer
LEAST_SCORE = 130  # points that every page of a well-kept site reaches


@dataclass(frozen=True, slots=True)
class Site:
    """Where the demo listens, and whom to believe about its certificate."""

    https: str  # such as https://localhost:8443
    http: str
    authority: Path  # certificate of the authority, PEM


@dataclass(frozen=True, slots=True)
class PageCard:
    """The grades of one page, and what it answered with."""

    label: str
    path: str
    status: int
    grades: grader.Card

    @property
    def is_graded(self) -> bool:
        """Whether the Observatory grades such an answer; it passes over a page that is missing."""
        return self.grades.observatory.score is not None

    @property
    def is_good(self) -> bool:
        seen = self.grades.observatory
        observed = not self.is_graded or (seen.grade == "A+" and (seen.score or 0) >= LEAST_SCORE)
        return observed and self.grades.securityheaders.grade == "A+"

    def as_dict(self) -> dict[str, object]:
        """Return the card for ``--json``."""
        return {"path": self.path, "status": self.status, **grader.as_json(self.grades)}


def grade_site(site: Site, pages: Iterable[tuple[str, str]]) -> tuple[PageCard, ...]:
    """Grade each page, given as label and path. Raises ``OSError`` if the site does not answer."""
    terms = Terms(trust(site.authority), TIMEOUT)
    return tuple(_grade_page(site, terms, label, path) for label, path in pages)


def is_clean(cards: Sequence[PageCard]) -> bool:
    """Whether there are grades, and each of them is as good as this demo promises."""
    return any(card.is_graded for card in cards) and all(card.is_good for card in cards)


def _grade_page(site: Site, terms: Terms, label: str, path: str) -> PageCard:
    host = urlsplit(site.https).hostname or ""
    fetched = ask_now(Target(path, host, secure=site.https + path, plain=site.http + path), terms)
    reply = fetched.exchange.response
    if reply is None:
        raise OSError(fetched.reason)
    return PageCard(label, path, reply.status, fetched.card())


def render(cards: Sequence[PageCard], style: Style) -> str:
    """Lay the card out for a terminal; every line of it is at most 78 characters."""
    head = f"  {'Grade card':<38}{'MDN Observatory':<18}securityheaders.com*"
    lines = [style.bold(head), "  " + style.dim("-" * 76)]
    lines += [_row(card, style) for card in cards]
    lines += ["", *_reasons(cards, style)]
    lines.append(style.dim("  * an approximation: its rules are not published"))
    if is_clean(cards):
        lines.append(style.good(f"  Every page is A+ twice, with {LEAST_SCORE} points or more."))
    else:
        lines.append(style.bad(f"  Not every page is A+ twice with {LEAST_SCORE} points or more."))
    return "\n".join(lines)


def _row(card: PageCard, style: Style) -> str:
    seen, other = card.grades.observatory, card.grades.securityheaders
    observed = f"{seen.grade:<3}{seen.score:>4}" if card.is_graded else f"none ({card.status})"
    paint = style.good if card.is_good else style.bad
    where = f"{card.path:<24.24}"
    return f"  {card.label:<14}{style.dim(where)}{paint(f'{observed:<18}{other.grade}')}"


def _reasons(cards: Sequence[PageCard], style: Style) -> list[str]:
    """Name each fault once, with the pages that have it; then the bonuses they all share."""
    faults: dict[str, list[str]] = {}
    for card in cards:
        for verdict in card.grades.observatory.verdicts:
            if verdict.modifier < 0:
                faults.setdefault(f"{verdict.modifier:>4}  {verdict.result}", []).append(card.label)
        for name in card.grades.securityheaders.missing:
            faults.setdefault(f"      {name} is missing", []).append(card.label)
        for warning in card.grades.securityheaders.warnings:
            faults.setdefault(f"      {warning}", []).append(card.label)
    lines = []
    for fault, labels in faults.items():
        pages = "every page" if len(labels) == len(cards) else ", ".join(labels)
        lines += [style.bad("  " + fault), style.dim(f"          {pages}")]
    graded = [set(card.grades.observatory.verdicts) for card in cards if card.is_graded]
    shared = set.intersection(*graded) if graded else set()
    bonuses = sorted(
        f"{verdict.modifier:+4d}  {verdict.result}" for verdict in shared if verdict.modifier > 0
    )
    lines += [style.dim(f"  {bonus}") for bonus in bonuses]
    return [*lines, ""] if lines else []
