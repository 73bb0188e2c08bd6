"""The path of a page as the pattern that leads to it: ``/invoice/8731/`` is ``/invoice/<int>/``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import get_resolver
from django.utils import translation

from security.conf import conf

MAX_REMEMBERED: Final = 2_048  # paths; each has at most 2 kB

_PARAMETER = re.compile(r"(?<!\?P)<(?:([^>:]+):)?[^>]+>")  # of path(), not a group of re_path()
_IS_REGEX = re.compile(r"[\\(\[^$]")
_GROUP_NAME = re.compile(r"\?P<(\w+)>")
_SILENT_GROUPS: Final = ("?=", "?!", "?<", "?#")
_REPEAT = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")
_CLASSES: Final = "dDwWsS"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=/)[0-9]+(?=/|$)")
_TOKEN = re.compile(
    r"(?<![\w-])(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{24,}"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}"
)


def template(path: str, prefix: str = "", urlconf: Any = None) -> str:
    """
    Return the pattern of a path as browsers report it: quoted, and with ``prefix`` in front.

    Of a path that the URLconf does not know, segments that are numbers, UUIDs or long words
    with digits are replaced. A static file keeps its name. ``urlconf`` is that of the request,
    ``None`` for the usual one. ``template`` of a template is that template. Raises nothing.
    """
    return conf.derived(_remembering)(path, prefix, urlconf)  # type: ignore[no-any-return]


def _remembering() -> Any:
    """Return ``_template`` with a memory that ends with the settings that it is about."""
    return lru_cache(MAX_REMEMBERED)(_template)


def _template(path: str, prefix: str, urlconf: Any) -> str:
    if _is_static(path):
        return path
    # A browser quotes "<", so what has one is a template already.
    if path.startswith(f"{prefix}/") and "<" not in path:
        try:
            route = _route(unquote(path[len(prefix) :]), urlconf)
        except Exception:  # noqa: S110  # a 404, or whatever a converter of the project raises
            pass
        else:
            return prefix + _readable(route)
    return _unknown(path)


def _route(path: str, urlconf: Any) -> str:
    """Return the route of a path in the language that the path is in."""
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        return get_resolver(urlconf).resolve(path).route


def _is_static(path: str) -> bool:
    url = urlsplit(settings.STATIC_URL or "")
    return url.path.strip("/") != "" and path.startswith(url.path) and ".." not in path


def _readable(route: str) -> str:
    text = _PARAMETER.sub(lambda found: f"<{found[1] or 'str'}>", route)
    return "/" + (_plain(text) if _IS_REGEX.search(text) else text).lstrip("/")


def _plain(regex: str) -> str:
    """Return a regular expression with a word in place of what varies."""
    parts: list[str] = []
    at = 0
    while at < len(regex):
        char = regex[at]
        if char == "(":
            end = _end_of_group(regex, at)
            parts.append(_word(regex[at + 1 : end - 1]))
            at = _after_repeat(regex, end)
        elif char == "[":
            parts.append("<str>")
            at = _after_repeat(regex, _end_of_class(regex, at))
        elif char == "\\":
            escaped = regex[at + 1 : at + 2]
            at += 2
            if escaped in _CLASSES:
                parts.append("<str>")
                at = _after_repeat(regex, at)
            elif not escaped.isalnum():
                parts.append(escaped)
        elif char == ".":
            parts.append("<str>")
            at = _after_repeat(regex, at + 1)
        else:
            if char not in "^$?*+|":
                parts.append(char)
            at += 1
    return "".join(parts)


def _word(group: str) -> str:
    if found := _GROUP_NAME.match(group):
        return f"<{found[1]}>"
    return "" if group.startswith(_SILENT_GROUPS) else "<str>"


def _end_of_group(regex: str, at: int) -> int:
    depth = 0
    while at < len(regex):
        char = regex[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _end_of_class(regex, at) - 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return at + 1


def _end_of_class(regex: str, at: int) -> int:
    at += 2 if regex[at + 1 : at + 2] != "^" else 3  # what comes first is no end
    while at < len(regex) and regex[at] != "]":
        at += 2 if regex[at] == "\\" else 1
    return at + 1


def _after_repeat(regex: str, at: int) -> int:
    found = _REPEAT.match(regex, at)
    return found.end() if found else at


def _unknown(path: str) -> str:
    path = _NUMBER.sub("<int>", _UUID.sub("<uuid>", path))
    return _TOKEN.sub("<token>", path)
