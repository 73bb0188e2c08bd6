"""PDF files as small as they can be."""

from __future__ import annotations

import zlib

PAGE = b"<< /Type /Page /Parent 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
TRAILER = b"<< /Root 1 0 R /Size 9 >>"


def pdf(
    *more: bytes, catalog: bytes = CATALOG, pages: bytes = PAGES, trailer: bytes = TRAILER
) -> bytes:
    """Return a PDF of one page, with further objects from number 4 on."""
    held = (catalog, pages, PAGE, *more)
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, content in enumerate(held, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(held) + 1, table)
        + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(body))
    )


def stream(keys: bytes, content: bytes) -> bytes:
    """Return a stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (keys, len(content), content)


def packed(*held: bytes, keys: bytes = b"/Filter /FlateDecode", first: int = 20) -> bytes:
    """Return an object stream of these objects, with numbers from ``first`` on."""
    places, body = b"", b""
    for number, content in enumerate(held, first):
        places += b"%d %d " % (number, len(body))
        body += content + b" "
    told = b"/Type /ObjStm /N %d /First %d %s" % (len(held), len(places), keys)
    return stream(told, zlib.compress(places + body))
