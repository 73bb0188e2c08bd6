"""SVG: drawings pass; what runs, fetches or hangs is refused."""

from __future__ import annotations

import base64

import pytest
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.pictures import picture

from security.uploads.kinds import svg, svg_uses, xml

INSIDE = base64.b64encode(picture("png")).decode()
NAMESPACES = (
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:h="http://www.w3.org/1999/xhtml"'
)


def drawing(inner: str, attributes: str = "") -> bytes:
    """Return a picture."""
    return f"<svg {NAMESPACES} {attributes}>{inner}</svg>".encode()


def laughs(use: str) -> bytes:
    """Return a picture that draws ten times ten times ten, by a ``use`` that names a level."""
    return drawing(
        "".join(f'<g id="\u00e9 {n}">' + use.format(n + 1) * 10 + "</g>" for n in range(8))
        + '<g id="\u00e9 8"/>'
    )


SHAPES = "<g id='a'><path d='M0 0h1'/></g>"
SPACES = " " * 1_000_000
DRAWINGS = {
    "shapes": drawing(SHAPES + '<circle r="1" style="fill:url(#a)" fill="url( \'#a\' )"/>'),
    "declaration": b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><!-- Made by hand -->"
    + drawing(SHAPES),
    "prefix": b"<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:rect/></s:svg>",
    "editor": drawing("<inkscape:grid on-this='1'/>" + SHAPES).replace(b"on-this", b"id"),
    "path of an editor": drawing('<g inkscape:export-filename="C:\\\\a.png"/>'),
    "use": drawing(SHAPES + '<use xlink:href="#a"/><use href="#a"/>'),
    "use by two addresses": drawing(SHAPES + '<use xlink:href="#a" href=" #%61"/>'),
    "long space in a style": drawing(f'<rect fill="url({SPACES}#a)"/>'),
    "picture": drawing(f'<image href="data:image/png;base64,{INSIDE}"/>'),
    "style": drawing("<style><![CDATA[ .a > .b { fill: url(#a) } ]]></style>"),
    "animation": drawing('<rect><animate attributeName="x" from="0" to="9" dur="1s"/></rect>'),
    "text": drawing("<title>1 &lt; 2</title><text>javascript is a word</text>"),
    "latin": b"<?xml version='1.0' encoding='ISO-8859-1'?>" + drawing(SHAPES),
    "utf-16": ("\ufeff" + drawing(SHAPES).decode()).encode("utf-16-le"),
}
HOSTILE = {
    "script": ("svg.active", drawing("<script>alert(1)</script>")),
    "script by address": ("svg.active", drawing('<script href="#a"/>')),
    "script of no namespace": ("svg.active", drawing('<script xmlns="">x</script>')),
    "script of html": ("svg.active", drawing("<h:SCRIPT>x</h:SCRIPT>")),
    "any html": ("svg.active", drawing("<h:p>x</h:p>")),
    "foreign object": ("svg.active", drawing("<foreignObject/>")),
    "handler": ("svg.active", drawing("", 'onload="alert(1)"')),
    "handler in capitals": ("svg.active", drawing('<rect OnClick="alert(1)"/>')),
    "handler with a prefix": ("svg.active", drawing('<rect inkscape:onload="alert(1)"/>')),
    "link that runs": ("svg.active", drawing('<a href="javascript:alert(1)">x</a>')),
    "link in disguise": ("svg.active", drawing('<a href=" java&#10;script:alert(1)">x</a>')),
    "animated link": ("svg.active", drawing('<a><set attributeName="xlink:href" to="#b"/></a>')),
    "animated handler": ("svg.active", drawing('<set attributeName="onclick" to="x"/>')),
    "values": ("svg.active", drawing('<animate values="javascript:alert(1)"/>')),
    "outside link": ("svg.external", drawing('<a href="https://evil.test/">x</a>')),
    "outside picture": ("svg.external", drawing('<image xlink:href="//evil.test/a.png"/>')),
    "outside use": ("svg.external", drawing('<use href="b.svg#a"/>')),
    "picture of a page": ("svg.external", drawing('<image href="data:text/html;base64,PA=="/>')),
    "picture of svg": ("svg.external", drawing('<image href="data:image/svg+xml;base64,PA=="/>')),
    "use of data": ("svg.external", drawing('<use href="data:image/png;base64,PA=="/>')),
    "base": ("svg.external", drawing("", 'xml:base="https://evil.test/"')),
    "style sheet": ("svg.external", b'<?xml-stylesheet href="a.css"?>' + drawing("")),
    "import": ("svg.external", drawing("<style>@import 'https://evil.test/'</style>")),
    "style address": ("svg.external", drawing("<style>a{fill:url(https://evil.test/)}</style>")),
    "style in pieces": ("svg.external", drawing("<style>@im<!-- -->port 'x'</style>")),
    "style in disguise": ("svg.external", drawing("<style>a{fill:\\75rl(x)}</style>")),
    "style of an element": ("svg.external", drawing('<rect style="fill:url(//evil.test)"/>')),
    "fill": ("svg.external", drawing('<rect fill="url(//evil.test/#a)"/>')),
    "long space": ("svg.external", drawing(f'<rect style="url({SPACES}x)"/>')),
    "long space in a sheet": ("svg.external", drawing(f"<style>url({SPACES}'x</style>")),
    "style in a style": ("svg.element", drawing("<style>@im<style/>port 'x';</style>")),
    "style of an editor in a style": (
        "svg.element",
        drawing("<style>@im<inkscape:style/>port 'x';</style>"),
    ),
    "element of an editor in a style": (
        "svg.element",
        drawing("<style>@im<inkscape:grid>x</inkscape:grid>port 'x';</style>"),
    ),
    "tag in a style": ("svg.external", drawing("<style>&lt;/style></style>")),
    "doctype": ("xml.doctype", b"<!DOCTYPE svg>" + drawing("")),
    "entities": (
        "xml.doctype",
        b'<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + drawing("&c;"),
    ),
    "outside entity": (
        "xml.doctype",
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + drawing("&a;"),
    ),
    "unknown": ("svg.element", drawing("<evil/>")),
    "unknown of none": ("svg.element", drawing('<evil xmlns=""/>')),
    "early end of a comment": ("svg.active", drawing("<!--><b-->")),
    "other comment": ("svg.active", drawing("<!-- a <b> -->")),
    "another root": ("content.broken", b"<html><svg/></html>"),
    "no namespace": ("content.broken", b"<svg/>"),
    "two roots": ("content.broken", drawing("") + drawing("")),
    "cut off": ("content.broken", drawing("")[:-1]),
    "encoding": ("content.broken", b"<?xml version='1.0' encoding='cp037'?>" + drawing("")),
    "empty": ("content.broken", b""),
    "deep": ("xml.size", drawing("<g>" * 600 + "</g>" * 600)),
    "long tag": ("content.broken", drawing("<rect d='" + "1" * (xml.MAX_TOKEN + 600_000) + "'/>")),
    "long style": ("svg.style", drawing(f"<style>{'a' * (svg.MAX_STYLE + 1)}</style>")),
    "many uses": ("svg.uses", drawing('<use href="#b"/>' * (svg_uses.MAX_USES + 1))),
    "uses itself": ("svg.uses", drawing('<g id="a"><use href="#a"/></g>')),
    "uses in a circle": (
        "svg.uses",
        drawing('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
    ),
    "laughs": (
        "svg.uses",
        drawing(
            "".join(f'<g id="g{n}">' + f'<use href="#g{n + 1}"/>' * 10 + "</g>" for n in range(8))
        ),
    ),
    "laughs by one of two addresses": (
        "svg.uses",
        laughs('<use href="#\u00e9 {0}" xlink:href="#none"/>'),
    ),
    "laughs by the other of two addresses": (
        "svg.uses",
        laughs('<use HREF="#\u00e9 {0}" href="#none"/>'),
    ),
    "laughs with data": ("svg.uses", laughs('<use href="#\u00e9 {0}" data="#none"/>')),
    "laughs in percent": ("svg.uses", laughs('<use xlink:href="#%c3%A9%20{0}"/>')),
    "laughs with space around": ("svg.uses", laughs('<use href="&#9; #&#10;\u00e9 {0} "/>')),
    "use in percent of another encoding": ("content.broken", drawing('<use href="#%E9"/>')),
    "uses around": ("svg.uses", drawing('<g id="a"><g id="b"><use href="#a"/></g></g>')),
}


@pytest.mark.parametrize("name", list(DRAWINGS))
def test_an_honest_drawing_is_accepted(name):
    assert rule_of("svg", DRAWINGS[name]) is HONEST


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_drawing_that_does_more_is_refused(name):
    rule, content = HOSTILE[name]

    assert rule_of("svg", content) == rule


def test_elements_are_counted(monkeypatch):
    monkeypatch.setattr(svg, "MAX_ELEMENTS", 100)

    assert rule_of("svg", drawing("<g/>" * 99)) is HONEST
    assert rule_of("svg", drawing("<g/>" * 100)) == "xml.size"
