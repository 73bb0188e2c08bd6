"""Honest text, tables, drawings and archives, as editors and programs write them."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator

from tests.uploads.kinds.films import mp3

WORDS = {
    "english": 'Dear reader,\n\nthis is a "letter" - with dashes, 1 < 2 and a & b.\n',
    "german": "Liebe Gr\u00fc\u00dfe aus K\u00f6ln, f\u00fcr 5 \u20ac.\n",
    "french": "\u00c7a alors, \u0153uf \u00e0 la coque\u00a0!\n",
    "polish": "Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144.\n",
    "greek": "\u039e\u03b5\u03c3\u03ba\u03b5\u03c0\u03ac\u03b6\u03c9 \u03c4\u03b7\u03bd.\n",
    "russian": "\u0421\u044a\u0435\u0448\u044c \u0436\u0435 \u0435\u0449\u0451.\n",
    "hebrew": "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd\n",
    "arabic": "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\n",
    "hindi": "\u0928\u092e\u0938\u094d\u0924\u0947\n",
    "chinese": "\u4f60\u597d\uff0c\u4e16\u754c\u3002\n",
    "japanese": "\u3053\u3093\u306b\u3061\u306f\u3001\u4e16\u754c\u3002\n",
    "korean": "\uc548\ub155\ud558\uc138\uc694\n",
    "emoji": "\U0001f600 \U0001f469\u200d\U0001f467 \u2764\ufe0f\n",
    "lesson": "In HTML you write <b>bold</b> and <script>; in PHP, <?php echo 1; ?>.\n",
    "markdown": "# A title\n\n* one\n* [two](https://somebody.test/)\n\n```js\nalert(1)\n```\n",
    "log": "2026-01-01 00:00:00 INFO started <pid 7>\n2026-01-01 00:00:01 WARN a=1&b=2\n",
    "diff": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    "mail": "From: me@somebody.test\r\nSubject: hello\r\n\r\nHello.\r\n",
    "less than": "< 5 is less than five\n",
    "tabs": "a\tb\tc\n1\t2\t3\n",
    "form feed": "page one\n\x0cpage two\n",
    "one letter": "a",
    "a blank": " ",
    "long line": "word " * 20_000,
    "no line at the end": "end",
    "old line ends": "one\rtwo\rthree\r",
    "json": '{"a": ["<b>", 1]}\n',
    "ini": "[section]\nkey = value\n; a remark\n",
    "python": "import os\nprint('hello')\n",
    "subtitles": "1\n00:00:00,000 --> 00:00:01,000\nHello\n",
    "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:Some Body\nEND:VCARD\n",
    "this is": "This is a letter that begins with these words.\n",
    "version": "Version 2 of the plan\n",
    "name": "Name: Somebody\nAge: 7\n",
    "begin": "begin with the end\n",
    "article": "Article 1\n",
    "c": "#define A 1\nint main(void) { return A; }\n",
    "signed": "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n",
    "playlist": "#EXTM3U\n#EXTINF:1,a\na.mp3\n",
    "registry": "Windows Registry Editor Version 5.00\n",
    "tex": "\\documentclass{article}\n\\begin{document}x\\end{document}\n",
}
ROWS = [["name", "price", "note"], ["mug", "5.50", 'a "blue" one, large'], ["tide", "-3", "=1+1"]]


def texts() -> Iterator[tuple[str, bytes]]:
    """Yield text in many languages and encodings."""
    for title, text in WORDS.items():
        yield f"{title}.txt", text.encode()
    for title in ("german", "chinese", "emoji"):
        yield f"{title} with a mark.txt", codecs.BOM_UTF8 + WORDS[title].encode()
        yield f"{title} of Windows.txt", WORDS[title].replace("\n", "\r\n").encode()
    for title in ("german", "french"):
        yield f"{title} in Windows-1252.txt", WORDS[title].encode("cp1252")


def tables() -> Iterator[tuple[str, bytes]]:
    """Yield tables in the dialects of spreadsheets."""
    for title, options in {
        "plain": {},
        "semicolons": {"delimiter": ";"},
        "tabs": {"delimiter": "\t"},
        "all quoted": {"quoting": csv.QUOTE_ALL},
        "unix": {"lineterminator": "\n"},
        "bars": {"delimiter": "|"},
    }.items():
        out = io.StringIO()
        csv.writer(out, **options).writerows(ROWS)
        yield f"{title}.csv", out.getvalue().encode()
    for title in ("german", "greek", "japanese", "arabic"):
        rows = f"a;b\r\n{WORDS[title].strip()};1\r\n"
        yield f"{title}.csv", rows.encode()
        yield f"{title} with a mark.csv", codecs.BOM_UTF8 + rows.encode()
    yield "in Windows-1252.csv", "Preis;5 \u20ac\r\nGr\u00f6\u00dfe;1\r\n".encode("cp1252")
    yield "html in a cell.csv", b"id,html\r\n1,<b>bold</b>\r\n"
    yield "many rows.csv", b"a,b,c\n" + b"1,2,3\n" * 20_000


SPACE = 'xmlns="http://www.w3.org/2000/svg"'
DRAWINGS = {
    "least": f"<svg {SPACE}/>",
    "icon": f'<svg {SPACE} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2">'
    '<path d="M20 6 9 17l-5-5"/></svg>',
    "editor": '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!-- Created with Inkscape '
    f'(http://www.inkscape.org/) -->\n<svg {SPACE} xmlns:svg="http://www.w3.org/2000/svg" '
    'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:sodipodi='
    '"http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" width="210mm" height="297mm" '
    'inkscape:version="1.2" sodipodi:docname="a.svg"><sodipodi:namedview id="n" pagecolor="#fff" '
    'inkscape:zoom="0.7"/><defs id="d"/><g inkscape:label="Layer 1" inkscape:groupmode="layer" '
    'id="l"><rect style="fill:#0000ff;fill-rule:evenodd" id="r" width="9" height="9"/></g></svg>',
    "dublin core": f'<svg {SPACE} xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#">'
    '<metadata><rdf:RDF><cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format></cc:Work>'
    "</rdf:RDF></metadata></svg>",
    "gradient": f'<svg {SPACE}><defs><radialGradient id="g"><stop offset="0" stop-color="red"/>'
    '</radialGradient></defs><circle r="9" fill="url(#g)"/></svg>',
    "style": f"<svg {SPACE}><style>.a{{fill:red}} @media (prefers-color-scheme:dark)"
    '{.a{fill:blue}}</style><rect class="a" width="9" height="9"/></svg>',
    "mask and clip": f'<svg {SPACE}><clipPath id="c"><rect width="5" height="5"/></clipPath>'
    '<mask id="m"><rect fill="#fff" width="5" height="5"/></mask>'
    '<g clip-path="url(#c)" mask="url(#m)"><path d="M0 0h9"/></g></svg>',
    "filter": f'<svg {SPACE}><filter id="f"><feGaussianBlur stdDeviation="2"/><feOffset dx="1"/>'
    '</filter><rect filter="url(#f)" width="9" height="9"/></svg>',
    "animation": f'<svg {SPACE}><circle r="5"><animate attributeName="r" values="5;9;5" dur="1s" '
    'repeatCount="indefinite"/></circle></svg>',
    "symbols": f'<svg {SPACE} xmlns:xlink="http://www.w3.org/1999/xlink"><symbol id="s"><path '
    'd="M0 0"/></symbol><use xlink:href="#s"/><use href="#s" x="9"/></svg>',
    "text": f'<svg {SPACE}><text x="9" y="9" font-family="serif">A &lt; B &amp; C <tspan>d</tspan>'
    "</text><title>t</title><desc>javascript is a language</desc></svg>",
    "switch": f'<svg {SPACE}><switch><g systemLanguage="de"><text>Ja</text></g><g/></switch></svg>',
    "pattern": f'<svg {SPACE}><pattern id="p" width="4" height="4"><circle r="1"/></pattern>'
    '<rect fill="url(#p)" width="9" height="9"/></svg>',
    "old doctype": '<?xml version="1.0" standalone="no"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG '
    '20010904//EN"\n "http://www.w3.org/TR/2001/REC-SVG-20010904/DTD/svg10.dtd">\n'
    f'<svg version="1.0" {SPACE}><g transform="scale(0.1)"><path d="M1 1 l5 5z"/></g></svg>',
    "usual doctype": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    f'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg {SPACE}><path d="M1 1"/></svg>',
}


def drawings() -> Iterator[tuple[str, bytes]]:
    """Yield drawings by hand, as editors write them."""
    for title, text in DRAWINGS.items():
        yield f"{title}.svg", text.encode()


def archives() -> Iterator[tuple[str, bytes]]:
    """Yield archives by Python's own ``zipfile``."""
    for title, method, level in (
        ("stored", zipfile.ZIP_STORED, None),
        ("deflated", zipfile.ZIP_DEFLATED, 1),
        ("packed well", zipfile.ZIP_DEFLATED, 9),
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method, compresslevel=level) as archive:
            archive.writestr("folder/a.txt", "words " * 99)
            archive.writestr("\u65e5\u672c\u8a9e.txt", "words")
            archive.writestr("page.html", "<h1>a page</h1>")
            archive.mkdir("empty") if hasattr(archive, "mkdir") else None
        yield f"zipfile, {title}.zip", out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a.txt", "w", force_zip64=True) as held:
        held.write(b"words " * 99)
    yield "zipfile, wide.zip", out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"a remark"
    yield "zipfile, empty.zip", out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(Pipe(out), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "words " * 99)
        archive.writestr("b.txt", "")
    yield "zipfile, into a pipe.zip", out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(2_000):
            archive.writestr(f"{number // 100}/{number}.txt", f"{number}\n")
    yield "zipfile, many.zip", out.getvalue()


class Pipe(io.RawIOBase):
    """A file that cannot go back."""

    def __init__(self, out: io.BytesIO) -> None:
        self.out = out

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self.out.write(data)


def sounds() -> Iterator[tuple[str, bytes]]:
    """Yield silence."""
    yield "silence.mp3", mp3(frames=40)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents."""
    for make in (texts, tables, drawings, archives, sounds):
        yield from make()
