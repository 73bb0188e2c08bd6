"""The start tags of an HTML text in which a template's marks are blotted out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .inline_marks import BLOCK, COMMENT, VALUE, Finder

_BLANK: Final = " \t\n\r\f"  # what parts attributes. HTML Standard, section 13.2.5.32
_MARKS: Final = VALUE + BLOCK + COMMENT
_SPACE = re.compile(f"[{_BLANK}]*")
_BETWEEN = re.compile(f"[{_BLANK}/]*")
_ELEMENT = re.compile(f"[A-Za-z][^{_BLANK}/><{_MARKS}]*|(?=[{VALUE}{BLOCK}])")
_NAME = re.compile(f"=?[^{_BLANK}/>=<]*")
_UNQUOTED = re.compile(f"[^{_BLANK}>]*")
_CONTROL = re.compile(f"[{BLOCK}{COMMENT}]+")
_SEGMENT = re.compile(f"[^{BLOCK}{COMMENT}]+")
_LOWER: Final = str.maketrans({chr(code): chr(code + 32) for code in range(65, 91)})

# Elements whose content is text to the parser. <noscript> is one only where scripts run.
_TEXT: Final = ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
_ENDS: Final = {
    name: re.compile(f"</{name}(?=[{_BLANK}/>])", re.IGNORECASE | re.ASCII) for name in _TEXT
}
_SCRIPTS = re.compile(f"<!(?=--)|-->|<(/?)script(?=[{_BLANK}/>])", re.IGNORECASE | re.ASCII)
_FOREIGN: Final = ("math", "svg")


@dataclass(frozen=True, slots=True)
class Attribute:
    """
    One attribute, from the first letter of its name to the end of its value.

    ``names``, in lower case, are what a browser may take for its name; marks within it
    make several. ``value`` is a span without quotes, or ``None``.
    """

    names: frozenset[str]
    start: int
    end: int
    value: tuple[int, int] | None
    plain: bool  # one name, and no mark in it


@dataclass(slots=True)
class Tag:
    """
    One start tag, from ``<`` to behind ``>``.

    ``name`` is in lower case, and empty where a mark makes it; ``named`` is where it ends.
    ``bare`` are the spans between attributes that hold marks. ``content`` is the span of a
    content that the parser takes for text.
    """

    name: str
    start: int
    named: int
    in_template: bool
    end: int = 0
    attributes: list[Attribute] = field(default_factory=list)
    bare: list[tuple[int, int]] = field(default_factory=list)
    content: tuple[int, int] | None = None

    def get(self, name: str) -> Attribute | None:
        """Return the first attribute that may have this name: in HTML, the one that counts."""
        return next((found for found in self.attributes if name in found.names), None)


class Reader:
    """
    Read the part ``start:end`` of a masked text as a browser would, in linear time.

    Where a text ends too early, or a tag begins within another, more is read as tags than
    a browser would read, and never less. After ``tags()`` is done, ``heads`` holds where
    each ``</head`` stands.
    """

    def __init__(self, masked: str, start: int = 0, end: int | None = None) -> None:
        self.text, self.start = masked, start
        self.end = len(masked) if end is None else end
        self.heads: list[int] = []
        self._foreign: list[str] = []
        self._templates = 0
        self._unclosed: set[str] = set()
        words = ('"', "'", ">", "-->", "--!>")
        self._finders = {word: Finder(masked, word, self.end) for word in words}

    def tags(self) -> Iterator[Tag]:
        """Yield the start tags in their order."""
        position = self.start
        while (start := self.text.find("<", position, self.end)) >= 0:
            following = self.text[start + 1 : min(start + 2, self.end)]
            if following in {"!", "?"}:
                position = self._declaration(start)
            elif following == "/":
                position = self._closing(start)
            elif match := _ELEMENT.match(self.text, start + 1, self.end):
                yield (tag := self._tag(start, match))
                position = tag.content[1] if tag.content else tag.end
            else:
                position = start + 1

    def _declaration(self, start: int) -> int:
        """Return where to read on behind a comment, a doctype, or what looks like one."""
        if not self.text.startswith("<!--", start):
            return self._behind(">", start + 2) or start + 2
        ends = self._behind("-->", start + 2), self._behind("--!>", start + 4)
        return min(filter(None, ends), default=start + 4)

    def _behind(self, word: str, position: int) -> int:
        found = self._finders[word].after(position)
        return found + len(word) if found < self.end else 0

    def _closing(self, start: int) -> int:
        match = _ELEMENT.match(self.text, start + 2, self.end)
        name = match[0].translate(_LOWER) if match else ""
        if name == "head":
            self.heads.append(start)
        elif name == "template":
            self._templates = max(self._templates - 1, 0)
        elif self._foreign and self._foreign[-1] == name:
            self._foreign.pop()
        return start + 2

    def _tag(self, start: int, match: re.Match[str]) -> Tag:
        name = match[0].translate(_LOWER)
        tag = Tag(name, start, match.end(), self._templates > 0)
        position = tag.named
        while True:
            between = _BETWEEN.match(self.text, position, self.end)
            position = between.end() if between else position
            if position >= self.end or self.text[position] in "<>":
                break
            position = self._attribute(tag, position)
        closed = position < self.end and self.text[position] == ">"
        tag.end = position + closed
        empty = closed and between is not None and between[0].endswith("/")
        tag.content = self._content(tag, empty)
        self._enter(name, empty)
        return tag

    def _enter(self, name: str, empty: bool) -> None:
        if name == "template":
            self._templates += 1
        elif not empty and (name in _FOREIGN or (self._foreign and name == "foreignobject")):
            self._foreign.append(name)

    def _attribute(self, tag: Tag, position: int) -> int:
        """Read one attribute, and return where it ends."""
        if skipped := self._alternative(tag, position):
            return skipped
        run = _NAME.match(self.text, position, self.end)
        end = run.end() if run else self.end
        segments = list(_SEGMENT.finditer(self.text, position, end))
        texts = [segment[0].translate(_LOWER) for segment in segments]
        plain = len(texts) == 1 and VALUE not in texts[0]
        if not plain or segments[0].span() != (position, end):
            tag.bare.append((position, end))
        value, behind = self._value(end)
        if segments:
            names = frozenset([*texts, "".join(texts)])
            stop = behind if value else segments[-1].end()
            tag.attributes.append(Attribute(names, segments[-1].start(), stop, value, plain))
        return behind

    def _alternative(self, tag: Tag, position: int) -> int:
        """Return where the second value in ``a={% if b %}"c"{% else %}"d"{% endif %}`` ends."""
        control = _CONTROL.match(self.text, position, self.end)
        if not control or self.text[control.end() : control.end() + 1] not in {'"', "'"}:
            return 0
        tag.bare.append(control.span())
        start = control.end() + 1
        return self._behind(self.text[control.end()], start) or start

    def _value(self, position: int) -> tuple[tuple[int, int] | None, int]:
        """Return the span of the value that belongs to a name, and where to read on."""
        equals = self._blank(position)
        if not self.text.startswith("=", equals, self.end):
            return None, position
        start = self._blank(equals + 1)
        control = _CONTROL.match(self.text, start, self.end)
        opening = control.end() if control else start
        quote = self.text[opening : min(opening + 1, self.end)]
        if quote in {'"', "'"}:
            close = self._finders[quote].after(opening + 1)
            return (opening + 1, close), min(close + 1, self.end)
        unquoted = _UNQUOTED.match(self.text, start, self.end)
        end = unquoted.end() if unquoted else start
        return (start, end), end

    def _blank(self, position: int) -> int:
        match = _SPACE.match(self.text, position, self.end)
        return match.end() if match else position

    def _content(self, tag: Tag, empty: bool) -> tuple[int, int] | None:
        """Return the span of the text that is the content of an element, if it is a text."""
        always = tag.name in {"script", "style"}
        if tag.name not in _ENDS or tag.name in self._unclosed:
            return None
        if self._foreign and self._foreign[-1] in _FOREIGN and (empty or not always):
            return None
        if tag.name == "script":
            return tag.end, self._script_end(tag.end)
        if found := _ENDS[tag.name].search(self.text, tag.end, self.end):
            return tag.end, found.start()
        self._unclosed.add(tag.name)
        return (tag.end, self.end) if always else None

    def _script_end(self, start: int) -> int:
        """Return where a script ends, scripts in its comments skipped. Section 13.2.5.4."""
        escaped = nested = False
        for match in _SCRIPTS.finditer(self.text, start, self.end):
            if match[0] == "<!":
                escaped = escaped or bool(self._behind("-->", match.start() + 2))
            elif match[0] == "-->":
                escaped = nested = False
            elif not match[1]:
                nested = escaped
            elif nested:
                nested = False
            else:
                return match.start()
        return self.end
