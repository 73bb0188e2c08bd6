"""Cards in a format: one writer each, by the name that ``--format`` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TextIO, TypeAlias

from ..card import Card
from . import data, html, junit, markdown, sarif, text

# Writes cards as they come, holding no more of them than the format demands.
Writer: TypeAlias = Callable[[Iterable[Card], TextIO], None]

FORMATS: Final[Mapping[str, Writer]] = MappingProxyType(
    {
        "text": text.write,
        "json": data.write_array,
        "jsonl": data.write_lines,
        "sarif": sarif.write,
        "junit": junit.write,
        "markdown": markdown.write,
        "html": html.write,
    }
)
