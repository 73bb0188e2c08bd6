"""
DOCX, XLSX and ODT: a safe archive, the right main part, no program, nothing fetched from outside.

Parts and relationships: ECMA-376 part 2; ODF: OASIS OpenDocument 1.3 part 2 (packages).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from . import archive
from .directory import Entry, read
from .office_parts import ContentTypes, Document, Relationships, refuse_name
from .opendocument import MIMETYPE, OpenDocument, refuse_script_name
from .reading import broken, temporary
from .xml import MAX_ELEMENTS, Handler, parse

_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.{}.main+xml"
_MAIN_OF: Final = {
    "docx": _MAIN.format("wordprocessingml.document"),
    "xlsx": _MAIN.format("spreadsheetml.sheet"),
}
_XML: Final = (".xml", ".rels", ".vml", ".rdf")


def inspect_docx(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for what is no Word document, or has macros or outside parts."""
    archive.inspect(stream, limits)
    _openxml(stream, limits, "docx", _MAIN_OF["docx"])


def inspect_xlsx(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for what is no Excel document, or has macros or outside parts."""
    archive.inspect(stream, limits)
    _openxml(stream, limits, "xlsx", _MAIN_OF["xlsx"])


def inspect_odt(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for what is no ODF text, or has macros or outside parts."""
    archive.inspect(stream, limits)
    entries = read(stream, limits)
    first = entries[0] if entries else None
    if first is None or first.name != "mimetype" or first.method or first.unpacked > 100:
        raise broken("odt")
    if b"".join(archive.unpacked(stream, first)) != MIMETYPE:
        raise broken("odt")
    names = {entry.name for entry in entries}
    if not {"content.xml", "META-INF/manifest.xml"} <= names:
        raise broken("odt")
    left = MAX_ELEMENTS
    for entry in entries:
        refuse_script_name(entry.name)
        left -= _part(stream, entry, OpenDocument(entry.name), "odt", left, limits)


def _openxml(stream: BinaryIO, limits: Limits, kind: str, main: str | None) -> None:
    """Check a package; ``main`` is the content type that one part must have."""
    entries = read(stream, limits)
    by_name = {entry.name: entry for entry in entries}
    types = ContentTypes(limits)
    if _TYPES not in by_name or "_rels/.rels" not in by_name:
        raise broken(kind)
    left = MAX_ELEMENTS - parse(archive.unpacked(stream, by_name[_TYPES]), types, kind)
    if main is not None and main not in types.found:
        raise broken(kind)
    for entry in entries:
        refuse_name(entry.name)
        if entry.name == _TYPES:
            continue
        must = types.is_xml(entry.name)
        left -= _part(stream, entry, _handler(entry), kind, left, limits, must=must)


def _is_xml(name: str, head: bytes) -> bool:
    """Tell whether a part is XML by its name or its beginning, in any encoding."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\n\r ")[:2]
    looks_so = start[:1] == b"<" or start in (b"\0<", b"\xff\xfe", b"\xfe\xff")
    return looks_so or (name.lower().endswith(_XML) and bool(head))


def _handler(entry: Entry) -> Handler:
    return Relationships() if entry.name.lower().endswith(".rels") else Document()


def _part(
    stream: BinaryIO,
    entry: Entry,
    handler: Handler,
    kind: str,
    left: int,
    limits: Limits,
    *,
    must: bool = False,
) -> int:
    """Check a part, which ``must`` be XML or may be; return how many elements it has."""
    head, blocks = archive.headed(archive.unpacked(stream, entry))
    if (must and head) or _is_xml(entry.name, head):
        return parse(blocks, handler, kind, elements=left)
    _inside(head, blocks, entry, limits)
    return 0


def _inside(head: bytes, blocks: Iterator[bytes], entry: Entry, limits: Limits) -> None:
    """
    Check a file in the package that is no XML: no OLE; an office document in it like itself.

    How deep archives go is known to be allowed: ``archive.inspect()`` was here before.
    """
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refusal(
            "office.ole",
            gettext_noop('The document has an object of another program in it: "%(name)s".'),
            name=entry.name,
        )
    if not head.startswith(b"PK\x03\x04"):
        return
    with temporary() as inner:
        for block in blocks:
            inner.write(block)
        names = {held.name for held in read(inner, limits)}
        if _TYPES in names:
            _openxml(inner, limits, "docx", None)
        elif "mimetype" in names:
            inspect_odt(inner, limits)
