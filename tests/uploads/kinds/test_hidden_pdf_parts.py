"""Parts of a PDF that another viewer would find, where a reader of one mind finds none."""

from __future__ import annotations

import zlib

import pytest
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.pdfs import PAGE, packed, pdf, stream

from security.uploads.kinds import pdf as pdf_module

SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
PACKED = packed(SCRIPT)
URI = b"<< /S /URI /URI (https://a.test) >>"
LARGE = stream(b"", bytes(3 * 1024 * 1024))


def predicted(keys: bytes) -> bytes:
    """Return an object stream of one script, whose bytes are differences (PNG, "Sub")."""
    text = b"20 0 " + SCRIPT
    coded = bytes(byte - before & 0xFF for before, byte in zip(b"\0" + text, text, strict=False))
    told = b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode " + keys
    return stream(told, zlib.compress(b"\1" + coded))


def opening(value: bytes) -> bytes:
    return b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s >>" % value


def put(text: bytes) -> bytes:
    """Return the packed script with this at the start of its dictionary."""
    return pdf(PACKED.replace(b"/Type", text + b" /Type", 1))


PAPERS = {
    "parameters elsewhere": ("pdf.packing", pdf(predicted(b"/DecodeParms 9 0 R"))),
    "predictor in disguise": (
        "pdf.packing",
        pdf(predicted(b"/DecodeParms << /Pred#69ctor 11 /Columns 44 >>")),
    ),
    "long string": ("pdf.script", put(b"/A (" + b"a" * 40_000 + b")")),
    "endless string": ("content.broken", put(b"/A (" + b"a" * 1_300_000 + b")")),
    "end of an object": ("pdf.script", put(b"/A endobj")),
    "another stream": ("pdf.script", put(b"/A stream\n")),
    "a sign in hexadecimal": ("pdf.script", put(b"/A <41<42>")),
    "a lone bracket": ("pdf.script", put(b"/A )")),
    "a lone angle": ("pdf.script", put(b"/A >")),
    "a name of a keyword": ("pdf.script", put(b"/A /stream /B /endobj")),
    "deep": ("content.broken", put(b"/A " + b"<<" * 300)),
    "space before the data": (
        "pdf.script",
        pdf(PACKED.replace(b"stream\n", b"stream" + b" " * 40 + b"\n", 1)),
    ),
    "after a large part": ("pdf.script", pdf(packed(PAGE), LARGE, PACKED)),
    "action of a page": ("pdf.open", pdf(b"<< /AA << /O 9 0 R >> >>")),
    "action in disguise": ("pdf.open", pdf(b"<< /A#41 << /O 9 0 R >> >>")),
    "packed action of a page": ("pdf.open", pdf(packed(b"<< /AA << /O 9 0 R >> >>"))),
    "file without a type": ("pdf.attachment", pdf(b"<< /EF << /F 9 0 R >> >>")),
    "goes on to a page": (
        "pdf.open",
        pdf(b"<< /S /GoTo /D [3 0 R] /Next 5 0 R >>", URI, catalog=opening(b"4 0 R")),
    ),
    "goes twice": (
        "pdf.open",
        pdf(b"<< /S /GoTo /D [3 0 R] /S /Named /N /Print >>", catalog=opening(b"4 0 R")),
    ),
    "opens a page after a comment": (
        "pdf.open",
        pdf(b"[3 0 R]", b"5", catalog=opening(b"4 0 R")).replace(
            b"5 0 obj\n5", b"4 0 %\nobj " + URI
        ),
    ),
    "opens one at a place told elsewhere": (
        "pdf.packing",
        pdf(
            b"[3 0 R]",
            packed(URI, first=4).replace(b"/First ", b"/First 9 0 R /B "),
            catalog=opening(b"4 0 R"),
        ),
    ),
    "opens one that stands unpacked": (
        "pdf.open",
        pdf(
            b"[3 0 R]",
            stream(b"/Type /ObjStm /N 1 /First 4", b"4 0 " + URI),
            catalog=opening(b"4 0 R"),
        ),
    ),
}


@pytest.mark.parametrize("name", list(PAPERS))
def test_no_part_of_a_pdf_is_hidden(name):
    rule, content = PAPERS[name]

    assert rule_of("pdf", content) == rule


@pytest.mark.parametrize(
    "content",
    [
        pdf(packed(PAGE), LARGE, packed(PAGE)),
        pdf(b"<< /W [%s] >>" % (b"500 " * 50_000), packed(PAGE)),
        pdf(b"<< /S /GoTo /D (a) >>", LARGE, catalog=opening(b"4 0 R")),
    ],
    ids=["packed parts far apart", "many widths", "a place to open at"],
)
def test_an_honest_large_pdf_is_accepted(content):
    assert rule_of("pdf", content) is HONEST


def test_a_list_that_names_one_large_object_often_takes_no_memory(monkeypatch):
    monkeypatch.setattr(pdf_module, "MAX_LOOKS", 5)
    places = b"4 0 " * 200_000
    inside = zlib.compress(places + b"[" + b" " * 6_000_000)
    told = b"/Type /ObjStm /N 9 /First %d /Filter /FlateDecode" % len(places)
    content = pdf(stream(told, inside), catalog=opening(b"4 0 R"))

    assert rule_of("pdf", content) == "pdf.open"
