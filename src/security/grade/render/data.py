"""Cards as JSON: one array, or one object a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from ..card import Card, as_line


def write_array(cards: Iterable[Card], out: TextIO) -> None:
    """Write one array with one object a card, in the order given, holding one card at a time."""
    before = "["
    for card in cards:
        out.write(f"{before}\n{as_line(card)}")
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


def write_lines(cards: Iterable[Card], out: TextIO) -> None:
    """Write one object a line, each as soon as its card is there."""
    out.writelines(as_line(card) + "\n" for card in cards)
