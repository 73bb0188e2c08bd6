"""What asking a site, or reading a recording of it, came to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..card import Card, grade
from ..exchange import Exchange


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    An exchange, and what a user has to know about how it came about.

    ``reason`` says why there is no response, and is ``None`` where there is one. ``notes`` are
    sentences about what could not be seen.
    """

    exchange: Exchange
    reason: str | None = None
    notes: tuple[str, ...] = ()

    def card(self) -> Card:
        """Grade it; what did not answer has a card too, with the reason in place of a score."""
        card = grade(self.exchange)
        if self.reason is None:
            return card
        return replace(card, observatory=replace(card.observatory, error=self.reason))


def unanswered(name: str, host: str, reason: str) -> Fetched:
    """Return what there is to say of a target without an answer."""
    return Fetched(Exchange(host, None, is_secure=False, is_trusted=False, target=name), reason)
