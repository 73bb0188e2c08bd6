"""
Structured fields, written and read: the part of RFC 9651 that security headers use.

Tokens, strings, integers, booleans, parameters, inner lists, lists and dictionaries. A field
with a decimal, byte sequence, date or display string is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .errors import PolicyError, must_be
from .grammar import bounded, text

MAX_INTEGER = 999_999_999_999_999  # fifteen digits. RFC 9651 section 3.3.1

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*+")
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+")
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*+)"')
_INTEGER = re.compile(r"-?[0-9]{1,15}+(?![0-9.])")
_BOOLEAN = re.compile(r"\?[01]")
_ESCAPED = re.compile(r'\\(["\\])')
_BLANKS = re.compile(r" *+")
_OPTIONAL_BLANKS = re.compile(r"[ \t]*+")
_OTHER_TYPES = {
    ":": "A byte sequence has no meaning in these headers.",
    "@": "A date has no meaning in these headers.",
    "%": "A display string has no meaning in these headers.",
    "'": "Strings stand in double quotes.",
    "(": "An inner list cannot stand here.",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word that stands without quotes. RFC 9651 section 3.3.4."""

    text: str

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(text(self.text, "a token")):
            raise must_be("a token of a structured field", self.text)

    def __str__(self) -> str:
        return self.text


BareItem: TypeAlias = Token | str | int | bool
Params: TypeAlias = tuple[tuple[str, BareItem], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A value with its parameters, in their order. RFC 9651 section 3.3."""

    value: BareItem
    params: Params = ()

    def __post_init__(self) -> None:
        str(self)

    def __str__(self) -> str:
        return _bare_item(self.value) + _params(self.params)


@dataclass(frozen=True, slots=True)
class InnerList:
    """Items in parentheses, and the parameters of the whole list. RFC 9651 section 3.1.1."""

    items: tuple[Item, ...]
    params: Params = ()

    def __post_init__(self) -> None:
        _check_items(self.items)
        str(self)

    def __str__(self) -> str:
        return "(" + " ".join(map(str, self.items)) + ")" + _params(self.params)


Member: TypeAlias = Item | InnerList


def key(value: object, what: str = "a key") -> str:
    """Return ``value`` if it can be a key of a dictionary or parameter. RFC 9651 section 3.1.2."""
    word = text(value, what)
    if not is_key(word):
        raise must_be(
            f"{what} of lower-case letters, digits, '_', '-', '.' and '*'",
            word,
            hint="It starts with a letter or '*'.",
        )
    return word


def is_key(word: str) -> bool:
    """Tell whether ``word`` can be a key."""
    return _KEY.fullmatch(word) is not None


def serialize_list(members: Sequence[Member]) -> str:
    """Write a list. Raises ``PolicyError`` for an empty one, which no header can carry."""
    if not members:
        raise must_be("given at least one member", members)
    return ", ".join(map(str, members))


def serialize_dictionary(members: Mapping[str, Member]) -> str:
    """Write a dictionary in its order. Raises ``PolicyError`` for an empty one and bad keys."""
    if not members:
        raise must_be("given at least one member", members)
    return ", ".join(_pair(name, member) for name, member in members.items())


def parse_item(value: object) -> Item:
    """Read an item. RFC 9651 section 4.2.3. Raises ``PolicyError`` only."""
    reader = _Reader(value)
    reader.take(_BLANKS)
    item = reader.item()
    reader.take(_BLANKS)
    reader.end()
    return item


def parse_list(value: object) -> tuple[Member, ...]:
    """Read a list; an empty text is an empty list. RFC 9651 section 4.2.1."""
    reader = _Reader(value)
    members: list[Member] = []
    while reader.another(first=not members):
        members.append(reader.member())
    return tuple(members)


def parse_dictionary(value: object) -> dict[str, Member]:
    """
    Read a dictionary; an empty text is an empty dictionary. RFC 9651 section 4.2.2.

    The last of several members with one key counts, at the place of the first.
    """
    reader = _Reader(value)
    members: dict[str, Member] = {}
    while reader.another(first=not members):
        name = reader.key()
        members[name] = reader.member() if reader.skip("=") else Item(True, reader.params())
    return members


def _bare_item(value: object) -> str:
    match value:
        case Token():
            return value.text
        case bool():
            return "?1" if value else "?0"
        case int():
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                raise must_be("a whole number of at most 15 digits", "a longer one")
            return str(int(value))
        case str():
            escaped = text(value, "a string").replace("\\", "\\\\").replace('"', '\\"')
            return '"' + escaped + '"'
    raise must_be("a token, a string, a whole number or a boolean", value)


def _check_items(items: object) -> None:
    if not isinstance(items, tuple) or not all(isinstance(item, Item) for item in items):
        raise must_be("a tuple of items", items)


def _params(params: object) -> str:
    if not isinstance(params, tuple):
        raise must_be("a tuple of parameters", params)
    names = set()
    written = ""
    for pair in params:
        if not (isinstance(pair, tuple) and len(pair) == 2 and key(pair[0]) not in names):
            raise must_be("a name, used once, and a value", pair)
        names.add(pair[0])
        written += ";" + pair[0] + ("" if pair[1] is True else "=" + _bare_item(pair[1]))
    return written


def _pair(name: str, member: Member) -> str:
    if isinstance(member, Item) and member.value is True:
        return key(name) + _params(member.params)
    return key(name) + "=" + str(member)


class _Reader:
    """A bounded text and a place in it; every method moves forward or raises ``PolicyError``."""

    __slots__ = ("_at", "_text")

    def __init__(self, value: object) -> None:
        if not isinstance(value, str):
            raise must_be("the text of a structured field", value)
        self._text = bounded(value)
        self._at = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def skip(self, character: str) -> bool:
        if not self._text.startswith(character, self._at):
            return False
        self._at += 1
        return True

    def another(self, *, first: bool) -> bool:
        """Tell whether a list or dictionary goes on, and move to its next member."""
        self.take(_BLANKS if first else _OPTIONAL_BLANKS)
        if self._at == len(self._text):
            return False
        if first:
            return True
        if not self.skip(","):
            raise self._wrong("followed by a comma or by nothing")
        self.take(_OPTIONAL_BLANKS)
        if self._at == len(self._text):
            raise self._wrong("followed by a member, after a comma")
        return True

    def end(self) -> None:
        if self._at < len(self._text):
            raise self._wrong("a single item")

    def key(self) -> str:
        found = self.take(_KEY)
        if found is None:
            raise self._wrong("a key of lower-case letters, digits, '_', '-', '.' and '*'")
        return found[0]

    def member(self) -> Member:
        if not self.skip("("):
            return self.item()
        items: list[Item] = []
        while True:
            blanks = self.take(_BLANKS)
            if self.skip(")"):
                return InnerList(tuple(items), self.params())
            if items and not (blanks and blanks[0]):
                raise self._wrong("separated by a blank, inside parentheses")
            items.append(self.item())

    def item(self) -> Item:
        return Item(self._bare_item(), self.params())

    def params(self) -> Params:
        params: dict[str, BareItem] = {}
        while self.skip(";"):
            self.take(_BLANKS)
            name = self.key()
            params[name] = self._bare_item() if self.skip("=") else True
        return tuple(params.items())

    def _bare_item(self) -> BareItem:
        if found := self.take(_TOKEN):
            return Token(found[0])
        if found := self.take(_STRING):
            return _ESCAPED.sub(r"\1", found[1])
        if found := self.take(_INTEGER):
            return int(found[0])
        if found := self.take(_BOOLEAN):
            return found[0] == "?1"
        raise self._wrong(
            "a token, a string in double quotes, a whole number of at most 15 digits, ?0 or ?1",
            hint=_OTHER_TYPES.get(self._text[self._at : self._at + 1]),
        )

    def _wrong(self, what: str, *, hint: str | None = None) -> PolicyError:
        return must_be(what, self._text[self._at :], hint=hint)
