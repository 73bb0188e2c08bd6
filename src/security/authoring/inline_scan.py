"""
Find the inline code of a template that a strict Content-Security-Policy does not run.

CSP3 section 4.2 tells what is inline: script and style elements, which a nonce admits;
event handlers, ``style`` attributes and ``javascript:`` URLs, which none does.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .inline_advice import (
    ADD,
    BY_HAND,
    ENCLOSED,
    FIXED_NONCE,
    HAS_NONCE,
    IS_DATA,
    LOOSE,
    SELF_SERVES,
    Kind,
    Remedy,
)
from .inline_html import Attribute, Reader, Tag
from .inline_marks import BLOCK, COMMENT, VALUE, Dialect, Mark, Markup, read

MAX_EXCERPT = 60  # characters
MAX_SCHEME = 1_000  # characters of an URL in which its scheme is looked for

_HANDLER = re.compile(f"on[a-z{VALUE}]+")
_NO_HANDLERS: Final = frozenset({"once", "one", "online", "only"})
_URLS: Final = ("action", "data", "formaction", "href", "src", "xlink:href")
_MARKUP = re.compile(r"<(?:script|style)", re.IGNORECASE | re.ASCII)
_MARK = re.compile(f"[{VALUE}{BLOCK}{COMMENT}]")
_ALTERNATIVES = re.compile(f"[{BLOCK}{COMMENT}]+")
_JAVASCRIPT = re.compile(r"[\x00-\x20]*javascript:", re.IGNORECASE | re.ASCII)
_DROPPED: Final = dict.fromkeys(map(ord, "\t\n\r"))  # URL Standard, section 4.4

# The types of script that a browser acts on; any other makes a block of data. HTML Standard,
# section 4.12.1, and MIME Sniffing Standard, section 4.6.
_ACTIVE: Final = frozenset(
    {"importmap", "module", "speculationrules", "text/jscript", "text/livescript"}
    | {f"{top}/{x}{name}script" for top in ("application", "text") for x in ("", "x-")
       for name in ("ecma", "java")}
    | {f"text/javascript1.{minor}" for minor in range(6)}
)  # fmt: skip
_CLIENT_TEMPLATE = re.compile(r"text/.*(?:handlebars|html|mustache|template|tmpl)", re.DOTALL)
_CONDITIONS: Final = frozenset({"elif", "else", "for", "if", "ifchanged", "unless", "with"})
_EXTENDS = re.compile(r"""extends\s+(?:"([^"]+)"|'([^']+)')""")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """
    One piece of inline code.

    ``start:end`` is the span of a start tag or an attribute, in characters; ``named`` is
    where the name of the element ends. ``line`` and ``column`` count from 1. ``advice`` is
    one sentence. An attribute has a name and a value; ``obstacle`` says why it cannot be
    moved, as far as the template alone tells.
    """

    kind: Kind
    remedy: Remedy
    advice: str
    start: int
    end: int
    named: int
    line: int
    column: int
    excerpt: str
    element: str
    attribute: str = ""
    value: str = ""
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """
     What a template holds.

     ``head`` is where its only ``</head>`` stands, or ``None``; no block holds it.
    ``extends`` is the name of the
     template that it extends: ``""`` where a variable names it, ``None`` where there is none.
     ``loads_files`` tells whether it loads a script or a stylesheet.
    """

    occurrences: tuple[Occurrence, ...]
    head: int | None
    extends: str | None
    loads_files: bool


def scan(text: str, *, dialect: Dialect = Dialect.DJANGO, links: bool = False) -> Scan:
    """
    Find the inline code of a template, in time that grows with its length.

    With ``links``, stylesheets count as in need of a nonce. Raises ``PolicyError`` for more
    than ``MAX_TEMPLATE`` characters, and for nothing else.
    """
    return _Scanner(read(text, dialect), links=links).scan()


class _Scanner:
    def __init__(self, markup: Markup, *, links: bool) -> None:
        self.markup, self.links = markup, links
        self.lines = [match.start() for match in re.finditer("\n", markup.text)]
        self.loads_files = False

    def scan(self) -> Scan:
        reader = Reader(self.markup.masked)
        found: list[Occurrence] = []
        for tag in reader.tags():
            found += self.tag(tag, fragment=False)
            if tag.name == "script" and tag.content and self.is_client_template(tag):
                for inner in Reader(self.markup.masked, *tag.content).tags():
                    found += self.tag(inner, fragment=True)
        return Scan(tuple(found), self.head(reader.heads), self.extends(), self.loads_files)

    def head(self, heads: Sequence[int]) -> int | None:
        """Return where the head of the page ends, if every page has what is put there."""
        if len(heads) != 1 or self.markup.inside(heads[0]) or self.markup.is_loose(heads[0]):
            return None
        words = Counter(mark.word for mark in self.markup.between(0, heads[0]))
        return heads[0] if words["block"] == words["endblock"] else None

    def extends(self) -> str | None:
        first = next((mark for mark in self.markup.marks if mark.word == "extends"), None)
        if first is None:
            return None
        match = _EXTENDS.fullmatch(first.content)
        return (match[1] or match[2]) if match else ""

    def tag(self, tag: Tag, *, fragment: bool) -> Iterator[Occurrence]:
        """Yield what one start tag holds."""
        if kind := self.element(tag):
            self.loads_files |= not fragment and kind in {Kind.SCRIPT_SRC, Kind.LINK}
            yield self.occurrence(kind, *self.remedy(tag, kind), tag, tag.start, tag.end)
        names = Counter(name for attribute in tag.attributes for name in attribute.names)
        for attribute in tag.attributes:
            if kind := self.attribute(attribute):
                twice = any(names[name] > 1 for name in attribute.names)
                obstacle = self.obstacle(tag, attribute, fragment=fragment, twice=twice)
                yield self.inline_attribute(tag, attribute, kind, obstacle)

    def element(self, tag: Tag) -> Kind | None:
        match tag.name:
            case "script" if any(tag.get(name) for name in ("src", "href", "xlink:href")):
                return Kind.SCRIPT_SRC
            case "script":
                return Kind.SCRIPT
            case "style":
                return Kind.STYLE
            case "link":
                return self.link(tag)
        return None

    def link(self, tag: Tag) -> Kind | None:
        rel = self.value(tag, "rel") or ""
        words = rel.lower().split()
        if "stylesheet" in words or _has_mark(rel):
            return Kind.LINK
        scripts = (self.value(tag, "as") or "").strip().lower() == "script"
        preloads = "modulepreload" in words or ("preload" in words and scripts)
        return Kind.PRELOAD if preloads else None

    def value(self, tag: Tag, name: str) -> str | None:
        """Return the masked value of an attribute as a browser reads it, or ``None``."""
        attribute = tag.get(name)
        if attribute is None:
            return None
        start, end = attribute.value or (0, 0)
        return html.unescape(self.markup.masked[start:end])

    def type(self, tag: Tag) -> str:
        """Return the type that a script or style element says it has, ``""`` for the default."""
        written = self.value(tag, "type")
        if written is None and (language := self.value(tag, "language")):
            written = f"text/{language}"
        return (written or "").strip(" \t\n\r\f").lower()

    def is_client_template(self, tag: Tag) -> bool:
        return bool(_CLIENT_TEMPLATE.match(self.type(tag)))

    def is_data(self, tag: Tag, kind: Kind) -> bool:
        type_ = self.type(tag)
        if not type_ or _has_mark(type_):
            return False
        if kind is Kind.STYLE:
            return type_ != "text/css"
        return kind in {Kind.SCRIPT, Kind.SCRIPT_SRC} and type_ not in _ACTIVE

    def remedy(self, tag: Tag, kind: Kind) -> tuple[Remedy, str]:
        if self.is_data(tag, kind):
            return Remedy.NOTHING, IS_DATA
        block = self.markup.inside(tag.named)
        nonce = tag.get("nonce")
        if nonce:
            start, end = nonce.value or (0, 0)
            if self.markup.between(start, end):
                return Remedy.NOTHING, HAS_NONCE
            return Remedy.HAND, ENCLOSED.get(block, FIXED_NONCE)
        if any(map(_is_nonce, self.bare_marks(tag))):
            return Remedy.NOTHING, HAS_NONCE
        if kind is Kind.LINK and not self.links:
            return Remedy.NOTHING, SELF_SERVES
        if block or self.markup.is_loose(tag.named):
            return Remedy.HAND, ENCLOSED.get(block, LOOSE)
        return Remedy.NONCE, ADD[kind]

    def bare_marks(self, tag: Tag) -> Iterator[Mark]:
        for start, end in tag.bare:
            yield from self.markup.between(start, end)

    def attribute(self, attribute: Attribute) -> Kind | None:
        names, (start, end) = attribute.names, attribute.value or (0, 0)
        if any(_HANDLER.fullmatch(name) for name in names - _NO_HANDLERS):
            return Kind.HANDLER
        if "style" in names:
            return Kind.STYLE_ATTRIBUTE
        value = self.markup.masked[start:end]
        if not names.isdisjoint(_URLS) and any(map(_is_script, _ALTERNATIVES.split(value))):
            return Kind.JAVASCRIPT_URL
        hidden = "srcdoc" in names and (_has_mark(value) or _MARKUP.search(html.unescape(value)))
        return Kind.MARKUP if hidden or _MARKUP.search(value) else None

    def inline_attribute(
        self, tag: Tag, attribute: Attribute, kind: Kind, obstacle: str
    ) -> Occurrence:
        text, (start, end) = self.markup.text, attribute.value or (0, 0)
        return self.occurrence(
            kind,
            Remedy.HAND,
            f"{BY_HAND[kind]}.",
            tag,
            attribute.start,
            attribute.end,
            attribute=max(attribute.names, key=len),
            value=text[start:end],
            obstacle=obstacle,
        )

    def obstacle(self, tag: Tag, attribute: Attribute, *, fragment: bool, twice: bool) -> str:
        """Return why an attribute cannot leave its template, or ``""``."""
        if not tag.name:
            return "a template mark names the element"
        if not attribute.plain or self.markup.between(attribute.start, attribute.end):
            return "it holds template marks"
        if block := self.markup.inside(attribute.start):
            return f"it stands in {{% {block} %}}"
        if fragment or tag.in_template:
            return "it stands in a template for the browser"
        return "the element has two of them" if twice else ""

    def occurrence(
        self, kind: Kind, remedy: Remedy, advice: str, tag: Tag, start: int, end: int, **own: str
    ) -> Occurrence:
        line = bisect_left(self.lines, start)
        column = start - (self.lines[line - 1] if line else -1)
        excerpt = _excerpt(self.markup.text[start:end])
        return Occurrence(
            kind, remedy, advice, start, end, tag.named, line + 1, column, excerpt, tag.name, **own
        )


def _has_mark(masked: str) -> bool:
    return _MARK.search(masked) is not None


def _is_nonce(mark: Mark) -> bool:
    """Tell whether a mark between attributes writes a nonce."""
    return "nonce" in mark.content.lower() and mark.word not in _CONDITIONS


def _is_script(url: str) -> bool:
    """Tell whether a browser takes this for a ``javascript:`` URL."""
    written = html.unescape(url.lstrip()[:MAX_SCHEME]).translate(_DROPPED)
    return bool(_JAVASCRIPT.match(written))


def _excerpt(text: str) -> str:
    """Return a text on one line, cut, with nothing in it that a terminal would obey."""
    line = " ".join(text[: 4 * MAX_EXCERPT].split())
    cut = line if len(line) <= MAX_EXCERPT else f"{line[: MAX_EXCERPT - 3]}..."
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)
