"""PDF: pages pass; programs, attachments and calls outside are refused, wherever they hide."""

from __future__ import annotations

import zlib

import pytest
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.pdfs import PAGE, TRAILER, packed, pdf, stream

from security.uploads.kinds import pdf as module
from security.uploads.kinds import pdf_objects, reading

TEXT = stream(b"/Filter /FlateDecode", zlib.compress(b"BT (Hello) Tj ET"))
LARGE = stream(b"", b"\0" * (reading.WINDOW + 1000))
SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def opening(value: bytes) -> bytes:
    """Return a catalog that says what to do first."""
    return b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s >>" % value


HONEST_FILES = {
    "page": pdf(),
    "text": pdf(TEXT),
    "link": pdf(b"<< /Type /Annot /A << /S /URI /URI (https://a.test/) >> >>"),
    "names alike": pdf(b"<< /LaunchPad 1 /JavaScripts 2 /S#20T /XFA >>"),
    "packed": pdf(packed(b"<< /Type /Annot >>", PAGE)),
    "packed in an array": pdf(packed(PAGE, keys=b"/Filter [ /FlateDecode ]")),
    "unpacked": pdf(stream(b"/Type /ObjStm /N 1 /First 4", b"9 0 " + PAGE)),
    "large": pdf(LARGE, TEXT),
    "picture": pdf(stream(b"/Filter /DCTDecode /Subtype /Image", b"\xff\xd8obj<<stream\n")),
    "space at the end": pdf() + b"\r\n \0\n",
    "no line at the end": pdf().rstrip(),
    "saved twice": pdf() + pdf().partition(b"\n")[2],
    "opens at a place": pdf(catalog=opening(b"[3 0 R /Fit]")),
    "opens at a place by number": pdf(b"[3 0 R /Fit]", catalog=opening(b"4 0 R")),
    "goes to a place": pdf(b"<< /S /GoTo /D [3 0 R /Fit] >>", catalog=opening(b"4 0 R")),
    "goes to a packed place": pdf(
        packed(b"<< /A 1 >>", b"<< /S /GoTo /D (a) >>"), catalog=opening(b"21 0 R")
    ),
}


@pytest.mark.parametrize("name", list(HONEST_FILES))
def test_an_honest_pdf_is_accepted(name):
    assert rule_of("pdf", HONEST_FILES[name]) is HONEST


HOSTILE = {
    "script": ("pdf.script", pdf(SCRIPT)),
    "script in names": ("pdf.script", pdf(b"<< /Names << /JavaScript 5 0 R >> >>")),
    "script by number": ("pdf.script", pdf(b"/JavaScript")),
    "script after a window": ("pdf.script", pdf(LARGE, SCRIPT)),
    "script in the margin": (
        "pdf.script",
        pdf(stream(b"", b"\0" * (reading.WINDOW - 240)), SCRIPT, LARGE),
    ),
    "form with scripts": ("pdf.script", pdf(b"<< /XFA 5 0 R >>")),
    "form with scripts after a comment": ("pdf.script", pdf(b"<< /XFA%\n5 0 R >>")),
    "many pages after a comment": ("pdf.pages", pdf(b"<< /Count%x\n99999 >>")),
    "rendition": ("pdf.script", pdf(b"<< /S/Rendition/JS(x)>>")),
    "escaped script": ("pdf.disguised", pdf(b"<< /S /J#61vaScript >>")),
    "all escaped": ("pdf.disguised", pdf(b"<< /S /#4a#61#76#61#53#63#72#69#70#74 >>")),
    "escaped packing": ("pdf.disguised", pdf(b"<< /Typ#65 /ObjStm >>")),
    "packed script": ("pdf.script", pdf(packed(SCRIPT))),
    "packed without a type": (
        "pdf.script",
        pdf(packed(SCRIPT).replace(b"/Type /ObjStm ", b"")),
    ),
    "packed after a comment": (
        "pdf.script",
        pdf(packed(SCRIPT).replace(b"/N", b"%>> stream\n/A (endobj 7 0 obj << \\) ) /N")),
    ),
    "packed after a string": (
        "pdf.script",
        pdf(packed(SCRIPT).replace(b"/N", b"/A ((1 0 obj)<< /B >> endobj stream\n) /N")),
    ),
    "packed after hexadecimal": ("pdf.script", pdf(packed(SCRIPT).replace(b"/N", b"/A <3e3e> /N"))),
    "packed twice": (
        "pdf.packing",
        pdf(packed(SCRIPT, keys=b"/Filter [/FlateDecode /FlateDecode]")),
    ),
    "packed by another": ("pdf.packing", pdf(packed(SCRIPT, keys=b"/Filter /LZWDecode"))),
    "packed as told elsewhere": ("pdf.packing", pdf(packed(SCRIPT, keys=b"/Filter 9 0 R"))),
    "packed in a file": ("pdf.packing", pdf(packed(SCRIPT, keys=b"/F (a.pdf)"))),
    "packed with a predictor": (
        "pdf.packing",
        pdf(packed(SCRIPT, keys=b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
    ),
    "packed and cut": (
        "content.broken",
        pdf(stream(b"/First 4 /Filter /FlateDecode", zlib.compress(b"a" * 99)[:-6] + b"\xff" * 30)),
    ),
    "no packing": ("content.broken", pdf(stream(b"/First 4 /Filter /Fl", b"plain"))),
    "launch": ("pdf.launch", pdf(b"<< /S /Launch /F (cmd.exe) >>")),
    "attachment": ("pdf.attachment", pdf(b"<< /Type /EmbeddedFile >>")),
    "attachments": ("pdf.attachment", pdf(b"<< /EmbeddedFiles 5 0 R >>")),
    "note with a file": ("pdf.attachment", pdf(b"<< /Subtype /FileAttachment >>")),
    "film": ("pdf.attachment", pdf(b"<< /Subtype /RichMedia >>")),
    "other file": ("pdf.external", pdf(b"<< /S /GoToR /F (\\\\\\\\evil.test\\\\a) >>")),
    "file inside": ("pdf.external", pdf(b"<< /S /GoToE >>")),
    "form": ("pdf.external", pdf(b"<< /S /SubmitForm /F (https://evil.test/) >>")),
    "data": ("pdf.external", pdf(b"<< /S /ImportData >>")),
    "encrypted": ("pdf.encrypted", pdf(trailer=TRAILER[:-2] + b"/Encrypt 5 0 R >>")),
    "opens a page": ("pdf.open", pdf(catalog=opening(b"<< /S /URI /URI (https://a.test) >>"))),
    "opens by number": (
        "pdf.open",
        pdf(b"<< /S /URI /URI (https://a.test) >>", catalog=opening(b"4 0 R")),
    ),
    "opens one of two": (
        "pdf.open",
        pdf(b"[3 0 R /Fit]", catalog=opening(b"4 0 R")).replace(
            b"xref", b"4 0 obj << /S /URI >> endobj xref", 1
        ),
    ),
    "opens a packed page": (
        "pdf.open",
        pdf(packed(b"<< /S /URI /URI (x) >>"), catalog=opening(b"20 0 R")),
    ),
    "opens what is not there": ("pdf.open", pdf(catalog=opening(b"8 0 R"))),
    "page in it": ("content.markup", pdf(stream(b"", b"<script>alert(1)</script>"))),
    "program in it": ("content.markup", pdf(stream(b"", b"<?php x(); ?>"))),
    "archive at the end": ("content.broken", pdf() + zipped({"a": b"b"})),
    "archive that ends well": ("content.zip", pdf(zipped({"a": b"b"}, comment=b"x" * 400))),
    "before the start": ("content.broken", b"GIF89a " + pdf()),
    "no version": ("content.broken", pdf().replace(b"1.7", b"x.y", 1)),
    "after the end": ("content.broken", pdf() + b"more"),
    "cut off": ("content.broken", pdf()[:-10]),
    "no page": ("content.broken", pdf().replace(b"/Type /Page ", b"/Type /None ")),
    "empty": ("content.broken", b""),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_pdf_that_does_more_is_refused(name):
    rule, content = HOSTILE[name]

    assert rule_of("pdf", content) == rule


def test_pages_are_counted_also_in_packed_objects():
    content = pdf(PAGE, packed(PAGE, PAGE))

    assert rule_of("pdf", content, max_pages=4) is HONEST
    assert rule_of("pdf", content, max_pages=3) == "pdf.pages"


def test_a_page_that_is_told_to_be_many_is_counted_as_told():
    content = pdf(pages=b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2000 >>")

    assert rule_of("pdf", content) == "pdf.pages"


def test_packed_objects_meet_a_limit():
    bomb = pdf(stream(b"/First 4 /Filter /FlateDecode", zlib.compress(bytes(20_000_000))))

    assert len(bomb) < 30_000
    assert rule_of("pdf", bomb) == "pdf.unpacked"
    assert rule_of("pdf", pdf(packed(PAGE), packed(PAGE)), max_unpacked=40) == "pdf.unpacked"


def test_reading_objects_in_objects_meets_a_limit():
    content = pdf(b"1 0 obj ( " * 50_000)

    assert rule_of("pdf", content) == "content.broken"


def test_places_to_open_at_meet_a_limit(monkeypatch):
    monkeypatch.setattr(module, "MAX_OPENINGS", 1)
    content = pdf(b"[3 0 R]", b"[3 0 R]", opening(b"5 0 R"), catalog=opening(b"4 0 R"))

    assert rule_of("pdf", content) == "pdf.open"


def test_a_value_that_never_ends_is_read_as_far_as_the_limit(monkeypatch):
    monkeypatch.setattr(pdf_objects, "MAX_DICTIONARY", 50)

    assert rule_of("pdf", pdf(b"<< /A (" + b"a" * 200 + b") >>", b"]] >> ]")) is HONEST
