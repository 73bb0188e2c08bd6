"""
PDF without programs, attachments and calls to the outside, by the names that they need.

ISO 32000-1. Names are looked for everywhere, in packed objects too, whatever surrounds them:
no reading of the structure that differs from a viewer's can hide one. A document that is
encrypted could hide all of them, and is refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, Size, gettext_noop
from .pdf_objects import Object, objects
from .reading import BLOCK, broken, length, refuse_second_face, windows

MAX_TAIL: Final = 1024  # bytes in which viewers look for the last %%EOF
MAX_PACKED_OBJECTS: Final = 8 * 1024 * 1024  # bytes of one object stream, unpacked
MAX_OPENINGS: Final = 100  # places that say what to do first; one for each time it was saved
MAX_LOOKS: Final = 1_000  # objects that are looked at, to see what is done first

_SPACE: Final = rb"[\0\t\n\f\r ]"
# A comment is a gap, too, unless a name is in it that a gap is passed after: so no byte is passed
# twice. What stops at such a comment, or finds no end, is odd.
_GAP: Final = rb"(?:[\0\t\n\f\r ]++|%(?:[^\r\n/]++|/(?!Type|Count|OpenAction))*+[\r\n])*+"
_ODD: Final = rb"(?P<odd>%|\Z)"
_HEADER: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_TAIL: Final = re.compile(rb"%%EOF" + _SPACE + rb"*+\Z")
_RULES: Final = {
    b"JavaScript": "pdf.script",
    b"Rendition": "pdf.script",
    b"XFA": "pdf.script",
    b"Launch": "pdf.launch",
    b"EmbeddedFile": "pdf.attachment",
    b"EmbeddedFiles": "pdf.attachment",
    b"FileAttachment": "pdf.attachment",
    b"RichMedia": "pdf.attachment",
    b"GoToE": "pdf.external",
    b"GoToR": "pdf.external",
    b"ImportData": "pdf.external",
    b"SubmitForm": "pdf.external",
    b"Encrypt": "pdf.encrypted",
    b"OnInstantiate": "pdf.script",
}
_SHORT_RULES: Final = {b"AA": "pdf.open", b"EF": "pdf.attachment"}
_MESSAGES: Final = {
    "pdf.script": gettext_noop("The PDF has a program in it (%(name)s)."),
    "pdf.launch": gettext_noop("The PDF starts another program (%(name)s)."),
    "pdf.attachment": gettext_noop("The PDF has a file or a film attached (%(name)s)."),
    "pdf.external": gettext_noop(
        "The PDF opens other files or sends something elsewhere (%(name)s)."
    ),
    "pdf.encrypted": gettext_noop("The PDF is encrypted or protected by a password."),
    "pdf.open": gettext_noop("The PDF does something by itself when it is opened."),
    "pdf.disguised": gettext_noop("The PDF disguises one of its parts (%(name)s)."),
    "pdf.packing": gettext_noop("The PDF is packed in an unusual way and cannot be checked."),
}
_STRUCTURE: Final = {b"Type", b"Page", b"Count", b"First", b"ObjStm", b"Filter", b"OpenAction"}
_KNOWN: Final = (*_RULES, *_STRUCTURE)
# "/XFA" alone is short enough to turn up in a picture; a value follows it.
_FORBIDDEN: Final = re.compile(
    rb"/(%s)(?![A-Za-z0-9])"
    % b"|".join(sorted(_RULES)).replace(b"XFA", rb"XFA(?=[\0\s]*[\[\d(<%])")
)
_SHORT: Final = re.compile(rb"/(AA|EF)(?![A-Za-z0-9])")
_ESCAPED: Final = re.compile(rb"/[A-Za-z0-9]{0,16}#[A-Za-z0-9#]{2,64}")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PAGE: Final = re.compile(rb"/Type" + _GAP + rb"(?:/Page(?![A-Za-z0-9])|" + _ODD + rb")")
_COUNT: Final = re.compile(rb"/Count" + _GAP + rb"(?:\+?([0-9]{1,20})|" + _ODD + rb")")
_OPEN: Final = re.compile(
    rb"/OpenAction" + _GAP + rb"(?:(\[)|([0-9]{1,10})" + _SPACE + rb"++[0-9]+)?"
)
_GO_TO: Final = re.compile(rb"/S" + _SPACE + rb"*+/GoTo(?![A-Za-z0-9])")
_ACTION: Final = re.compile(rb"/S(?![A-Za-z0-9])")
_FURTHER: Final = re.compile(rb"/(?:URI|Next)(?![A-Za-z0-9])")
_PACKED: Final = re.compile(rb"/(?:First|ObjStm)(?![A-Za-z0-9])")
_FILTER: Final = re.compile(
    rb"/(?:Filter|F)(?![A-Za-z0-9])" + _SPACE + rb"*+(\[[^\]]{0,100}+\]|/[A-Za-z0-9]++|.?)",
    re.DOTALL,
)
_FLATE: Final = re.compile(rb"/(?:FlateDecode|Fl)|\[\s*+/(?:FlateDecode|Fl)\s*+\]")
# A predictor, parameters that stand elsewhere, and names in disguise.
_UNUSUAL: Final = re.compile(rb"/Predictor|/(?:DecodeParms|DP)[\0\t\n\f\r \[]*+[0-9]|#")
_FIRST: Final = re.compile(rb"/First" + _SPACE + rb"*+([0-9]{1,7})(?!" + _SPACE + rb"*+[0-9])")
_NUMBERS: Final = re.compile(rb"(\d{1,10})\s++(\d{1,10})")


def inspect(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for more pages than allowed, and for what does more than show pages."""
    _frame(stream)
    refuse_second_face(stream)
    search = _Search(limits)
    for buffer, start, stop in windows(stream):
        search.look(buffer, start, stop)
    for found in objects(stream):
        search.actions(found.text)
        if found.data and _PACKED.search(found.text):
            search.unpack(stream, found)
    search.look_at_unpacked(stream)
    if not search.pages:
        raise broken("pdf")
    if search.openings:
        search.follow(stream)


def _frame(stream: BinaryIO) -> None:
    stream.seek(0)
    if not _HEADER.match(stream.read(16)):
        raise broken("pdf")
    stream.seek(max(0, length(stream) - MAX_TAIL))
    if not _TAIL.search(stream.read(MAX_TAIL)):
        raise broken("pdf")


def _refusal(rule: str, name: bytes) -> Refusal:
    return Refusal(rule, _MESSAGES[rule], name=name.decode("latin-1"))


def _refuse_odd(found: re.Match[bytes], name: bytes) -> None:
    if found["odd"] is not None:
        raise _refusal("pdf.disguised", name)


class _Search:
    def __init__(self, limits: Limits) -> None:
        self.pages = 0
        self.openings: set[int] = set()  # numbers of the objects that say what to do first
        self._limits = limits
        self._left = limits.max_unpacked
        self._looks = 0
        self._first = self._last = 0  # where object streams begin that stand there unpacked

    def look(self, text: bytes, start: int, stop: int) -> None:
        """Look at what begins between start and stop. Raises ``Refusal``."""
        for pattern, judge in (
            (_FORBIDDEN, self._forbidden),
            (_ESCAPED, self._escaped),
            (_PAGE, self._page),
            (_COUNT, self._count),
            (_OPEN, self._open),
        ):
            for found in pattern.finditer(text, start):
                if found.start() >= stop:
                    break
                judge(found)

    def _forbidden(self, found: re.Match[bytes]) -> None:
        raise _refusal(_RULES[found[1]], found[1])

    def _escaped(self, found: re.Match[bytes]) -> None:
        name = _ESCAPE.sub(lambda code: bytes((int(code[1], 16),)), found[0][1:])
        if name.startswith(_KNOWN):
            raise _refusal("pdf.disguised", found[0][1:])

    def _page(self, found: re.Match[bytes]) -> None:
        _refuse_odd(found, b"Type")
        self.pages += 1
        self._limit_pages(self.pages)

    def _count(self, found: re.Match[bytes]) -> None:
        _refuse_odd(found, b"Count")
        self._limit_pages(int(found[1]))

    def _limit_pages(self, pages: int) -> None:
        if pages > self._limits.max_pages:
            raise Refusal(
                "pdf.pages",
                gettext_noop("The PDF has too many pages. The most allowed here is %(limit)s."),
                limit=self._limits.max_pages,
            )

    def _open(self, found: re.Match[bytes]) -> None:
        if found[1]:  # a place in the document
            return
        if not found[2] or len(self.openings) >= MAX_OPENINGS:
            raise _refusal("pdf.open", b"OpenAction")
        self.openings.add(int(found[2]))

    def actions(self, text: bytes) -> None:
        """Look for names too short to look for in pictures. Raises ``Refusal``."""
        for found in _SHORT.finditer(_unescaped(text)):
            raise _refusal(_SHORT_RULES[found[1]], found[1])

    def unpack(self, stream: BinaryIO, packed: Object) -> None:
        """Look into an object stream, or remember one that is not packed. Raises ``Refusal``."""
        if not _is_packed(packed):
            self._first = min(self._first or packed.data, packed.data)
            self._last = max(self._last, packed.data)
            return
        text = self._inflated(stream, packed)
        self.look(text, 0, len(text))
        self.actions(text)

    def look_at_unpacked(self, stream: BinaryIO) -> None:
        """Look once for short names where object streams are not packed. Raises ``Refusal``."""
        at = 0
        for buffer, start, stop in windows(stream) if self._last else ():
            after = at + stop - start
            if self._first < after and at < self._last + MAX_PACKED_OBJECTS:
                self.actions(buffer[max(start, start + self._first - at) :])
            at = after

    def _inflated(self, stream: BinaryIO, packed: Object) -> bytes:
        stream.seek(packed.data)
        if not _is_packed(packed):  # not all that is read is its own
            return self._spent(stream.read(MAX_PACKED_OBJECTS), self._left)
        limit = min(self._left, MAX_PACKED_OBJECTS)
        inflate = zlib.decompressobj()
        text = bytearray()
        while not inflate.eof and len(text) <= limit:
            block = inflate.unconsumed_tail or stream.read(BLOCK)
            try:
                text += inflate.decompress(block, limit + 1 - len(text))
            except zlib.error:
                raise broken("pdf") from None
            if not block:
                raise broken("pdf")
        return self._spent(bytes(text), limit)

    def _spent(self, text: bytes, limit: int) -> bytes:
        if len(text) > limit:
            raise Refusal(
                "pdf.unpacked",
                gettext_noop("A part of the PDF is larger than %(limit)s when it is unpacked."),
                limit=Size(limit),
            )
        self._left -= len(text)
        return text

    def follow(self, stream: BinaryIO) -> None:
        """Raise ``Refusal`` unless all that is done first is to show a place."""
        harmless: set[int] = set()
        for found in objects(stream):
            if found.number in self.openings or (found.number < 0 and _ACTION.search(found.text)):
                harmless.add(self._judged(found.number, found.text))
            if found.data and _PACKED.search(found.text):
                firsts = _FIRST.findall(found.text)
                if len(firsts) != 1:
                    raise _refusal("pdf.packing", b"First")
                text = self._inflated(stream, found)
                for number, value in _members(text, int(firsts[0]), self.openings):
                    harmless.add(self._judged(number, value))
        if not self.openings <= harmless:
            raise _refusal("pdf.open", b"OpenAction")

    def _judged(self, number: int, value: bytes) -> int:
        self._looks += 1
        value = _unescaped(value)
        is_place = value.lstrip(b"\0\t\n\f\r ").startswith(b"[")
        is_going = len(_ACTION.findall(value)) == 1 and _GO_TO.search(value)
        if not (is_place or (is_going and not _FURTHER.search(value))) or self._looks > MAX_LOOKS:
            raise _refusal("pdf.open", b"OpenAction")
        return number


def _is_packed(packed: Object) -> bool:
    filters = _FILTER.findall(packed.text)
    if any(not _FLATE.fullmatch(told) for told in filters) or _UNUSUAL.search(packed.text):
        raise _refusal("pdf.packing", b"ObjStm")
    return bool(filters)


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda code: bytes((int(code[1], 16),)), text) if b"#" in text else text


def _members(text: bytes, first: int, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
    """Yield number and value of each wanted object in an object stream; values begin at first."""
    places = [(int(found[1]), int(found[2])) for found in _NUMBERS.finditer(text, 0, first)]
    offsets = sorted({offset for _, offset in places})
    after = dict(zip(offsets, [*offsets[1:], len(text)], strict=True)) if offsets else {}
    for number, at in places:
        if number in wanted:
            yield number, text[first + at : first + after[at]]
