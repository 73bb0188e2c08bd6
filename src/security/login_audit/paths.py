"""Every URL of the project as a reader sees it, with one path that means it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.urls import ResolverMatch, URLPattern, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern
from django.utils.regex_helper import normalize

# What stands for an argument: the first that its pattern takes.
VALUES: Final = (
    "1",
    "a",
    "2026",
    "01",
    "en",
    "a-b",
    "a/b",
    "abc123",
    "a@b.example",
    "a.txt",
    "00000000-0000-0000-0000-000000000000",
    "2026-01-01",
    "",
)
_ARGUMENT = re.compile(r"<(?:[^>:]+:)?([^>]+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")
_ENDS = re.compile(r"^\^|(?<!\\)(?:\$|\\Z)$")


class Entry(NamedTuple):
    """
    One URL: how it is written, and a path that leads there.

    ``sample`` is ``None`` where we found none. ``fixed`` is how every path begins that the
    URL means; where it is the whole of it, there is only one.
    """

    path: str
    match: ResolverMatch
    sample: str | None
    fixed: str

    @property
    def is_one(self) -> bool:
        return self.fixed == self.path


def entries() -> Iterator[Entry]:
    """Yield every URL of ``ROOT_URLCONF``, in its order."""
    yield from _entries(get_resolver(), (), (), ())


def _entries(
    resolver: Any, above: tuple[Any, ...], apps: tuple[str, ...], spaces: tuple[str, ...]
) -> Iterator[Entry]:
    for each in resolver.url_patterns:
        patterns = (*above, each.pattern)
        if not isinstance(each, URLPattern):
            app = (each.app_name,) if each.app_name else ()
            space = (each.namespace,) if each.namespace else ()
            yield from _entries(each, patterns, (*apps, *app), (*spaces, *space))
            continue
        match = ResolverMatch(
            each.callback, (), {}, each.name, app_names=list(apps), namespaces=list(spaces)
        )
        path = "/" + "".join(map(_shown, patterns))
        fixed = re.split(r"[<(\[\\.*+?|]" if _has_regex(patterns) else "<", path, maxsplit=1)[0]
        yield Entry(path, match, _sample(patterns), fixed)


def _has_regex(patterns: tuple[Any, ...]) -> bool:
    return any(isinstance(each, RegexPattern) for each in patterns)


def _shown(pattern: Any) -> str:
    if isinstance(pattern, RegexPattern):
        text = re.sub(r"\\([-./])", r"\1", _ENDS.sub("", _ENDS.sub("", str(pattern))))
        return _GROUP.sub(r"<\1>", text)
    return str(pattern)


def _sample(patterns: tuple[Any, ...]) -> str | None:
    """Return a path that the patterns mean one after the other."""
    for value in VALUES:
        parts = [_filled(pattern, value) for pattern in patterns]
        if None in parts:
            continue
        rest = path = "".join(map(str, parts))
        for pattern in patterns:
            found = pattern.match(rest)
            if found is None:
                break
            rest = found[0]
        else:
            return f"/{path}"
    return None


def _filled(pattern: Any, value: str) -> str | None:
    """Return what one pattern may look like; the value goes where nothing else fits better."""
    if isinstance(pattern, LocalePrefixPattern):
        return str(pattern)
    if isinstance(pattern, RoutePattern):
        converters = pattern.converters
        return _ARGUMENT.sub(
            lambda found: next(
                (v for v in VALUES if re.fullmatch(converters[found[1]].regex, v)), value
            ),
            str(pattern),
        )
    try:
        shape, names = normalize(str(pattern))[0]
    except (IndexError, NotImplementedError, ValueError):
        return None
    return str(shape % dict.fromkeys(names, value))
