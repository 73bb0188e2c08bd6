"""Files that are two things at once, both of them sound."""

from __future__ import annotations

from collections.abc import Iterator

from tests.uploads.corpus.files import (
    HTML,
    HTML_TYPE,
    JS,
    PHP,
    SCRIPT,
    SCRIPT_TYPE,
    SHORT_PHP,
    Hostile,
)
from tests.uploads.corpus.tricks import (
    after_header,
    after_pixels,
    at_start,
    extended,
    gif_script,
    in_gif,
    jpeg_script,
    palette,
    pixels_that_are_php,
    profile_with,
    thumbnail,
    webp_script,
)
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.films import box
from tests.uploads.kinds.pdfs import pdf, stream
from tests.uploads.kinds.pictures import picture

FAMILY = "polyglots"
KINDS = {"png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp", "avif": "avif"}
JAR = {"Evil.class": b"\xca\xfe\xba\xbe\0\0\0\x34evil bytecode, stored as it is"}
EVIL_PDF = pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>")
# What is the second half, the bytes that must be gone, and how a browser would run it.
FOREIGN: dict[str, tuple[bytes, bytes, str | None]] = {
    "html": (HTML, b"<script>", HTML_TYPE),
    "php": (PHP, b"<?php", None),
    "short php": (SHORT_PHP, SHORT_PHP, None),
    "js": (b"*/=1;" + JS + b"//", b"document.cookie", None),
    "pdf": (EVIL_PDF, b"/JavaScript", None),
    "zip": (zipped({"evil.php": PHP * 3}, packed=False), b"PK\5\6", None),
    "jar": (zipped(JAR, packed=False), b"evil bytecode", None),
}


PLACES = {
    "png": {
        "comment": lambda data: after_header(b"tEXt", b"Comment\0" + data),
        "international text": lambda data: after_header(b"iTXt", b"XML\0\0\0\0\0" + data),
        "exif": lambda data: after_header(b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + data),
        "own chunk": lambda data: after_header(b"evIl", data),
    },
    "jpeg": {
        "comment": lambda data: at_start(0xFE, data),
        "exif": lambda data: at_start(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + data),
        "xmp": lambda data: at_start(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + data),
        "photoshop": lambda data: at_start(0xED, b"Photoshop 3.0\0" + data),
    },
    "gif": {
        "comment": lambda data: in_gif(0xFE, data),
        "application": lambda data: in_gif(0xFF, data, b"\x0bXMP DataXMP"),
    },
    "webp": {
        "xmp": lambda data: extended(b"XMP ", data, 4),
        "exif": lambda data: extended(b"EXIF", b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + data, 8),
        "own chunk": lambda data: extended(b"evIl", data),
    },
    "avif": {
        "free box": lambda data: picture("avif") + box(b"free", data),
        "own box": lambda data: picture("avif") + box(b"uuid", b"\x11" * 16 + data),
    },
}


def of_pictures() -> Iterator[Hostile]:
    """Yield each picture with each other thing, inside and behind it, sent as the picture."""
    for kind, extension in KINDS.items():
        places = {**PLACES[kind], "behind": lambda data, kind=kind: picture(kind) + data}
        for place, build in places.items():
            for foreign, (data, mark, runs_as) in FOREIGN.items():
                # What follows an AVIF that is no box cannot be told from a damaged one.
                areas = ("content",) if (kind, place) == ("avif", "behind") else ()
                yield Hostile(
                    FAMILY,
                    f"{foreign} in {kind}, {place}",
                    f"photo.{extension}",
                    build(data),
                    areas,
                    runs_as=runs_as,
                    marks=(mark,),
                )


def in_front() -> Iterator[Hostile]:
    """Yield each picture with something before it, sent as either."""
    for kind, extension in KINDS.items():
        for foreign in ("html", "php", "pdf", "zip"):
            data, _, runs_as = FOREIGN[foreign]
            sent = {"html": "txt", "php": "txt"}.get(foreign, foreign)
            content = data + picture(kind)
            for name in (f"photo.{extension}", f"file.{sent}"):
                title = f"{foreign} before {kind}, sent as {name[-4:].lstrip('.')}"
                areas = ("content", "archive", "text")
                yield Hostile(FAMILY, title, name, content, areas, runs_as=runs_as)
    for kind in KINDS:
        for foreign in ("pdf", "zip"):
            content = picture(kind) + FOREIGN[foreign][0]
            title = f"{kind} before {foreign}, sent as {foreign}"
            yield Hostile(FAMILY, title, f"file.{foreign}", content, ("content",))


def special() -> Iterator[Hostile]:
    """Yield tricks that have a name of their own."""
    yield Hostile(
        FAMILY, "gif that is a script", "a.gif", gif_script(), ("content",), runs_as=SCRIPT_TYPE
    )
    for width, code in ((b"='", b"';"), (b'="', b'";'), (b"=`", b"`;"), (b"//", b"\n")):
        content = gif_script(width, code + JS)
        title = f"gif that is a script by {width.decode()}"
        yield Hostile(FAMILY, title, "a.gif", content, ("content",))
    yield Hostile(
        FAMILY, "jpeg that is a script", "a.jpg", jpeg_script(), runs_as=SCRIPT_TYPE, marks=(JS,)
    )
    yield Hostile(
        FAMILY, "webp that is a script", "a.webp", webp_script(), runs_as=SCRIPT_TYPE, marks=(JS,)
    )
    yield Hostile(FAMILY, "php as pixels", "a.png", pixels_that_are_php(), marks=(b"<?php",))
    yield Hostile(FAMILY, "html as palette", "a.png", palette(SCRIPT[:150]), ("content",))
    for title, data in (("php", SHORT_PHP), ("zip", b"PK\5\6" + b"\0" * 18)):
        yield Hostile(FAMILY, f"{title} as palette", "a.png", palette(data), marks=(data[:14],))
    for title, data in (("html", HTML), ("php", PHP)):
        mark = (data[:6],)
        yield Hostile(FAMILY, f"{title} in a profile", "a.jpg", profile_with(data), marks=mark)
        yield Hostile(FAMILY, f"{title} in a preview", "a.jpg", thumbnail(data), marks=mark)
        yield Hostile(FAMILY, f"{title} behind pixels", "a.png", after_pixels(data), marks=mark)
    double = picture("png") + picture("jpeg")
    yield Hostile(FAMILY, "jpeg behind png", "a.png", double, marks=(b"\xff\xd8\xff",))


def of_documents() -> Iterator[Hostile]:
    """Yield the pairs without a picture, sent as each half that can be sent."""
    archive, jar = FOREIGN["zip"][0], FOREIGN["jar"][0]
    both = b"<!--><script>" + JS + b"</script>\n" + JS  # to a script, <!-- is a comment as well
    rows: dict[str, tuple[str, bytes, str | None]] = {
        "html and js": ("txt", both, HTML_TYPE),
        "js and html": ("csv", both, SCRIPT_TYPE),
        "html and php": ("txt", HTML + PHP, HTML_TYPE),
        "php and html": ("txt", PHP + HTML, None),
        "html and pdf": ("pdf", HTML + EVIL_PDF, HTML_TYPE),
        "pdf and html": ("pdf", pdf(stream(b"", HTML)), HTML_TYPE),
        "html behind pdf": ("pdf", EVIL_PDF + HTML, HTML_TYPE),
        "html in a comment of pdf": (
            "pdf",
            pdf().replace(b"\n", b"\n%" + HTML + b"\n", 1),
            HTML_TYPE,
        ),
        "html and zip": ("zip", HTML + archive, HTML_TYPE),
        "zip and html": ("zip", zipped({"a": b"b"}, comment=HTML), HTML_TYPE),
        "html in a name of zip": ("zip", zipped({HTML.decode(): b"b"}, packed=False), HTML_TYPE),
        "js and php": ("txt", PHP + b"/*" + JS, None),
        "js and pdf": ("pdf", b"/*" + pdf() + b"*/" + JS, None),
        "pdf as a script in txt": ("txt", b"/*%PDF-1.4\n" + pdf() + b"*/" + JS, None),
        "js and zip": ("zip", JS + b"//" + archive, None),
        "zip and js in txt": ("txt", JS + b"//" + archive, None),
        "php and pdf": ("pdf", pdf(stream(b"", PHP)), None),
        "php behind pdf": ("pdf", pdf() + PHP, None),
        "pdf and php": ("pdf", PHP + pdf(), None),
        "php and zip": ("zip", PHP + archive, None),
        "zip and php": ("zip", zipped({"a": b"b"}, comment=PHP), None),
        "pdf and zip": ("pdf", pdf() + archive, None),
        "zip and pdf": ("zip", pdf() + archive, None),
        "zip within pdf": ("pdf", pdf(stream(b"", zipped({"a": b"b"}, comment=b"x" * 400))), None),
        "jar within pdf": ("pdf", pdf(stream(b"", jar)) + b"", None),
        "pdf behind zip": ("zip", archive + EVIL_PDF, None),
        "zip and docx": ("docx", archive, None),
        "exe and zip": ("zip", b"MZ" + b"\0" * 100 + archive, None),
        "shell and zip": ("zip", b"#!/bin/sh\nid; exit\n" + archive, None),
    }
    for title, (extension, content, runs_as) in rows.items():
        areas = ("content", "archive", "text", "pdf")
        yield Hostile(FAMILY, title, f"file.{extension}", content, areas, runs_as=runs_as)


def files() -> Iterator[Hostile]:
    """Yield the family."""
    yield from of_pictures()
    yield from in_front()
    yield from special()
    yield from of_documents()
