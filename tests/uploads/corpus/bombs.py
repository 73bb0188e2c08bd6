"""Small files that ask for a lot: of memory, of time, of disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.uploads.corpus.files import Areas, Hostile, honest
from tests.uploads.corpus.tricks import segment
from tests.uploads.kinds.archives import Entry, by_hand, end, zipped
from tests.uploads.kinds.films import FTYP, box, id3, moov, mp3
from tests.uploads.kinds.offices import document, docx, odf, odt, xlsx
from tests.uploads.kinds.pdfs import PAGE, PAGES, packed, pdf, stream
from tests.uploads.kinds.pictures import animation, chunk, header, picture, png
from tests.uploads.kinds.test_picture_attacks import BOMB, bombs, patched

FAMILY = "bombs"
MILLION = 1_000_000
DATA = chunk(b"IDAT", zlib.compress(b"\0" * 100))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'
LAUGHS = "".join(
    f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' if number else '<!ENTITY l0 "ha">'
    for number in range(10)
).encode()


def pictures() -> Iterator[tuple[str, str, bytes, Areas]]:
    """Yield pictures with more pixels, frames or passes than they are worth."""
    kinds = {"png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp", "avif": "avif"}
    for title, (kind, content) in bombs().items():
        yield f"pixels of {title}", f"a.{kinds[kind]}", content, ("picture",)
    wide = zlib.compress((b"\0" + b"\0" * 7_200) * 7_200)
    yield (
        "pixels that are all there",
        "a.png",
        png(header(7_200, 7_200, 8, 0), chunk(b"IDAT", wide)),
        ("picture",),
    )
    black = zlib.compress(b"\0" * (1 + 1_000_000 // 8) * 1_000)
    yield (
        "flat pixels",
        "a.png",
        png(header(MILLION, 1_000, 1, 0), chunk(b"IDAT", black)),
        ("picture",),
    )
    honest_png = picture("png")
    packed_text = b"Comment\0\0" + zlib.compress(b"a" * 20 * MILLION)
    yield (
        "text of 20 MB",
        "a.png",
        honest_png[:33] + chunk(b"zTXt", packed_text) + honest_png[33:],
        ("content",),
    )
    packed_profile = b"ICC\0\0" + zlib.compress(b"a" * 20 * MILLION)
    yield (
        "profile of 20 MB",
        "a.png",
        honest_png[:33] + chunk(b"iCCP", packed_profile) + honest_png[33:],
        ("content",),
    )
    yield (
        "told frames",
        "a.png",
        png(header(8, 6), chunk(b"acTL", b"\0\xff\xff\xff\0\0\0\0"), DATA),
        ("picture",),
    )
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    screen = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
    yield "frames of gif", "a.gif", screen + frame * 1_001 + b";", ("picture",)
    large = b"GIF89a" + struct.pack("<HH", 5_000, 5_000) + b"\x80\0\0\0\0\0\xff\xff\xff"
    yield "frames of gif together", "a.gif", large + frame * 5 + b";", ("picture",)
    film = animation("webp")
    at = film.index(b"ANMF")
    yield (
        "frame of webp beyond its canvas",
        "a.webp",
        patched(film, at + 8, b"\xff\xff\xff\xff\xff\xff"),
        ("picture", "content"),
    )
    lossy = picture("jpeg", progressive=True)
    scan = lossy.rindex(b"\xff\xda")
    yield "passes of jpeg", "a.jpg", lossy[:scan] + lossy[scan:-2] * 100 + b"\xff\xd9", ("picture",)
    frames = lossy.index(b"\xff\xc2")
    again = lossy[:frames] + segment(0xC2, struct.pack(">BHHB", 8, BOMB, BOMB, 3) + b"\1\x11\0" * 3)
    yield "second size of jpeg", "a.jpg", again + lossy[frames:], ("content",)


def archives() -> Iterator[tuple[str, str, bytes, Areas]]:
    """Yield archives that unpack to more than they should."""
    zeros = bytes(12 * MILLION)
    yield "ratio", "a.zip", zipped({"a": zeros}), ("archive",)
    yield (
        "ratio in parts",
        "a.zip",
        zipped({str(part): bytes(2 * MILLION) for part in range(9)}),
        ("archive",),
    )
    told = Entry(b"a", b"x", told=2**32 - 2)
    yield "told size", "a.zip", by_hand(told), ("archive",)
    yield (
        "less told than there is",
        "a.zip",
        by_hand(Entry(b"a", zeros, told=10)),
        ("archive", "content"),
    )
    yield "archive in archive", "a.zip", zipped({"b.zip": zipped({"c": zeros})}), ("archive",)
    inner = zipped({"a": b"b"})
    for _ in range(6):
        inner = zipped({"a.zip": inner}, packed=False)
    yield "archives in archives", "a.zip", inner, ("archive",)
    many = {f"{number}.zip": zipped({"c": bytes(MILLION)}) for number in range(210)}
    yield "many archives that are small", "a.zip", zipped(many), ("archive",)
    yield "entries", "a.zip", zipped(dict.fromkeys(map(str, range(10_001)), b"")), ("archive",)
    yield "overlap", "a.zip", overlapping(), ("archive",)
    yield "one body for all", "a.zip", shared(), ("archive",)
    yield "depth", "a.zip", zipped({"a/" * 200 + "b": b"c"}), ("archive",)
    yield "endless name", "a.zip", zipped({"a" * 60_000: b"c"}), ("archive",)
    yield "told entries", "a.zip", end(65_000, 0, 0), ("archive", "content")
    yield "docx that is one", "a.docx", docx({"word/media/a.png": zeros}), ("archive",)
    yield "xlsx that is one", "a.xlsx", xlsx({"xl/sharedStrings.xml": zeros}), ("archive",)
    yield "odt that is one", "a.odt", odt({"Pictures/a.png": zeros}), ("archive",)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a", zeros[:MILLION])
    yield "bzip2 inside", "a.zip", out.getvalue(), ("archive",)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", zeros[:MILLION])
    yield "lzma inside", "a.zip", out.getvalue(), ("archive",)


def overlapping() -> bytes:
    """Return Fifield's bomb: each entry holds the headers of all that follow, and one kernel."""
    kernel = bytes(MILLION)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(kernel) + packer.flush()
    entries: list[tuple[bytes, bytes, bytes]] = []  # name, local header, what it holds unpacked
    data, content, packed_size = body, kernel, len(body)
    for number in range(30):
        name = b"%02d" % (29 - number)
        local = struct.pack(
            "<4s5H3I2H",
            b"PK\3\4",
            20,
            0,
            8,
            0,
            0,
            zlib.crc32(content),
            packed_size,
            len(content),
            2,
            0,
        )
        entries.append((name, local, content))
        quoted = local + name
        data = quoted + data
        # The entry before quotes this header in a stored block, and goes on into the same kernel.
        block = struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xFFFF)
        if number < 29:
            data, content, packed_size = (
                block + data,
                quoted + content,
                packed_size + len(quoted) + 5,
            )
    rows, at = b"", 0
    for name, local, _ in reversed(entries):
        fields = local[4:26] + b"\2\0\0\0"
        rows += b"PK\1\2" + b"\x14\0" + fields + bytes(10) + struct.pack("<I", at) + name
        at += len(local) + 2 + 5
    return data + rows + end(len(entries), len(rows), len(data))


def shared() -> bytes:
    """Return an archive with a hundred names for the same bytes."""
    first = Entry(b"0", bytes(90_000))
    more = [Entry(b"%d" % number, bytes(90_000), packed=b"", offset=0) for number in range(1, 100)]
    return by_hand(first, *more)


def documents() -> Iterator[tuple[str, str, bytes, Areas]]:
    """Yield documents that grow when they are read."""
    yield "pages that are told", "a.pdf", pdf(pages=PAGES.replace(b"1", b"99999999")), ("pdf",)
    yield "pages", "a.pdf", pdf(*[PAGE] * 1_001), ("pdf",)
    yield "pages that are packed", "a.pdf", pdf(packed(*[PAGE] * 1_001)), ("pdf",)
    yield "packed objects of 20 MB", "a.pdf", pdf(packed(b" " * 20 * MILLION)), ("pdf",)
    yield (
        "packed twice",
        "a.pdf",
        pdf(packed(PAGE, keys=b"/Filter [/FlateDecode /FlateDecode]")),
        ("pdf",),
    )
    yield "objects in objects", "a.pdf", pdf(b"obj " * 60_000), ("content", "pdf")
    laughs = b"<!DOCTYPE a [" + LAUGHS + b"]>"
    yield (
        "laughs in docx",
        "a.docx",
        docx({"word/document.xml": laughs + document("&l9;")}),
        ("xml",),
    )
    yield "laughs in xlsx", "a.xlsx", xlsx({"xl/workbook.xml": laughs + b"<a>&l9;</a>"}), ("xml",)
    yield "laughs in odt", "a.odt", odt({"content.xml": laughs + odf("&l9;")}), ("xml",)
    deep = document("<w:p>" * 3_000 + "</w:p>" * 3_000)
    yield "deep docx", "a.docx", docx({"word/document.xml": deep}), ("xml",)
    base = honest("text-letter.odt")
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name != "mimetype"}
    held["content.xml"] = held["content.xml"].replace(b"<office:body>", b"<office:body>" * 600)
    yield "deep odt", "a.odt", odt(held), ("xml", "content")
    yield (
        "token of docx",
        "a.docx",
        docx({"word/document.xml": document(f"<w:p a='{'b' * 9 * MILLION}'/>")}),
        (
            "content",
            "archive",
        ),
    )


def drawings() -> Iterator[tuple[str, str, bytes, Areas]]:
    """Yield drawings that grow when they are drawn."""
    yield (
        "laughs in svg",
        "a.svg",
        b"<!DOCTYPE svg [" + LAUGHS + b"]>" + SVG % b"<text>&l9;</text>",
        ("content",),
    )
    quadratic = b'<!DOCTYPE svg [<!ENTITY a "%s">]>' % (b"a" * 50_000)
    yield (
        "quadratic svg",
        "a.svg",
        quadratic + SVG % (b"<text>%s</text>" % (b"&a;" * 9_000)),
        ("content",),
    )
    uses = b"<g id='a0'><path d='M0 0'/></g>" + b"".join(
        b"<g id='a%d'>%s</g>" % (number, b"<use xlink:href='#a%d'/>" % (number - 1) * 10)
        for number in range(1, 9)
    )
    yield "uses of svg", "a.svg", SVG % uses, ("svg",)
    yield "use of itself", "a.svg", SVG % b"<g id='a'><use href='#a'/></g>", ("svg",)
    yield "many uses", "a.svg", SVG % (b"<use href='#a'/>" * 10_001), ("svg",)
    yield "elements of svg", "a.svg", SVG % (b"<g/>" * 200_001), ("xml", "svg")
    yield "deep svg", "a.svg", SVG % (b"<g>" * 5_000 + b"</g>" * 5_000), ("xml",)


def media() -> Iterator[tuple[str, str, bytes, Areas]]:
    """Yield sound and films that are mostly about themselves."""
    yield "told tag of mp3", "a.mp3", b"ID3\4\0\0\x7f\x7f\x7f\x7f" + mp3(), ("media", "content")
    yield "padding of mp3", "a.mp3", id3(b"") + bytes(1_100_000) + mp3(), ("content",)
    yield "boxes of mp4", "a.mp4", FTYP + moov() + box(b"free") * 100_001, ("content",)
    nested = b""
    for _ in range(40):
        nested = box(b"traf", nested)
    yield "deep mp4", "a.mp4", FTYP + moov(more=nested), ("content",)
    yield "told box of mp4", "a.mp4", FTYP + moov() + b"\0\0\0\1mdat" + b"\x7f" * 8, ("content",)
    yield "one byte too many", "a.txt", b"a" * (10 * 1024 * 1024 + 1), ("size",)
    yield (
        "objects in a pdf without end",
        "a.pdf",
        pdf(stream(b"/First 9", b"")) + b"\n9 0 obj",
        ("content",),
    )


SLOW = {"uses of svg", "quadratic svg", "one byte too many", "elements of svg"}


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for make in (pictures, archives, documents, drawings, media):
        for title, name, content, areas in make():
            yield Hostile(FAMILY, title, name, content, areas, is_drawn=title not in SLOW)
