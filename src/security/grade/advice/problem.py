"""One thing that a grader holds against a site, and the finding that says why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..card import Card
from .same import HEADERS, RESULTS


class Problem(NamedTuple):
    """
    ``id`` is that of a finding, a result of the Observatory, or what securityheaders.com misses
    or warns of; ``cause`` the finding that explains it, ``subject`` what the finding is about.
    """

    id: str
    cause: str
    subject: str | None = None
    header: str = ""


def problems(card: Card) -> Iterator[Problem]:
    """Yield all that a card holds against a site, the worst findings first."""
    for finding in card.findings:
        yield Problem(finding.id, finding.id, finding.subject, finding.header)
    for verdict in card.observatory.verdicts:
        if not verdict.passes or verdict.modifier < 0:
            yield from _explained(card, verdict.result, RESULTS[verdict.result])
    for name in (*card.securityheaders.missing, *card.securityheaders.warnings):
        yield from _explained(card, name, HEADERS[name])


def _explained(card: Card, name: str, causes: tuple[str, ...]) -> Iterator[Problem]:
    found = [finding for finding in card.findings if finding.id in causes]
    for finding in found:
        yield Problem(name, finding.id, finding.subject, finding.header)
    if not found:
        yield Problem(name, causes[0])
