"""Where a template engine's marks stand in a text, as the engine's own lexer finds them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from security.policy.errors import must_be

MAX_TEMPLATE = 1_000_000  # characters; the longest template of Django's admin has 6,000

# What stands for a mark in a masked text, character by character: nobody else may use them.
VALUE: Final = "\ufdd0"  # {{ }}
BLOCK: Final = "\ufdd1"  # {% %}
COMMENT: Final = "\ufdd2"  # {# #}, and everything in {% comment %}
_TAKEN: Final = dict.fromkeys(map(ord, (VALUE, BLOCK, COMMENT)), "\ufffd")

# Blocks that give their text out as it stands.
_VERBATIM: Final = frozenset({"raw", "verbatim"})
# Blocks whose text is stored, translated, compiled or shown before a browser reads it.
_WORKED: Final = frozenset({"cache", "code", "compress", "filter", "highlight"})

_OPEN = re.compile(r"\{[%{#]")
_CLOSERS: Final = {"%": "%}", "{": "}}", "#": "#}"}
_KINDS: Final = {"%": BLOCK, "{": VALUE, "#": COMMENT}
_NESTING = re.compile(r"""\\.|["'()\[\]{}%]""", re.DOTALL)
_END_OF_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")


class Dialect(Enum):
    """Whose marks they are. Django's end on their line; Jinja's may hold strings and lines."""

    DJANGO = "django"
    JINJA = "jinja"

    @property
    def enclosing(self) -> frozenset[str]:
        """The blocks in which no mark may be added."""
        own = {"macro", "trans"} if self is Dialect.JINJA else {"blocktrans", "blocktranslate"}
        return _VERBATIM | _WORKED | own


class Mark(NamedTuple):
    """One mark: its place, its kind, and what stands between its braces, stripped."""

    start: int
    end: int
    kind: str
    content: str

    @property
    def word(self) -> str:
        """The first word of the content: of a block, its name."""
        return self.content.split(None, 1)[0] if self.content else ""


class Finder:
    """
    ``text.find(word, position, end)`` for rising positions, reading the text once.

    An answer of ``end`` means that there is none.
    """

    __slots__ = ("_end", "_found", "_text", "_word")

    def __init__(self, text: str, word: str, end: int) -> None:
        self._text, self._word, self._end = text, word, end
        self._found = -1

    def after(self, position: int) -> int:
        """Return where the word next begins, at ``position`` at the earliest."""
        if self._found < position and self._found != self._end:
            found = self._text.find(self._word, position, self._end)
            self._found = self._end if found < 0 else found
        return self._found


@dataclass(frozen=True, slots=True)
class Markup:
    """
    A template with its marks blotted out.

    ``masked`` is as long as ``text``; each character of a mark is ``VALUE``, ``BLOCK`` or
    ``COMMENT`` there, and no other character is.
    """

    text: str
    masked: str
    marks: Sequence[Mark]
    borders: Sequence[tuple[int, str]]  # from where on which enclosing block is open, or ""
    loose: Sequence[tuple[int, int]]  # from where to where the end of a mark would make one

    def inside(self, position: int) -> str:
        """Return the name of the enclosing block that is open at ``position``, or ``""``."""
        index = bisect_right(self.borders, position, key=lambda border: border[0])
        return self.borders[index - 1][1]

    def is_loose(self, position: int) -> bool:
        """Tell whether ``{{`` or ``{%`` stands open before ``position``, and is no mark yet."""
        index = bisect_right(self.loose, position, key=lambda span: span[0])
        return index > 0 and position <= self.loose[index - 1][1]

    def between(self, start: int, end: int) -> Sequence[Mark]:
        """Return the marks that begin in ``start:end``."""
        low = bisect_left(self.marks, start, key=lambda mark: mark.start)
        high = bisect_left(self.marks, end, key=lambda mark: mark.start)
        return self.marks[low:high]


def read(text: str, dialect: Dialect) -> Markup:
    """
    Find the marks of a template, in time that grows with its length.

    Raises ``PolicyError`` for more than ``MAX_TEMPLATE`` characters, and for nothing else.
    """
    if len(text) > MAX_TEMPLATE:
        raise must_be(f"at most {MAX_TEMPLATE} characters long", f"{len(text)} characters")
    lexer = _JinjaLexer(text) if dialect is Dialect.JINJA else _Lexer(text)
    marks = list(_uncommented(list(lexer.marks())))
    borders = list(_borders(marks, dialect.enclosing))
    return Markup(text, _mask(text, marks), marks, borders, lexer.loose)


class _Lexer:
    """Django's lexer, but linear: a brace that is never closed is looked at once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.closers = {kind: Finder(text, word, len(text)) for kind, word in _CLOSERS.items()}
        self.lines = Finder(text, "\n", len(text))
        self.loose: list[tuple[int, int]] = []

    def marks(self) -> Iterator[Mark]:
        """Yield every mark outside verbatim blocks, and the two tags of each such block."""
        position, verbatim = 0, ""
        while match := _OPEN.search(self.text, position):
            start, kind = match.start(), match[0][1]
            position = end = self.end(start, kind)
            if not end:
                position = start + 1
                if kind != "#":
                    self.loose.append((start, self.reach(start)))
                continue
            content = self.content(start, end)
            if not verbatim:
                verbatim = self.verbatim(kind, content)
            elif kind == "%" and content == verbatim:
                verbatim = ""
            else:
                continue
            yield Mark(start, end, _KINDS[kind], content)
            if verbatim:
                position = self.skip(end)

    def end(self, start: int, kind: str) -> int:
        """Return where the mark ends that opens at ``start``, or 0 where it never does."""
        found = self.closers[kind].after(start + 2)
        return found + 2 if found < self.lines.after(start + 2) else 0

    def reach(self, start: int) -> int:
        """Return up to where the end of a mark would be taken for the end of this one."""
        return self.lines.after(start + 2)

    def content(self, start: int, end: int) -> str:
        return self.text[start + 2 : end - 2].strip()

    def verbatim(self, kind: str, content: str) -> str:
        """Return what ends the verbatim block that this tag opens, or ``""``."""
        opens = kind == "%" and content[:9] in {"verbatim", "verbatim "}
        return f"end{content}" if opens else ""

    def skip(self, position: int) -> int:
        """Return where to read on within a verbatim block."""
        return position


class _JinjaLexer(_Lexer):
    nested = True  # strings and brackets are understood, until one of them is never closed

    def end(self, start: int, kind: str) -> int:
        if kind == "#" or not self.nested:
            found = self.closers[kind].after(start + 2)
            return found + 2 if found < len(self.text) else 0
        quote, depth = "", 0
        for match in _NESTING.finditer(self.text, start + 2):
            character = match[0]
            if quote:
                quote = "" if character == quote else quote
            elif character in {'"', "'"}:
                quote = character
            elif not depth and self.text.startswith(_CLOSERS[kind], match.start()):
                return match.start() + 2
            elif character in {"(", "[", "{"}:
                depth += 1
            elif character in {")", "]", "}"}:
                depth = max(depth - 1, 0)
        self.nested = False
        return self.end(start, kind)

    def reach(self, start: int) -> int:
        return len(self.text)

    def content(self, start: int, end: int) -> str:
        return self.text[start + 2 : end - 2].strip("-+").strip()

    def verbatim(self, kind: str, content: str) -> str:
        return "endraw" if kind == "%" and content == "raw" else ""

    def skip(self, position: int) -> int:
        match = _END_OF_RAW.search(self.text, position)
        return match.start() if match else len(self.text)


_END_OF_COMMENT: Final = (BLOCK, "endcomment")


def _uncommented(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield the marks, those from ``{% comment %}`` to its end as one comment."""
    ends = [at for at, mark in enumerate(marks) if (mark.kind, mark.content) == _END_OF_COMMENT]
    index = 0
    while index < len(marks):
        mark = marks[index]
        index += 1
        if mark.kind == BLOCK and mark.word == "comment":
            following = bisect_left(ends, index)
            if following < len(ends):
                index = ends[following] + 1
                mark = Mark(mark.start, marks[index - 1].end, COMMENT, "")
        yield mark


def _borders(marks: Iterable[Mark], enclosing: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield from where on which enclosing block is open."""
    tags = [mark for mark in marks if mark.kind == BLOCK]
    left = Counter(mark.word for mark in tags)
    nested: list[str] = []
    depth: Counter[str] = Counter()
    yield 0, ""
    for mark in tags:
        word, opened = mark.word, mark.word.removeprefix("end")
        left[word] -= 1
        if word in _VERBATIM or (word in enclosing and left[f"end{word}"] > 0):
            nested.append(word)
            depth[word] += 1
        elif word != opened and depth[opened]:
            depth.subtract(_unnested(nested, opened))
        else:
            continue
        yield mark.end, nested[-1] if nested else ""


def _unnested(nested: list[str], word: str) -> list[str]:
    """Take the innermost block of this name away, and all in it; return their names."""
    taken = [nested.pop()]
    while taken[-1] != word:
        taken.append(nested.pop())
    return taken


def _mask(text: str, marks: Iterable[Mark]) -> str:
    text = text.translate(_TAKEN)
    pieces, position = [], 0
    for mark in marks:
        pieces += [text[position : mark.start], mark.kind * (mark.end - mark.start)]
        position = mark.end
    return "".join([*pieces, text[position:]])
