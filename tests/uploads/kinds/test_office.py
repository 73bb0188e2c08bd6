"""Office documents: text and tables pass; macros, objects and calls outside are refused."""

from __future__ import annotations

import pytest
from tests.uploads.kinds.archives import Entry, by_hand, zipped
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.offices import document, docx, odf, odt, relations, types, xlsx
from tests.uploads.kinds.pictures import picture

from security.uploads.kinds import office_parts

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
RELS = "word/_rels/document.xml.rels"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


def field(*pieces: str) -> bytes:
    """Return a document with a field whose instruction is in pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return document(f'<w:p><w:fldChar w:fldCharType="begin"/>{runs}<w:fldChar/></w:p>')


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("docx", docx()),
        ("docx", docx({"word/media/a.png": picture("png")})),
        ("docx", docx({"word/embeddings/Microsoft_Excel_Sheet.xlsx": xlsx()})),
        ("docx", docx({"word/document.xml": field(' HYPERLINK "https://a.test/dde/IMPORT" ')})),
        ("docx", docx({RELS: relations(("image", "media/a.png", "Internal"))})),
        ("xlsx", xlsx()),
        ("odt", odt()),
        ("odt", odt({"Pictures/a.png": picture("png"), "Object 1/content.xml": odf("")})),
        ("odt", odt({"content.xml": odf('<draw:image xlink:href="Pictures/a.png"/>')})),
        ("odt", odt({"meta.xml": odf('<meta:template xlink:href="../../a.ott"/>')})),
    ],
    ids=["docx", "picture", "table", "link", "part", "xlsx", "odt", "object", "image", "template"],
)
def test_an_honest_document_is_accepted(kind, content):
    assert rule_of(kind, content) is HONEST


WORD = {
    "macro type": ("office.macro", docx(kind=MACRO)),
    "macro type of another part": ("office.macro", docx(rows=(("bin", MACRO),))),
    "macro file": ("office.macro", docx({"word/vbaProject.bin": b"x"})),
    "macro file elsewhere": ("office.macro", docx({"a/VBAPROJECT.BIN": b"x"})),
    "macro relation": ("office.macro", docx({RELS: relations(("vbaProject", "a.bin", ""))})),
    "control": ("office.macro", docx({"word/activeX/activeX1.xml": b"<a/>"})),
    "control relation": ("office.ole", docx({RELS: relations(("control", "a.xml", ""))})),
    "object relation": ("office.ole", docx({RELS: relations(("oleObject", "a.bin", ""))})),
    "object name": ("office.ole", docx({"word/embeddings/oleObject1.bin": b"x"})),
    "object type": (
        "office.ole",
        docx(rows=(("bin", "application/vnd.openxmlformats-officedocument.oleObject"),)),
    ),
    "object by content": ("office.ole", docx({"word/media/a.png": OLE})),
    "page inside": ("office.ole", docx({RELS: relations(("aFChunk", "a.mht", ""))})),
    "page inside the text": (
        "office.external",
        docx({"word/document.xml": document("<w:altChunk/>")}),
    ),
    "template": (
        "office.external",
        docx({RELS: relations(("attachedTemplate", "https://evil.test/a.dotm", "External"))}),
    ),
    "picture outside": (
        "office.external",
        docx({RELS: relations(("image", "https://evil.test/a.png", "External"))}),
    ),
    "outside without saying so": (
        "office.external",
        docx({RELS: relations(("image", "https://evil.test/a.png", ""))}),
    ),
    "share": ("office.external", docx({RELS: relations(("image", "\\\\evil.test\\a", ""))})),
    "link that runs": (
        "office.external",
        docx({RELS: relations(("hyperlink", " javascript:alert(1)", "External"))}),
    ),
    "dde": ("office.external", docx({"word/document.xml": field("DDEAUTO c:\\\\cmd.exe")})),
    "dde in pieces": ("office.external", docx({"word/document.xml": field(' "D', "DE", "AUTO x")})),
    "dde at once": (
        "office.external",
        docx({"word/document.xml": document('<w:fldSimple w:instr=" dde x"/>')}),
    ),
    "dde at the end": (
        "office.external",
        docx({"word/document.xml": document("<w:instrText>DDE x</w:instrText>")}),
    ),
    "picture by a field": (
        "office.external",
        docx({"word/document.xml": field('INCLUDEPICTURE "https://evil.test/a.png"')}),
    ),
    "entities": (
        "xml.doctype",
        docx({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]>' + document("&b;")}),
    ),
    "entities where they are not looked for": (
        "xml.doctype",
        docx({"word/odd": b"<!DOCTYPE a>" + document()}, rows=(("/word/odd", "text/xml"),)),
    ),
    "no xml": ("content.broken", docx({"word/document.xml": b"text"})),
    "no types": ("content.broken", zipped({"_rels/.rels": relations()})),
    "no relations": ("content.broken", zipped({"[Content_Types].xml": types()})),
    "spreadsheet": ("content.broken", xlsx()),
    "text": ("content.broken", odt()),
    "path": ("archive.path", by_hand(Entry(b"../a"))),
    "macro in a document inside": (
        "office.macro",
        docx({"word/embeddings/a.docx": docx({"word/vbaProject.bin": b"x"})}),
    ),
    "macro in a text inside": (
        "office.macro",
        docx({"word/embeddings/a.odt": odt({"Basic/a.xml": odf("")})}),
    ),
}
EXCEL = {
    "macro sheet": ("office.macro", xlsx({"xl/macrosheets/sheet1.xml": b"<a/>"})),
    "dde": (
        "office.external",
        xlsx({"xl/externalLinks/a.xml": b"<externalLink><ddeLink/></externalLink>"}),
    ),
    "word": ("content.broken", docx()),
}
TEXT = {
    "macro": ("office.macro", odt({"Basic/Standard/a.xml": odf("")})),
    "script": ("office.macro", odt({"Scripts/python/a.py": b"x"})),
    "event": ("office.macro", odt({"content.xml": odf("<script:event-listener/>")})),
    "applet": ("office.macro", odt({"content.xml": odf("<draw:applet/>")})),
    "link that runs": (
        "office.macro",
        odt({"content.xml": odf('<text:a xlink:href="vnd.sun.star.script:a">x</text:a>')}),
    ),
    "object": ("office.ole", odt({"content.xml": odf("<draw:object-ole/>")})),
    "object by content": ("office.ole", odt({"Object 1": OLE})),
    "frame": ("office.external", odt({"content.xml": odf("<draw:floating-frame/>")})),
    "picture outside": (
        "office.external",
        odt({"content.xml": odf('<draw:image xlink:href="https://evil.test/a.png"/>')}),
    ),
    "file outside": (
        "office.external",
        odt({"content.xml": odf('<draw:image xlink:href="../../etc/passwd"/>')}),
    ),
    "template": (
        "office.external",
        odt({"meta.xml": odf('<meta:template xlink:href="https://evil.test/a.ott"/>')}),
    ),
    "locked": (
        "archive.encrypted",
        odt({"META-INF/manifest.xml": odf("<manifest:encryption-data/>")}),
    ),
    "entities": ("xml.doctype", odt({"content.xml": b"<!DOCTYPE a>" + odf("")})),
    "spreadsheet": (
        "content.broken",
        odt(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
    ),
    "long type": ("content.broken", odt(mimetype=b"a" * 101)),
    "packed type": ("content.broken", odt(stored=False)),
    "no content": (
        "content.broken",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}, packed=False),
    ),
    "no entries": ("content.broken", zipped({})),
    "macro in a document inside": (
        "office.macro",
        odt({"Object 1": docx({"word/vbaProject.bin": b"x"})}),
    ),
}


@pytest.mark.parametrize("name", list(WORD))
def test_a_word_document_that_does_more_is_refused(name):
    rule, content = WORD[name]

    assert rule_of("docx", content) == rule


@pytest.mark.parametrize("name", list(EXCEL))
def test_a_spreadsheet_that_does_more_is_refused(name):
    rule, content = EXCEL[name]

    assert rule_of("xlsx", content) == rule


@pytest.mark.parametrize("name", list(TEXT))
def test_an_odf_text_that_does_more_is_refused(name):
    rule, content = TEXT[name]

    assert rule_of("odt", content) == rule


def test_an_archive_inside_that_is_no_document_is_left_to_the_archive():
    assert rule_of("docx", docx({"word/a.zip": zipped({"a": b"b"})})) is HONEST
    assert rule_of("docx", docx({"word/a.zip": zipped({"a": b"b"})}), max_nesting=0) == (
        "archive.nesting"
    )


def test_a_long_paragraph_is_honest():
    content = docx({"word/document.xml": document("<w:t>" + "word " * 1_200_000 + "</w:t>")})

    assert rule_of("docx", content, max_ratio=1000) is HONEST


@pytest.mark.parametrize(
    ("end", "rule"), [("\u00e9", HONEST), ("/a", HONEST), ("/../a", "office.external")]
)
def test_a_long_address_is_read_as_a_short_one(end, rule):
    address = " " * 300_000 + "\u00e9" * 300_000 + end
    content = odt({"content.xml": odf(f'<draw:image xlink:href="{address}"/>')})

    assert rule_of("odt", content, max_ratio=10_000) == rule


def test_instructions_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(office_parts, "MAX_FIELDS", 1000)

    assert rule_of("docx", docx({"word/document.xml": field("x" * 1000)})) is HONEST
    assert rule_of("docx", docx({"word/document.xml": field("x" * 1001)})) == "office.external"
