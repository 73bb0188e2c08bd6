"""Cut-off files, files of another type than they say, and programs that no form has asked for."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from functools import cache

from tests.uploads.corpus.files import (
    HTML,
    HTML_TYPE,
    JS,
    PAYLOAD,
    PHP,
    SCRIPT,
    XHTML_TYPE,
    Hostile,
    honest,
)
from tests.uploads.kinds.films import mp3, mp4
from tests.uploads.kinds.pdfs import pdf
from tests.uploads.kinds.pictures import picture

TRUNCATED, TYPES, DECLARED, PROGRAMS = "cut off", "another type", "declared", "programs"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


@cache
def samples() -> dict[str, bytes]:
    """Return a sound file of each type, by extension."""
    return {
        "png": picture("png"),
        "jpg": picture("jpeg"),
        "gif": picture("gif"),
        "webp": picture("webp"),
        "avif": picture("avif"),
        "pdf": pdf(),
        "txt": b"buy milk\n",
        "zip": honest("zip.zip"),
        "docx": honest("text-letter.docx"),
        "xlsx": honest("sheet-numbers.xlsx"),
        "odt": honest("text-letter.odt"),
        "mp3": mp3(tag=b"tag"),
        "mp4": mp4(),
        "svg": DRAWING,
    }


def truncated() -> Iterator[Hostile]:
    """Yield each type without its end; sound goes on to play, and text to be read, without it."""
    for extension, content in samples().items():
        if extension == "txt":
            continue
        cuts = {"the first half": len(content) // 2, "all but the end": len(content) - 3}
        if extension == "mp3":
            cuts = {"half of its tag": 6, "less than three frames": 13 + 3}
        cuts["the first bytes"] = 20 if extension != "mp3" else 12
        for cut, size in cuts.items():
            areas = ("content", "archive")
            yield Hostile(TRUNCATED, f"{extension}, {cut}", f"a.{extension}", content[:size], areas)
    yield Hostile(TRUNCATED, "nothing at all", "a.txt", b"", ("required", "empty", "size"))
    last = picture("jpeg")[:-2] + b"\0" * 2
    yield Hostile(TRUNCATED, "jpeg whose end is zeros", "a.jpg", last, ("content",))
    hole = picture("png")
    hole = hole[:50] + bytes(8) + hole[58:]
    yield Hostile(TRUNCATED, "png with a hole", "a.png", hole, ("content",))


def other_types() -> Iterator[Hostile]:
    """Yield each type under the name of each other, and types that nobody asked for."""
    for kind, content in samples().items():
        for extension in samples():
            if kind != extension:
                title = f"{kind} as {extension}"
                # ZIP is what three others are made of; PDF of text alone looks like text.
                yield Hostile(
                    TYPES, title, f"a.{extension}", content, ("content", "archive", "text")
                )
    for kind, content in foreign().items():
        for extension in ("png", "pdf", "zip", "txt", "mp4"):
            areas = ("content", "text", "archive")
            yield Hostile(TYPES, f"{kind} as {extension}", f"a.{extension}", content, areas)


@cache
def foreign() -> dict[str, bytes]:
    """Return the beginnings, or all, of types that cannot be asked for."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("../../evil"))
    return {
        "gzip": gzip.compress(b"a" * 100, mtime=0),
        "tar": out.getvalue(),
        "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(90),
        "rar": b"Rar!\x1a\x07\1\0" + bytes(90),
        "exe": b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(48) + b"PE\0\0",
        "elf": b"\x7fELF\2\1\1" + bytes(60),
        "swf": b"FWS\x0a" + bytes(60),
        "class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(60),
        "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "tiff": b"II*\0\x08\0\0\0\0\0\0\0",
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        "shortcut": b"L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(60),
        "wasm": b"\0asm\1\0\0\0",
    }


def declared() -> Iterator[Hostile]:
    """Yield honest files that are said to be something that runs."""
    for said in (
        HTML_TYPE,
        XHTML_TYPE,
        "image/svg+xml",
        "text/javascript",
        "application/x-httpd-php",
        "text/xml",
        "application/pdf",
        "application/x-msdownload",
        "multipart/related",
        "text/html; charset=utf-7",
        "TEXT/HTML",
        " text/html",
        "image/png, text/html",
        "image/jpeg\ttext/html",
        "image/*",
        "*/*",
    ):
        title = f"png said to be {said!r}"
        yield Hostile(DECLARED, title, "a.png", picture("png"), ("declared",), declared=said)
    for extension, said in {
        "txt": HTML_TYPE,
        "svg": HTML_TYPE,
        "pdf": "text/plain",
        "zip": "application/java-archive",
    }.items():
        content = samples()[extension]
        title = f"{extension} said to be {said}"
        yield Hostile(DECLARED, title, f"a.{extension}", content, ("declared",), declared=said)


def programs() -> Iterator[Hostile]:
    """Yield what a server or a reader would run by its extension."""
    xml = b'<?xml version="1.0"?>\n'
    xhtml = (
        b'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>'
        + SCRIPT
        + b"</body></html>"
    )
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
    style = b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'
    rows: dict[str, tuple[bytes, str | None]] = {
        "a.html": (HTML, HTML_TYPE),
        "a.htm": (HTML, HTML_TYPE),
        "a.shtml": (b'<!--#exec cmd="id" -->' + HTML, HTML_TYPE),
        "a.xhtml": (xhtml, XHTML_TYPE),
        "a.xht": (xml + xhtml, XHTML_TYPE),
        "a.xml": (xml + xhtml, "text/xml"),
        "a.rss": (xml + xhtml, "application/xml"),
        "a.xsl": (xml + style, None),
        "a.mht": (b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + HTML, None),
        "a.svgz": (gzip.compress(drawing, mtime=0), None),
        "a.js": (JS, "text/javascript"),
        "a.mjs": (JS, "text/javascript"),
        "a.css": (b"body{background:url('/stolen/css')}", None),
        "a.json": (b'{"a":1}', None),
        "a.php": (PHP, None),
        "a.phtml": (PHP, None),
        "a.php5": (PHP, None),
        "a.phar": (PHP, None),
        "a.asp": (b'<%eval request("c")%>', None),
        "a.aspx": (b'<%@ Page Language="C#" %>', None),
        "a.jsp": (b"<% Runtime.getRuntime(); %>", None),
        "a.cgi": (b"#!/bin/sh\nid\n", None),
        "a.py": (b"#!/usr/bin/env python\n", None),
        "a.hta": (HTML, HTML_TYPE),
        "a.vbs": (b'MsgBox "a"', None),
        "a.bat": (b"@echo off\r\n", None),
        "a.lnk": (foreign()["shortcut"], None),
        "a.url": (b"[InternetShortcut]\nURL=file://evil.test/a\n", None),
        "a.exe": (foreign()["exe"], None),
        "a.jar": (b"PK\3\4", None),
        "a.docm": (honest("text-letter.docx"), None),
        "a.xlsm": (honest("sheet-numbers.xlsx"), None),
        "a.iqy": (b"WEB\n1\nhttps://evil.test/\n", None),
        "a.swf": (foreign()["swf"], None),
        "a": (HTML, HTML_TYPE),
        "a.appcache": (b"CACHE MANIFEST\n", None),
        "a.webmanifest": (b"{}", None),
        "a.md": (f"[a](javascript:{PAYLOAD})".encode(), None),
    }
    for name, (content, runs_as) in rows.items():
        octets = "application/octet-stream"
        yield Hostile(PROGRAMS, name, name, content, ("extension",), octets, runs_as=runs_as)


def files() -> Iterator[Hostile]:
    """Yield the families."""
    yield from truncated()
    yield from other_types()
    yield from declared()
    yield from programs()
