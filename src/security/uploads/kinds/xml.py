"""
XML by the block, with the parser of the standard library, and nothing that makes it dangerous.

No DTD, hence no entity: the first declaration is refused, before expat expands anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.parsers import expat

from ..refusal import Refusal, gettext_noop
from .reading import broken

MAX_TOKEN: Final = 4 * 1024 * 1024  # bytes of one tag or comment; a picture in an attribute fits
MAX_DEPTH: Final = 512  # elements in elements; an office document has under 100
MAX_ELEMENTS: Final = 3_000_000  # of one file; a large spreadsheet has a million cells
PIECE: Final = 256 * 1024  # bytes parsed at once; expat reads an unfinished token anew each time

_ENCODINGS: Final = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
_SPLIT: Final = " "


def split(name: str) -> tuple[str, str]:
    """Return namespace and local name."""
    namespace, _, local = name.rpartition(_SPLIT)
    return namespace, local


class Handler:
    """What is told of a document. Each method may raise ``Refusal``."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Meet a start tag; names are those that ``split()`` takes."""

    def end(self, name: str) -> None:
        """Meet an end tag."""

    def text(self, text: str) -> None:
        """Meet text, in pieces of any length."""

    def comment(self, text: str) -> None:
        """Meet a comment."""

    def raw_start(self) -> None:
        """Meet the start of text in which ``<`` means itself (CDATA)."""

    def raw_end(self) -> None:
        """Meet the end of such text."""

    def instruction(self, target: str, text: str) -> None:
        """Meet a processing instruction."""


def parse(
    blocks: Iterable[bytes], handler: Handler, kind: str, *, elements: int = MAX_ELEMENTS
) -> int:
    """
    Tell the handler of a document of the type ``kind``, with so many elements at most.

    Returns how many there are. Time is linear, memory at most twice ``MAX_TOKEN``. Raises
    ``Refusal``.
    """
    parser = expat.ParserCreate(namespace_separator=_SPLIT)
    guard = _Guard(handler, kind, elements)
    parser.buffer_text = True
    parser.StartElementHandler = guard.start
    parser.EndElementHandler = guard.end
    parser.CharacterDataHandler = handler.text
    parser.CommentHandler = handler.comment
    parser.StartCdataSectionHandler = handler.raw_start
    parser.EndCdataSectionHandler = handler.raw_end
    parser.ProcessingInstructionHandler = handler.instruction
    parser.XmlDeclHandler = guard.declaration
    parser.StartDoctypeDeclHandler = guard.doctype
    fed = 0
    try:
        for piece in _pieces(blocks):
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > MAX_TOKEN:
                raise broken(kind)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError):
        raise broken(kind) from None
    return elements - guard.elements


def _pieces(blocks: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the same bytes in pieces of ``PIECE`` or more."""
    kept: list[bytes] = []
    size = 0
    for block in blocks:
        kept.append(block)
        size += len(block)
        if size >= PIECE:
            yield b"".join(kept)
            kept, size = [], 0
    yield b"".join(kept)


class _Guard:
    def __init__(self, handler: Handler, kind: str, most: int) -> None:
        self.handler = handler
        self.kind = kind
        self.depth = 0
        self.elements = most

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements -= 1
        if self.depth > MAX_DEPTH or self.elements < 0:
            raise Refusal(
                "xml.size", gettext_noop("The file has too many parts, or parts in parts too deep.")
            )
        self.handler.start(name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.handler.end(name)

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise broken(self.kind)

    def doctype(self, name: str, system: str | None, public: str | None, inner: bool) -> None:
        raise Refusal(
            "xml.doctype",
            gettext_noop(
                "The file has a DOCTYPE, which is not allowed here. Please save it without."
            ),
        )
