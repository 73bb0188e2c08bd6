"""Which paths a rule leaves alone: regular expressions that hold in whole path segments only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from .automaton import Automaton, Item, Pattern, parse
from .errors import PolicyError, must_be, shown

# Paths that no site has. A pattern that covers all of a group was not written for some paths: it
# covers the pages of a site that ends its paths with a slash, or of one that does not. One
# segment, several and many, so that "everything one level deep" stays possible; letters only,
# since a pattern for any word is one for every page; and long, so that [a-z]{2}/ stays possible.
PROBES = (
    ("/qzjxvwkh/", "/qzjxvwkh/pfgbydmz/", "/qzjxvwkh/pfgbydmz/tsnrclqx/euoiajzq/wvyk/"),
    ("/qzjxvwkh", "/qzjxvwkh/pfgbydmz", "/qzjxvwkh/pfgbydmz/tsnrclqx/euoiajzq/wvyk"),
)

_SLASH = list(parse("/").items)
_HOME = list(parse("$").items)  # what is left of the path of the home page: nothing


@dataclass(frozen=True, slots=True)
class Exemptions:
    """
    Regular expressions for paths, all tried at once, in time linear in the path's length.

    A pattern is matched from the start of the path, without its leading slash, and is open at
    the end as in an ``include()``, but only in whole segments: ``accounts/login`` covers
    ``/accounts/login``, ``/accounts/login/`` and ``/accounts/login/sso/``, and never
    ``/accounts/login-as/bob/``. ``$`` means the very end, also before a line break. A leading
    slash in a pattern stands for the path's own, so ``/accounts/`` means ``accounts/``, and
    ``/`` alone, like ``^$``, the home page. A lookahead says what it says, without segments:
    ``(?!admin)`` covers everything but ``/admin/`` and ``/administration/``.

    With ``leading_slash`` the path keeps its slash and the patterns are written with it; where
    one begins with another letter, the slash is implied.

    Raises ``PolicyError`` for anything but a list or tuple of strings, and for an entry that does
    not compile, that cannot be matched in linear time, or that matches everything. A pattern
    that owes its reach to a negative lookahead names what it leaves out, and is accepted.
    """

    patterns: tuple[str, ...]
    leading_slash: bool = field(default=False, kw_only=True)
    _automaton: Automaton = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        entries = _listed(self.patterns)
        parsed = []
        for index, entry in enumerate(entries):
            try:
                parsed.append(self._read(entry))
            except PolicyError as error:
                raise error.within(index) from error
        object.__setattr__(self, "patterns", entries)
        object.__setattr__(self, "_automaton", Automaton(parsed))

    @classmethod
    def compile(cls, patterns: object, *, leading_slash: bool = False) -> Exemptions:
        """Check the value of a setting and return it ready for use."""
        return cls(cast("tuple[str, ...]", patterns), leading_slash=leading_slash)

    def __bool__(self) -> bool:
        """Tell whether there is any pattern at all; without one, no path is covered."""
        return bool(self.patterns)

    def covers(self, path: str) -> bool:
        """
        Tell whether a pattern covers the path, given with its leading slash.

        A path without one is not covered: nothing in a site answers to it.
        """
        if not self.patterns or path[:1] != "/":
            return False
        return self._automaton.matches(self._backwards(path))

    def _backwards(self, path: str) -> str:
        return path[::-1] if self.leading_slash else path[:0:-1]

    def _read(self, entry: object) -> Pattern:
        if not isinstance(entry, str):
            raise must_be("a regular expression, written as a string", entry)
        written = parse(entry)
        items = _rooted(written.items, slash=self.leading_slash)
        pattern = Pattern(entry, items, written.flags)
        plain = Automaton([pattern], exclusions=False)
        if any(all(plain.matches(self._backwards(path)) for path in group) for group in PROBES):
            home = "^/$" if self.leading_slash else "^$"
            hint = f"Write what the paths begin with, or {home} for the home page alone."
            raise must_be("a pattern that does not match everything", entry, hint=hint)
        return pattern


def _listed(patterns: object) -> tuple[object, ...]:
    if isinstance(patterns, list | tuple):
        return tuple(patterns)
    hint = "Write a list, even for one pattern."
    if isinstance(patterns, str):
        hint = f"Write [{shown(patterns)}]: a string alone would be read letter by letter."
    raise must_be("a list of regular expressions", patterns, hint=hint)


def _rooted(items: Sequence[Item], *, slash: bool, last: bool = True) -> list[Item]:
    """
    Return a pattern that begins with a slash exactly if the path does.

    ``last`` tells that nothing follows the items. What begins with anything but a letter, a
    group, a lookahead or an alternative stays as it is: it may well match a slash.
    """
    if not items:
        return []
    (operation, value), rest = items[0], list(items[1:])
    ends = last and not rest
    match operation.name, value:
        case "AT", anchor if anchor.name.startswith("AT_BEGINNING"):
            rest = _rooted(rest, slash=slash, last=last)
        case "ASSERT" | "ASSERT_NOT", (1, inner):
            value = (1, _rooted(inner, slash=slash))
            rest = _rooted(rest, slash=slash, last=last)
        case "LITERAL", 0x2F:
            if not slash:
                return _HOME if ends else rest
        case "LITERAL" | "AT", _:
            return [*_SLASH, *items] if slash else list(items)
        case "BRANCH", (_, ways):
            value = (None, [_rooted(way, slash=slash, last=ends) for way in ways])
        case "SUBPATTERN", (*group, inner):
            value = (*group, _rooted(inner, slash=slash, last=ends))
    return [(operation, value), *rest]
