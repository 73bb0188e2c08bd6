"""Which pages the URL configuration names, and which of them are not for a visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from django.urls import NoReverseMatch, Resolver404, URLPattern, get_resolver, resolve, reverse

MAX_NAMES: Final = 5_000  # names of one URL configuration; the admin has 7 for each model

# A GET should change nothing, and on these it may: sessions end, messages leave, keys change.
_RISKY = re.compile(
    r"(?:^|[^a-z])(?:log|sign)[-_]?(?:out|off)(?:$|[^a-z])|unsubscribe|deactivate|impersonat",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d+")


def named_pages() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return the paths of all names that need no arguments, and the names that need some.

    Names of addresses that a GET may change something at are in neither.
    """
    paths: dict[str, None] = {}
    wanting: dict[str, None] = {}
    for count, (name, pattern) in enumerate(_names(get_resolver(), "")):
        if count == MAX_NAMES:
            break
        if _RISKY.search(name):
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            if pattern.pattern.regex.groups or pattern.pattern.converters:
                wanting[name] = None
        else:
            if not is_risky(path):
                paths[path] = None
    return tuple(paths), tuple(wanting)


def path_of(words: str) -> str:
    """
    Return the path that ``--url`` asks for: a path, or a name with its arguments.

    Arguments are all ``key=value``, or all by their place.

    Raises ``NoReverseMatch`` where there is no such name, or not with these arguments.
    """
    if words.startswith("/"):
        return words
    name, *arguments = words.split() or [""]
    if all("=" in argument for argument in arguments):
        return reverse(name, kwargs=dict(argument.split("=", 1) for argument in arguments))
    return reverse(name, args=arguments)


def is_risky(path: str) -> bool:
    """Tell whether a GET may end the session, as logout views of Django 4 do."""
    return _RISKY.search(path) is not None


def row_of(path: str) -> str:
    """Return the key that the route table has for the pages of an admin, or nothing."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    if "admin" not in match.app_names:
        return ""
    return ":".join(match.namespaces[: match.app_names.index("admin") + 1]) + ":*"


def shape(path: str) -> tuple[str, frozenset[str]]:
    """Return what pages of one kind share: the path without numbers, and the names asked for."""
    parts = urlsplit(path)
    return _NUMBERS.sub("0", parts.path), frozenset(dict(parse_qsl(parts.query)))


def _names(resolver: Any, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield prefix + pattern.name, pattern
        else:
            yield from _names(
                pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            )
