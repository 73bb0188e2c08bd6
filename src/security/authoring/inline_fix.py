"""Add the nonce to script and style elements, and leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from security.policy.errors import must_be

from .inline_advice import Remedy
from .inline_marks import Dialect
from .inline_scan import Occurrence, scan


class Style(Enum):
    """How the nonce is written; the value is what stands behind the name of the element."""

    VARIABLE = ' nonce="{{ csp_nonce }}"'
    TAG = " {% csp_nonce_attr %}"  # Django 6.1 and later; Jinja has no such tag


class Edit(NamedTuple):
    """Put ``text`` in the place of ``start:end``, in characters."""

    start: int
    end: int
    text: str


def nonces(
    found: Iterable[Occurrence], *, dialect: Dialect, style: Style = Style.VARIABLE
) -> list[Edit]:
    """Return the edits that add each missing nonce, right behind the name of its element."""
    text = (Style.VARIABLE if dialect is Dialect.JINJA else style).value
    return [Edit(each.named, each.named, text) for each in found if each.remedy is Remedy.NONCE]


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with every edit made. Raises ``ValueError`` where two of them overlap."""
    pieces, position = [], 0
    for edit in sorted(edits):
        if not position <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit at {edit.start}:{edit.end} overlaps another, or the end.")
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def add_nonces(
    text: str,
    *,
    dialect: Dialect = Dialect.DJANGO,
    links: bool = False,
    style: Style = Style.VARIABLE,
) -> str:
    """Return a template with a nonce wherever one is missing. Raises what ``scan`` raises."""
    found = scan(text, dialect=dialect, links=links).occurrences
    return apply(text, nonces(found, dialect=dialect, style=style))


def decode(data: bytes, charset: str) -> str:
    """
    Return the text of a file: its byte order mark and its line ends are part of it.

    Raises ``PolicyError`` for what is not in that charset, and for what ``encode`` would not
    give back byte by byte.
    """
    try:
        text = data.decode(charset)
        same = text.encode(charset) == data
    except (LookupError, ValueError) as error:
        raise must_be(f"text in {charset}", data, hint=f"Python says: {error}.") from error
    if not same:
        raise must_be(f"text that {charset} writes in one way only", data)
    return text
