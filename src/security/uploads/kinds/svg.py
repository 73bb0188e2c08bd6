"""
SVG as it is, or not at all: a picture that runs nothing, fetches nothing and needs no cleaning.

Known elements only (SVG 2 appendix F), except from editors' own namespaces, which a browser
does not know. A page that puts the text of the picture into its HTML is thought of, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from .reading import blocks, broken
from .svg_uses import Uses, targets
from .xml import Handler, parse, split

MAX_ELEMENTS: Final = 200_000  # of a picture; a detailed map has 50,000
MAX_STYLE: Final = 1024 * 1024  # characters of all style sheets in a picture

SVG: Final = "http://www.w3.org/2000/svg"
_ELEMENTS: Final = (
    "a animate animateMotion animateTransform circle clipPath defs desc discard ellipse "
    "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix "
    "feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA "
    "feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology "
    "feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter font "
    "font-face font-face-name font-face-src g glyph hkern image line linearGradient "
    "marker mask metadata missing-glyph mpath path pattern polygon polyline "
    "radialGradient rect set solidcolor stop style svg switch symbol text textPath title "
    "tref tspan use view vkern"
)
# Of no namespace that is harmless: HTML that takes the text in forgets namespaces.
_NEVER: Final = (
    "script foreignobject iframe frame frameset object embed applet audio video source "
    "track handler listener html head body base link meta form input button textarea "
    "select template noscript img math annotation-xml xmp plaintext noembed noframes "
    "portal"
)
_KNOWN: Final = frozenset(_ELEMENTS.split())
_NEVER_KNOWN: Final = frozenset(_NEVER.split())
_KNOWN_TO_BROWSERS: Final = frozenset(
    {
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/1998/Math/MathML",
        "http://www.w3.org/1999/XSL/Transform",
        "http://www.w3.org/2001/xml-events",
        "http://www.w3.org/ns/xbl",
        "http://www.mozilla.org/xbl",
        "http://www.mozilla.org/keymaster/gatekeeper/there.is.only.xul",
    }
)
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_LINKS: Final = frozenset({"href", "src", "action", "formaction", "srcdoc", "data", "ping"})
_PICTURES: Final = frozenset({"image", "feImage"})
_INLINE: Final = re.compile(r"\s*data:image/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=\s]*\Z")
_SCRIPT: Final = re.compile(r"(?:javascript|vbscript|livescript|mocha):", re.IGNORECASE)
_SPACE: Final = re.compile(r"[\0-\x20\x7f-\xa0]+")
_STYLE_FETCHES: Final = re.compile(
    r"\\|<|@import|@font-face|@namespace|@document|expression\s*\(|behaviou?r\s*:|-moz-binding"
    r"|(?:image|image-set|src|attr|cross-fade)\s*\(|url\s*+\((?!\s*+[\"']?\s*+#)",
    re.IGNORECASE,
)
# What many programs write by habit. It declares nothing: no browser reads these addresses.
_HABIT: Final = re.compile(
    rb"((?:\xef\xbb\xbf)?(?:<\?xml[^>]{0,200}\?>)?(?:\s|<!--(?:[^-]|-(?!->)){0,2000}-->)*+)"
    rb"(<!DOCTYPE\s+svg\s+PUBLIC\s+([\"'])-//W3C//DTD SVG (?:1\.[01]|1\.1 (?:Basic|Tiny)|20010904)"
    rb"//EN\3\s+([\"'])http://www\.w3\.org/(?:Graphics/SVG/1\.1/DTD/svg11(?:-basic|-tiny)?"
    rb"|TR/2001/REC-SVG-20010904/DTD/svg10)\.dtd\4\s*>)"
)


def inspect(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for a picture that could run or fetch something, or hang a browser."""
    picture = _Picture()
    parse(_without_habit(blocks(stream)), picture, "svg", elements=MAX_ELEMENTS)
    picture.uses.check()


def _without_habit(parts: Iterator[bytes]) -> Iterator[bytes]:
    """
    Yield the file with blanks in place of the usual DOCTYPE.

    A parser that knows of an outside DTD forgives entities that nobody declared.
    """
    first = next(parts, b"")
    if found := _HABIT.match(first):
        first = found[1] + b" " * len(found[2]) + first[found.end() :]
    yield first
    yield from parts


def _active(what: str) -> Refusal:
    return Refusal(
        "svg.active",
        gettext_noop('The picture has a part that could run as a program: "%(part)s".'),
        part=what,
    )


def _external(what: str) -> Refusal:
    return Refusal(
        "svg.external",
        gettext_noop('The picture loads or links to something outside: "%(target)s".'),
        target=what,
    )


class _Picture(Handler):
    def __init__(self) -> None:
        self.uses = Uses()
        self._is_open = False
        self._in_style = False
        self._is_raw = False
        self._style: list[str] = []
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, local = split(name)
        if not self._is_open and name != f"{SVG} svg":
            raise broken("svg")
        self._is_open = True
        if local.lower() in _NEVER_KNOWN or namespace in _KNOWN_TO_BROWSERS:
            raise _active(local)
        # A browser reads the text around an element inside a style sheet as one.
        if self._in_style or (namespace in (SVG, "") and local not in _KNOWN):
            raise Refusal(
                "svg.element",
                gettext_noop('The picture has an unknown part: "%(part)s".'),
                part=local,
            )
        self._in_style = local.lower() == "style"
        for key, value in attributes.items():
            self._attribute(local, key, value)
        used = targets(attributes) if local.lower() == "use" else set()
        self.uses.start(attributes.get("id", ""), used)

    def _attribute(self, element: str, key: str, value: str) -> None:
        namespace, local = split(key)
        local = local.lower()
        plain = _SPACE.sub("", value)
        if local.startswith("on"):
            raise _active(local)
        if _SCRIPT.search(plain):
            raise _active(value)
        if namespace == _XML and local == "base":
            raise _external(value)
        if local == "attributename" and _is_told(split(plain.replace(":", " "))[1].lower()):
            raise _active(value)
        if local in _LINKS:
            if not (plain.startswith("#") or not plain or _is_picture(element, value)):
                raise _external(value)
            return
        # A browser styles nothing by an attribute of an editor, where paths of Windows are usual.
        found = None if namespace else _STYLE_FETCHES.search(value)
        if found and (found[0] != "<" or local == "style"):
            raise _external(value)

    def end(self, name: str) -> None:
        self.uses.end()
        if self._in_style:
            self._in_style = False
            if found := _STYLE_FETCHES.search("".join(self._style)):
                raise _external(found[0])
            self._style.clear()

    def raw_start(self) -> None:
        self._is_raw = True

    def raw_end(self) -> None:
        self._is_raw = False

    def text(self, text: str) -> None:
        if self._is_raw and "<" in text:  # HTML knows no such text in a title
            raise _active("<![CDATA[")
        if not self._in_style:
            return
        self._style.append(text)
        self._size += len(text)
        if self._size > MAX_STYLE:
            raise Refusal(
                "svg.style",
                gettext_noop("The style sheet of the picture has more than %(limit)s characters."),
                limit=MAX_STYLE,
            )

    def comment(self, text: str) -> None:
        if "<" in text or text.startswith((">", "->")) or "--!" in text:
            raise _active("<!--")  # HTML ends a comment earlier than XML does

    def instruction(self, target: str, text: str) -> None:
        raise _external(f"<?{target}")


def _is_told(attribute: str) -> bool:
    """Tell whether an animation must not set an attribute of this name."""
    return attribute in _LINKS or attribute.startswith("on") or attribute == "style"


def _is_picture(element: str, value: str) -> bool:
    return element in _PICTURES and _INLINE.match(value) is not None
