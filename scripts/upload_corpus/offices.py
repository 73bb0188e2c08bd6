"""Documents by LibreOffice, python-docx, openpyxl, XlsxWriter and odfpy."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from upload_corpus import office_sources as sources
from upload_corpus.made import Made, in_folder, library, run

_PDF: Final = "pdf:{}_pdf_Export:"
_OPTION: Final = '{{"{0}":{{"type":"{1}","value":"{2}"}}}}'
_PDF_OPTIONS: Final = {
    "archive-1": ("SelectPdfVersion", "long", "1"),
    "archive-2": ("SelectPdfVersion", "long", "2"),
    "version-16": ("SelectPdfVersion", "long", "16"),
    "tagged": ("UseTaggedPDF", "boolean", "true"),
    "bookmarks": ("ExportBookmarks", "boolean", "true"),
    "notes": ("ExportNotes", "boolean", "true"),
    "lossless": ("UseLosslessCompression", "boolean", "true"),
}


def make() -> Iterator[Made]:
    """Yield everything that offices make."""
    yield from in_folder(_libreoffice)
    yield from _python_docx()
    yield from _openpyxl()
    yield from _xlsxwriter()
    yield from in_folder(_odfpy)


def _libreoffice(folder: Path) -> Iterator[Made]:
    tool = " ".join(run("soffice", "--version").split()[:2])
    convert = partial(_converted, folder, tool)
    texts = {name: sources.text(name) for name in sources.TEXTS}
    for target in ("docx", "odt", "pdf"):
        yield from convert(texts, "fodt", target, f"text-{{}}.{target}")
    sheets = {name: sources.flat("spreadsheet", inner) for name, inner in sources.SHEETS.items()}
    yield from convert(sheets, "fods", "xlsx", "sheet-{}.xlsx")
    few = {name: sheets[name] for name in ("numbers", "chart")}
    yield from convert(few, "fods", "pdf", "sheet-{}.pdf")
    drawings = {name: sources.flat("graphics", inner) for name, inner in sources.DRAWINGS.items()}
    for target in ("pdf", "svg", "png", "jpg", "webp"):
        yield from convert(drawings, "fodg", target, f"drawing-{{}}.{target}")
    letter = {"letter": texts["headings"]}
    for name, option in _PDF_OPTIONS.items():
        written = _PDF.format("writer") + _OPTION.format(*option)
        yield from convert(letter, "fodt", written, f"text-as-{name}.pdf")


def _converted(
    folder: Path, tool: str, texts: Mapping[str, str], source: str, target: str, name: str
) -> Iterator[Made]:
    """Let LibreOffice open all texts and write them as something else."""
    files = []
    for title, text in texts.items():
        path = folder / f"{title}.{source}"
        path.write_text(text, "utf-8")
        files.append(path)
    run(
        "soffice",
        "--headless",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        target,
        "--outdir",
        folder / "out",
        *files,
    )
    for title in texts:
        made = folder / "out" / f"{title}.{target.partition(':')[0]}"
        yield Made(name.format(title), made.read_bytes(), tool)


def _saved(save: Callable[[Any], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def _python_docx() -> Iterator[Made]:
    docx, tool = library("docx", "python-docx")
    plain = docx.Document()
    plain.add_heading("A title", 0)
    plain.add_paragraph("Words, ").add_run("bold ones").bold = True
    plain.add_paragraph("one", style="List Bullet")
    yield Made("python-docx-plain.docx", _saved(plain.save), tool)
    rich = docx.Document()
    rich.add_picture(io.BytesIO(sources.picture()))
    table = rich.add_table(rows=3, cols=2)
    table.cell(0, 0).text = "\u00dcber"
    rich.add_page_break()
    rich.sections[0].header.paragraphs[0].text = "Above"
    rich.core_properties.author = "Somebody"
    yield Made("python-docx-rich.docx", _saved(rich.save), tool)


def _openpyxl() -> Iterator[Made]:
    openpyxl, tool = library("openpyxl")
    chart: Any = library("openpyxl.chart", "openpyxl")[0]
    comments: Any = library("openpyxl.comments", "openpyxl")[0]
    rules: Any = library("openpyxl.formatting.rule", "openpyxl")[0]

    def filled() -> Any:
        book = openpyxl.Workbook()
        for row in range(1, 8):
            book.active.append([row, row * row, f"row {row}"])
        return book

    yield Made("openpyxl-numbers.xlsx", _saved(filled().save), tool)
    book = filled()
    bars = chart.BarChart()
    bars.add_data(chart.Reference(book.active, min_col=2, min_row=1, max_row=7))
    book.active.add_chart(bars, "E2")
    yield Made("openpyxl-chart.xlsx", _saved(book.save), tool)
    book = filled()
    book.active["A1"].comment = comments.Comment("why?", "Somebody")
    book.active["A2"].hyperlink = "https://somebody.test/"
    book.active["A3"] = "=SUM(B1:B7)"
    book.active.conditional_formatting.add(
        "B1:B7", rules.DataBarRule("min", None, "max", None, "00FF00")
    )
    book.active.freeze_panes = "B2"
    book.active.merge_cells("C1:D1")
    book.create_sheet("\u65e5\u672c")
    yield Made("openpyxl-rich.xlsx", _saved(book.save), tool)


def _xlsxwriter() -> Iterator[Made]:
    xlsxwriter, tool = library("xlsxwriter")

    def written(fill: Callable[[Any, Any], object]) -> bytes:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        fill(book, book.add_worksheet())
        book.close()
        return out.getvalue()

    def chart(book: Any, sheet: Any) -> None:
        sheet.write_column("A1", [1, 2, 3])
        drawn = book.add_chart({"type": "pie"})
        drawn.add_series({"values": "=Sheet1!$A$1:$A$3"})
        sheet.insert_chart("C1", drawn)

    def image(book: Any, sheet: Any) -> None:
        sheet.insert_image("A1", "p.png", {"image_data": io.BytesIO(sources.picture())})
        sheet.write_url("A9", "https://somebody.test/#a", string="there")
        sheet.write_url("A10", "internal:Sheet1!A1")

    def table(book: Any, sheet: Any) -> None:
        sheet.add_table("A1:B3", {"data": [[1, 2], [3, 4]]})
        sheet.data_validation("D1", {"validate": "list", "source": ["a", "b"]})
        sheet.write_comment("D2", "why?")
        sheet.write_formula("D3", "=A2*2", None, 2)
        sheet.write_rich_string("D4", "a", book.add_format({"bold": True}), "b")
        sheet.protect("secret")

    def macro_free_button(book: Any, sheet: Any) -> None:
        sheet.insert_textbox("A1", "words")
        sheet.insert_checkbox("C9", True)

    for name, fill in {
        "chart": chart,
        "image": image,
        "table": table,
        "text-box": macro_free_button,
    }.items():
        yield Made(f"xlsxwriter-{name}.xlsx", written(fill), tool)


def _odfpy(folder: Path) -> Iterator[Made]:
    document, tool = library("odf.opendocument", "odfpy")
    text: Any = library("odf.text", "odfpy")[0]
    made = document.OpenDocumentText()
    made.text.addElement(text.H(outlinelevel=1, text="A title"))
    made.text.addElement(text.P(text="Words"))
    path = folder / "made.odt"
    made.save(str(path))
    yield Made("odfpy.odt", path.read_bytes(), tool)
