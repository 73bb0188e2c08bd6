"""Parts that another program would find, where a reader of one mind finds none."""

from __future__ import annotations

import struct
import zlib

import pytest
from tests.uploads.kinds.archives import Entry, by_hand, zipped
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.offices import document, docx, odf, odt, xlsx
from tests.uploads.kinds.pictures import animation, picture
from tests.uploads.kinds.test_svg import drawing

from security.uploads.kinds import av1, jpeg


def slowly_packed(content: bytes) -> bytes:
    """Return an archive of one file, of which 64 KiB of packed data unpack to one byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(content[:1]) + packer.flush(zlib.Z_FULL_FLUSH)
    nothing = b"\0\0\0\xff\xff" * 14_000
    data = first + nothing + packer.compress(content[1:]) + packer.flush()
    return by_hand(Entry(b"a", content, packed=data))


def test_an_archive_inside_is_told_however_small_its_first_piece():
    deep = zipped({"b.zip": zipped({"c.zip": zipped({"d": b"e"})})})

    assert rule_of("zip", slowly_packed(b"harmless")) is HONEST
    assert rule_of("zip", slowly_packed(deep)) == "archive.nesting"
    assert rule_of("zip", slowly_packed(b"7z\xbc\xaf\x27\x1c" + bytes(99))) == "archive.other"


def extra(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


OTHER_NAME = extra(0x7075, b"\1crc!" + b"../../evil")
SAME_NAME = extra(0x7075, b"\1crc!" + b"a.txt")
LINK = extra(0x756E, b"crc!" + struct.pack("<HIHH", 0o120777, 0, 0, 0))
FILE = extra(0x756E, b"crc!" + struct.pack("<HIHH", 0o100644, 0, 0, 0))


@pytest.mark.parametrize("where", ["extra", "local_extra"])
@pytest.mark.parametrize(
    ("field", "rule"),
    [
        (OTHER_NAME, "archive.disagrees"),
        (SAME_NAME, HONEST),
        (LINK, "archive.link"),
        (FILE, HONEST),
        (b"\x75\x70\xff\xff", "archive.disagrees"),
    ],
    ids=["other name", "same name", "link", "file", "cut off"],
)
def test_a_field_beside_an_entry_tells_nothing_else(where, field, rule):
    assert rule_of("zip", by_hand(Entry(b"a.txt", **{where: field}))) == rule


HEADER = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
PAGE_INSIDE = document("<w:altChunk/>")
OFFICE = {
    "type with a parameter": (
        "docx",
        "office.external",
        docx({"word/a.bin": PAGE_INSIDE}, rows=(("/word/a.bin", f"{HEADER}; b=c"),)),
    ),
    "type of a name in disguise": (
        "docx",
        "office.external",
        docx({"word/a.bin": PAGE_INSIDE}, rows=(("/word/%61.bin", HEADER),)),
    ),
    "wide letters": (
        "docx",
        "office.external",
        docx({"word/a.bin": ("\ufeff" + PAGE_INSIDE.decode()).encode("utf-16-le")}),
    ),
    "connection": (
        "xlsx",
        "office.external",
        xlsx({"xl/connections.xml": b"<connection><webPr url='https://evil.test/'/></connection>"}),
    ),
    "query of a letter to many": (
        "docx",
        "office.external",
        docx({"word/settings.xml": document("<w:mailMerge><w:connectString/></w:mailMerge>")}),
    ),
    "address of a fill": (
        "docx",
        "office.external",
        docx({"word/a.xml": b"<a xmlns:v='urn:v'><v:fill src=' //evil.test/a.png'/></a>"}),
    ),
    "field around a formula": (
        "docx",
        "office.external",
        docx(
            {
                "word/document.xml": document(
                    "<w:instrText>D</w:instrText><f>1</f><w:instrText>DE x</w:instrText>"
                )
            }
        ),
    ),
    "formula of a table": (
        "odt",
        "office.external",
        odt(
            {
                "Object 1/content.xml": b"<a xmlns:table='urn:oasis:names:tc:opendocument:xmlns:"
                b'table:1.0\'><table:table-cell table:formula=\'of:=DDE("a";"b")\'/></a>'
            }
        ),
    ),
    "parent of a folder": (
        "odt",
        "office.external",
        odt({"content.xml": odf('<draw:image xlink:href="Pictures/../../a.png"/>')}),
    ),
}


@pytest.mark.parametrize("name", list(OFFICE))
def test_no_part_of_a_document_is_hidden(name):
    kind, rule, content = OFFICE[name]

    assert rule_of(kind, content) == rule


@pytest.mark.parametrize(
    ("formula", "rule"),
    [
        ("SUM(A1:A9)", HONEST),
        ("CONCAT('a|b'!A1,\"IMAGE(\")", HONEST),
        ("MYCALL(1)+IMAGES.COUNT", HONEST),
        ('_xlfn.WEBSERVICE("https://evil.test/")', "office.external"),
        ('1+image ("https://evil.test/")', "office.external"),
        ("cmd|'/c calc'!A0", "office.external"),
    ],
)
def test_a_cell_neither_fetches_nor_runs(formula, rule):
    cell = f"<sheet><c><f>{formula}</f><v>1|2</v></c></sheet>".encode()

    assert rule_of("xlsx", xlsx({"xl/worksheets/sheet1.xml": cell})) == rule


def test_many_formulas_are_accepted():
    cells = b"<sheet>" + b"<c><f>SUM(A1:A9)+SUM(B1:B9)</f></c>" * 50_000 + b"</sheet>"

    assert rule_of("xlsx", xlsx({"xl/worksheets/sheet1.xml": cells}), max_ratio=1000) is HONEST


def test_an_empty_part_is_accepted_as_old_programs_write_one():
    assert rule_of("odt", odt({"Configurations2/accelerator/current.xml": b""})) is HONEST


@pytest.mark.parametrize("element", ["title", "desc", "text"])
def test_text_that_html_reads_as_markup_is_refused(element):
    raw = drawing(f"<{element}><![CDATA[x><b onload='y'>]]></{element}>")
    plain = drawing(f"<{element}><![CDATA[1 > 0]]> and 1 &lt; 2</{element}>")

    assert rule_of("svg", raw) == "svg.active"
    assert rule_of("svg", plain) is HONEST


def test_pictures_that_all_stand_at_one_place_are_read_so_often_and_no_more(monkeypatch):
    content = animation("avif")
    assert rule_of("avif", content) is HONEST

    monkeypatch.setattr(av1, "MAX_UNITS", 2)
    assert rule_of("avif", content) == "content.broken"


def test_a_jpeg_of_many_small_parts_meets_a_limit(monkeypatch):
    monkeypatch.setattr(jpeg, "MAX_SEGMENTS", 50)
    content = picture("jpeg")
    assert rule_of("jpeg", content) is HONEST

    many = content[:2] + b"\xff\xff\xff\xe0\0\2" * 50 + content[2:]
    assert rule_of("jpeg", many) == "content.broken"


@pytest.mark.parametrize("fill", [1, 1022, 1023, 1024, 5000])
def test_a_marker_is_found_after_any_number_of_fill_bytes(fill):
    content = picture("jpeg")

    assert rule_of("jpeg", content[:2] + b"\xff" * fill + content[2:]) is HONEST
    assert rule_of("jpeg", content[:2] + b"\xff" * fill) == "content.broken"


@pytest.mark.parametrize("size", [1, 255])
def test_a_comment_of_any_length_is_passed(size):
    content = picture("gif")
    comment = b"\x21\xfe" + (bytes((size,)) + b"c" * size) * 1025

    assert rule_of("gif", content[:-1] + comment + b"\0;") is HONEST
    assert rule_of("gif", content[:-1] + comment) == "content.broken"
    assert rule_of("gif", content[:-1] + comment[:-1] + b"\0;") == "content.broken"
