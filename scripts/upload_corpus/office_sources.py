"""Flat OpenDocument files, which LibreOffice opens and writes as everything else."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

_SPACES: Final = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "form": "form",
        "chart": "chart",
        "svg": "svg-compatible",
        "meta": "meta",
    }.items()
) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:math="http://www.w3.org/1998/Math/MathML"'
)
_KIND: Final = "application/vnd.oasis.opendocument."
_PARAGRAPH: Final = "<text:p>A letter to nobody, which says little and takes its time.</text:p>"
_NOTE: Final = (
    '<text:note text:note-class="{0}"><text:note-citation>1</text:note-citation>'
    "<text:note-body><text:p>Said below.</text:p></text:note-body></text:note>"
)


def picture(width: int = 24, height: int = 16) -> bytes:
    """Return a PNG."""
    rows = b"".join(
        b"\0" + bytes(channel for x in range(width) for channel in (x * 10 % 256, y * 15, 128))
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    )


_IMAGE: Final = (
    f"<draw:image><office:binary-data>{base64.b64encode(picture()).decode()}"
    "</office:binary-data></draw:image>"
)
_FRAME: Final = (
    '<draw:frame text:anchor-type="as-char" svg:width="2cm" svg:height="1.5cm">{}</draw:frame>'
)
_TABLE: Final = (
    "<table:table><table:table-column table:number-columns-repeated='2'/>"
    + "".join(
        f"<table:table-row><table:table-cell><text:p>{number}</text:p></table:table-cell>"
        f"<table:table-cell><text:p>{number * number}</text:p></table:table-cell></table:table-row>"
        for number in range(5)
    )
    + "</table:table>"
)
_FORMULA: Final = (
    "<draw:object><math:math><math:semantics><math:mrow><math:mi>a</math:mi><math:mo>=</math:mo>"
    "<math:mfrac><math:mi>b</math:mi><math:mi>c</math:mi></math:mfrac></math:mrow>"
    "<math:annotation math:encoding='StarMath 5.0'>a = b over c</math:annotation>"
    "</math:semantics></math:math></draw:object>"
)
_CHART: Final = (
    f"<draw:object><office:document office:version='1.3' office:mimetype='{_KIND}chart'>"
    "<office:body><office:chart><chart:chart chart:class='chart:bar' svg:width='6cm' "
    "svg:height='4cm'><chart:title><text:p>Sales</text:p></chart:title><chart:plot-area "
    "table:cell-range-address='local-table.A1:.B4' chart:data-source-has-labels='both'>"
    "<chart:axis chart:dimension='x' chart:name='primary-x'/><chart:axis chart:dimension='y' "
    "chart:name='primary-y'/><chart:series chart:values-cell-range-address='local-table.B2:.B4' "
    "chart:class='chart:bar'><chart:data-point chart:repeated='3'/></chart:series>"
    "</chart:plot-area><table:table table:name='local-table'><table:table-header-columns>"
    "<table:table-column/></table:table-header-columns><table:table-columns><table:table-column/>"
    "</table:table-columns><table:table-header-rows><table:table-row><table:table-cell><text:p/>"
    "</table:table-cell><table:table-cell office:value-type='string'><text:p>Sold</text:p>"
    "</table:table-cell></table:table-row></table:table-header-rows><table:table-rows>"
    + "".join(
        f"<table:table-row><table:table-cell office:value-type='string'><text:p>{name}</text:p>"
        f"</table:table-cell><table:table-cell office:value-type='float' office:value='{value}'>"
        f"<text:p>{value}</text:p></table:table-cell></table:table-row>"
        for name, value in (("May", 3), ("June", 5), ("July", 2))
    )
    + "</table:table-rows></table:table></chart:chart></office:chart></office:body>"
    "</office:document></draw:object>"
)
_FORMS: Final = (
    "<office:forms><form:form form:name='Form'><form:text form:id='c1' form:name='name' "
    "form:value='Nobody'/><form:checkbox form:id='c2' form:name='yes' form:label='Yes'/>"
    "<form:listbox form:id='c3' form:name='one'><form:option form:label='A'/><form:option "
    "form:label='B'/></form:listbox></form:form></office:forms>"
)
_CONTROLS: Final = "".join(
    f"<text:p><draw:control text:anchor-type='as-char' draw:control='c{number}' svg:width='4cm' "
    "svg:height='0.8cm'/></text:p>"
    for number in (1, 2, 3)
)
_CHANGES: Final = (
    "<text:tracked-changes><text:changed-region text:id='t1'><text:insertion><office:change-info>"
    "<dc:creator>Somebody</dc:creator><dc:date>2026-01-01T00:00:00</dc:date></office:change-info>"
    "</text:insertion></text:changed-region></text:tracked-changes>"
)
_CONTENTS: Final = (
    "<text:table-of-content text:name='Contents'><text:table-of-content-source "
    "text:outline-level='3'/><text:index-body><text:p>One 1</text:p></text:index-body>"
    "</text:table-of-content>"
)

TEXTS: Final = {
    "letter": _PARAGRAPH * 3,
    "headings": _CONTENTS
    + "".join(
        f"<text:h text:outline-level='{level}'>Part {level}</text:h>{_PARAGRAPH}"
        for level in (1, 2, 3)
    ),
    "table": _TABLE,
    "picture": f"<text:p>{_FRAME.format(_IMAGE)}</text:p>",
    "links": "<text:p><text:a xlink:type='simple' xlink:href='https://somebody.test/?a=1&amp;b=2'>"
    "there</text:a> and <text:a xlink:type='simple' xlink:href='mailto:me@somebody.test'>to me"
    "</text:a> and <text:a xlink:type='simple' xlink:href='#here'>here</text:a>"
    "<text:bookmark text:name='here'/></text:p>",
    "notes": f"<text:p>A{_NOTE.format('footnote')} and B{_NOTE.format('endnote')}</text:p>",
    "list": "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>two"
    "</text:p></text:list-item></text:list></text:list-item></text:list>",
    "form": _FORMS + _CONTROLS,
    "comment": "<text:p>Said<office:annotation office:name='n1'><dc:creator>Somebody</dc:creator>"
    "<dc:date>2026-01-01T00:00:00</dc:date><text:p>Really?</text:p></office:annotation> so."
    "</text:p>",
    "changes": _CHANGES
    + "<text:p>It is <text:change-start text:change-id='t1'/>not <text:change-end "
    "text:change-id='t1'/>so.</text:p>",
    "languages": "<text:p>\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd</text:p>"
    "<text:p>\u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u03b3\u03b5\u03b9\u03ac \u041f\u0440\u0438"
    "\u0432\u0435\u0442 \U0001f600</text:p>",
    "text-box": "<text:p>"
    + _FRAME.format("<draw:text-box><text:p>in a box</text:p></draw:text-box>")
    + "</text:p>",
    "formula": f"<text:p>{_FRAME.format(_FORMULA)}</text:p>",
    "chart": f"<text:p>{_FRAME.format(_CHART)}</text:p>",
    "fields": "<text:p><text:page-number>1</text:page-number> <text:date>1</text:date> "
    "<text:author-name>A</text:author-name> <text:file-name>f</text:file-name> <text:sequence "
    "text:name='Figure' text:formula='ooow:Figure+1'>1</text:sequence></text:p>",
    "shapes": "<text:p><draw:rect text:anchor-type='as-char' svg:width='2cm' svg:height='1cm'>"
    "<text:p>R</text:p></draw:rect></text:p>",
    "code": "<text:p>&lt;script&gt;alert(1)&lt;/script&gt; and &lt;?php echo 1 ?&gt; in a lesson"
    "</text:p>",
}

_HEAD: Final = (
    "<office:automatic-styles><style:page-layout style:name='p'/></office:automatic-styles>"
    "<office:master-styles><style:master-page style:name='Standard' style:page-layout-name='p'>"
    "<style:header><text:p>Above</text:p></style:header><style:footer><text:p>Page "
    "<text:page-number/></text:p></style:footer></style:master-page></office:master-styles>"
)


def flat(kind: str, inner: str, head: str = "") -> str:
    """Return a flat document: ``text``, ``spreadsheet`` or ``drawing``."""
    body = "drawing" if kind == "graphics" else kind
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document {_SPACES} office:version='1.3' "
        f'office:mimetype="{_KIND}{kind}"><office:meta><dc:title>A title</dc:title></office:meta>'
        f"{head}<office:body><office:{body}>{inner}</office:{body}></office:body></office:document>"
    )


def text(name: str) -> str:
    """Return a flat text; the letter has a header and a footer."""
    return flat("text", TEXTS[name], _HEAD if name in ("letter", "headings") else "")


def _cell(value: object, formula: str = "", more: str = "") -> str:
    kind = "float" if isinstance(value, int | float) else "string"
    told = f" office:value='{value}'" if kind == "float" else ""
    counted = f" table:formula='of:{formula}'" if formula else ""
    return (
        f"<table:table-cell office:value-type='{kind}'{told}{counted}>{more}"
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def _sheet(name: str, *rows: str, more: str = "") -> str:
    told = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f"<table:table table:name='{name}'>{more}<table:table-column/>{told}</table:table>"


_NUMBERS: Final = tuple(_cell(number) + _cell(number * 2.5) for number in range(6))
SHEETS: Final = {
    "numbers": _sheet("One", *_NUMBERS),
    "formulas": _sheet("One", *_NUMBERS, _cell(15, "=SUM([.A1:.A6])") + _cell("x", '=T("x")')),
    "two-sheets": _sheet("One", *_NUMBERS) + _sheet("Two", _cell(5, "=[$One.A1]")),
    "comment": _sheet(
        "One", _cell("said", more="<office:annotation><text:p>why?</text:p></office:annotation>")
    ),
    "link": _sheet(
        "One",
        "<table:table-cell office:value-type='string'><text:p><text:a xlink:type='simple' "
        "xlink:href='https://somebody.test/'>there</text:a></text:p></table:table-cell>",
    ),
    "picture": _sheet(
        "One",
        _cell("p"),
        more="<table:shapes><draw:frame svg:width='2cm' svg:height='2cm'>"
        f"{_IMAGE}</draw:frame></table:shapes>",
    ),
    "chart": _sheet(
        "One",
        *_NUMBERS,
        more="<table:shapes><draw:frame svg:width='6cm' svg:height='4cm'>"
        f"{_CHART}</draw:frame></table:shapes>",
    ),
    "form": _sheet("One", _cell("f"), more=_FORMS),
}

DRAWINGS: Final = {
    "shapes": "<draw:page><draw:rect svg:x='1cm' svg:y='1cm' svg:width='3cm' svg:height='2cm'>"
    "<text:p>R</text:p></draw:rect><draw:ellipse svg:x='5cm' svg:y='1cm' svg:width='2cm' "
    "svg:height='2cm'/><draw:line svg:x1='1cm' svg:y1='5cm' svg:x2='7cm' svg:y2='6cm'/>"
    "</draw:page>",
    "image": "<draw:page><draw:frame svg:x='1cm' svg:y='1cm' svg:width='3cm' svg:height='2cm'>"
    f"{_IMAGE}</draw:frame></draw:page>",
    "words": "<draw:page><draw:frame svg:x='1cm' svg:y='1cm' svg:width='9cm' svg:height='2cm'>"
    "<draw:text-box><text:p>Words in a drawing</text:p></draw:text-box></draw:frame></draw:page>",
}
