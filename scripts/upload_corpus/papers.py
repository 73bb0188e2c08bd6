"""PDF by Chromium, ReportLab, fpdf2, matplotlib, cairo, img2pdf, qpdf (pikepdf) and pypdf."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from upload_corpus import office_sources
from upload_corpus.made import Made, in_folder, library, run

_WORDS: Final = "Words, \u00fcber this and that, from A to Z."
_PAGES: Final = {
    "plain": f"<h1>A title</h1><p>{_WORDS}</p>",
    "links": "<a href='https://somebody.test/?a=1&amp;b=2'>there</a> <a href='#b'>b</a>"
    "<h2 id=b style='break-before:page'>b</h2>",
    "form": "<form action=/x><input value=Nobody><select><option>A</select></form>",
    "drawing": "<svg width=90 height=90><circle cx=45 cy=45 r=40 fill=teal /></svg>",
    "transparent": "<div style='opacity:.5;background:linear-gradient(red,blue)'>mixed</div>",
    "table": "<table border=1><tr><td>1<td>2<tr><td>3<td>4</table>",
    "long": f"<p style='break-after:page'>{_WORDS}</p>" * 12,
    "languages": "<p>\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac "
    "\u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u05e2\u05d1\u05e8\u05d9\u05ea</p>",
}


def make() -> Iterator[Made]:
    """Yield everything that writers of PDF make."""
    yield from in_folder(_chromium)
    yield from _reportlab()
    yield from _fpdf()
    yield from _drawn()
    yield from _rewritten()


def _chromium(folder: Path) -> Iterator[Made]:
    tool = " ".join(run("chromium", "--version").split()[:2])
    for name, inner in _PAGES.items():
        page, paper = folder / f"{name}.html", folder / f"{name}.pdf"
        page.write_text(f"<!doctype html><meta charset=utf-8><title>T</title>{inner}", "utf-8")
        run(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={paper}",
            page,
        )
        yield Made(f"chromium-{name}.pdf", paper.read_bytes(), tool)


def _saved(save: Callable[[Any], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def _reportlab() -> Iterator[Made]:
    canvas, tool = library("reportlab.pdfgen.canvas", "reportlab")
    utils: Any = library("reportlab.lib.utils", "reportlab")[0]

    def words(page: Any) -> None:
        page.drawString(72, 700, _WORDS)

    def links(page: Any) -> None:
        words(page)
        page.linkURL("https://somebody.test/", (72, 690, 200, 712))
        page.bookmarkPage("b")
        page.addOutlineEntry("Part", "b")
        page.linkAbsolute("b", "b", Rect=(72, 600, 200, 620))

    def image(page: Any) -> None:
        words(page)
        page.drawImage(utils.ImageReader(io.BytesIO(office_sources.picture())), 72, 600)

    def form(page: Any) -> None:
        words(page)
        page.acroForm.textfield(name="name", x=72, y=600, width=200)
        page.acroForm.checkbox(name="yes", x=72, y=500)
        page.acroForm.choice(name="one", options=["A", "B"], value="A", x=72, y=400)

    def many(page: Any) -> None:
        for _ in range(30):
            words(page)
            page.showPage()

    for name, draw in {
        "words": words,
        "links": links,
        "image": image,
        "form": form,
        "many": many,
    }.items():
        out = io.BytesIO()
        page = canvas.Canvas(out, invariant=True, pageCompression=name != "words")
        draw(page)
        page.save()
        yield Made(f"reportlab-{name}.pdf", out.getvalue(), tool)


def _fpdf() -> Iterator[Made]:
    fpdf, tool = library("fpdf", "fpdf2")

    def page() -> Any:
        paper = fpdf.FPDF()
        paper.add_page()
        paper.set_font("Helvetica", size=12)
        paper.cell(text="Words")
        return paper

    yield Made("fpdf2-words.pdf", _saved(page().output), tool)
    paper = page()
    paper.image(io.BytesIO(office_sources.picture()), w=40)
    paper.cell(text="there", link="https://somebody.test/")
    paper.start_section("Part")
    with paper.table() as table:
        table.row(("1", "2"))
    yield Made("fpdf2-rich.pdf", _saved(paper.output), tool)
    paper = page()
    paper.text_annotation(20, 20, "a remark")
    paper.highlight("x", type="Underline")
    yield Made("fpdf2-remarks.pdf", _saved(paper.output), tool)


def _drawn() -> Iterator[Made]:
    pyplot, tool = library("matplotlib.pyplot", "matplotlib")
    figure = pyplot.figure(figsize=(2, 2))
    figure.gca().plot([1, 3, 2])
    yield Made("matplotlib.pdf", _saved(lambda out: figure.savefig(out, format="pdf")), tool)
    cairo, tool = library("cairocffi")
    tool = f"cairo {cairo.cairo_version_string()}"
    out = io.BytesIO()
    surface = cairo.PDFSurface(out, 200, 200)
    context = cairo.Context(surface)
    context.arc(100, 100, 80, 0, 5)
    context.stroke()
    context.show_text("Words")
    surface.finish()
    yield Made("cairo.pdf", out.getvalue(), tool)
    img2pdf, tool = library("img2pdf")
    yield Made("img2pdf.pdf", img2pdf.convert(office_sources.picture()), tool)


def _rewritten() -> Iterator[Made]:
    """Yield papers that went through a second program, as those from offices often did."""
    source = next(file.content for file in _reportlab() if file.name == "reportlab-links.pdf")
    pikepdf, tool = library("pikepdf")
    modes = pikepdf.ObjectStreamMode
    for name, options in {
        "linearised": {"linearize": True},
        "object-streams": {"object_stream_mode": modes.generate},
        "readable": {"qdf": True},
        "unpacked": {"compress_streams": False, "stream_decode_level": 1},
    }.items():
        with pikepdf.open(io.BytesIO(source)) as paper:
            out = io.BytesIO()
            paper.save(out, **options)
        yield Made(f"qpdf-{name}.pdf", out.getvalue(), tool)
    with pikepdf.open(io.BytesIO(source)) as paper:
        with paper.open_metadata() as told:
            told["dc:title"] = "\u00dcber"
        yield Made("qpdf-metadata.pdf", _saved(paper.save), tool)
    pypdf, tool = library("pypdf")
    joined = pypdf.PdfWriter()
    for _ in range(3):
        joined.append(io.BytesIO(source))
    joined.add_metadata({"/Title": "\u00dcber", "/Author": "Somebody"})
    yield Made("pypdf-joined.pdf", _saved(joined.write), tool)
    saved_again = pypdf.PdfWriter(io.BytesIO(source), incremental=True)
    saved_again.pages[0].rotate(90)
    yield Made("pypdf-saved-again.pdf", _saved(saved_again.write), tool)
    opening = pypdf.PdfWriter(clone_from=io.BytesIO(source))
    opening.open_destination = opening.pages[0]["/Type"] and pypdf.generic.Destination(
        "first", opening.pages[0].indirect_reference, pypdf.generic.Fit.fit()
    )
    yield Made("pypdf-opens-at-a-page.pdf", _saved(opening.write), tool)
