"""Office documents as small as they can be."""

from __future__ import annotations

import io
import zipfile

from tests.uploads.kinds.archives import zipped

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def types(*rows: tuple[str, str]) -> bytes:
    """Return the list of content types: names that start with a slash, and endings."""
    told = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>'
        if name.startswith("/")
        else f'<Default Extension="{name}" ContentType="{kind}"/>'
        for name, kind in rows
    )
    return f'<Types xmlns="{_TYPES}">{told}</Types>'.encode()


def relations(*rows: tuple[str, str, str]) -> bytes:
    """Return a part of relationships: the last word of the type, the target, the mode."""
    told = "".join(
        f'<Relationship Id="r{number}" Type="{_KIND}/{kind}" Target="{target}"{_mode(mode)}/>'
        for number, (kind, target, mode) in enumerate(rows)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{told}</Relationships>'.encode()


def _mode(mode: str) -> str:
    return f' TargetMode="{mode}"' if mode else ""


def document(inner: str = "<w:p><w:r><w:t>Hello</w:t></w:r></w:p>") -> bytes:
    """Return the text of a Word document."""
    return f'<w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'.encode()


def docx(
    held: dict[str, bytes] | None = None,
    *,
    kind: str = _MAIN.format("wordprocessingml.document"),
    rows: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """Return a Word document with further or other parts."""
    xml = (("rels", "application/vnd.openxmlformats-package.relationships+xml"),)
    parts = {
        "[Content_Types].xml": types(
            *xml, ("xml", "application/xml"), ("/word/document.xml", kind), *rows
        ),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", "")),
        "word/document.xml": document(),
        "word/_rels/document.xml.rels": relations(("hyperlink", "https://a.test/", "External")),
    }
    return zipped({**parts, **(held or {})})


def xlsx(held: dict[str, bytes] | None = None) -> bytes:
    """Return a spreadsheet with further or other parts."""
    parts = {
        "[Content_Types].xml": types(
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("/xl/workbook.xml", _MAIN.format("spreadsheetml.sheet")),
        ),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", "")),
        "xl/workbook.xml": f'<workbook xmlns="{S}"><sheets/></workbook>'.encode(),
    }
    return zipped({**parts, **(held or {})})


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def odf(inner: str) -> bytes:
    """Return a part of an ODF document."""
    return f"<office:document-content {ODF}>{inner}</office:document-content>".encode()


def odt(
    held: dict[str, bytes] | None = None,
    *,
    mimetype: bytes = b"application/vnd.oasis.opendocument.text",
    stored: bool = True,
) -> bytes:
    """Return an ODF text with further or other parts."""
    parts = {
        "content.xml": odf(
            '<text:p>Hello <text:a xlink:href="https://a.test/">you</text:a></text:p>'
        ),
        "META-INF/manifest.xml": odf("<manifest:file-entry/>"),
        **(held or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        archive.writestr("mimetype", mimetype, compress_type=method)
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
