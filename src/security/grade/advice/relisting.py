"""A list of a settings file, changed where it stands: what it was and its comments are kept."""

from __future__ import annotations

import ast
import re
from typing import Final, NamedTuple

from .change import Relist
from .settings_file import SettingsFile

_BLANK: Final = r"\s*+(?:#[^\r\n]*+(?:\s++|\Z))*+"
_GAP = re.compile(rf"{_BLANK}(?P<comma>,){_BLANK}")
_BEFORE = re.compile(rf"[\[(]?{_BLANK}")
_AFTER = re.compile(rf"{_BLANK}(?P<comma>,)?{_BLANK}[\])]?")
_REST_OF_LINE = re.compile(r"[ \t]*+(?P<comment>#[^\r\n]*+)?(?P<end>\r\n|\r|\n|\Z)")


class Cut(NamedTuple):
    """Text to put in the place of what stands between two characters."""

    start: int
    end: int
    text: str


class _Item(NamedTuple):
    """A string of the list: its name, where it stands, and where its comma ends, if it has one."""

    name: str
    start: int
    end: int
    comma: int | None


def relisted(file: SettingsFile, edit: Relist) -> list[Cut] | None:
    """Return the cuts that change a list where it stands; ``None`` where that is not safe."""
    holder = file.literal(edit.setting)
    if not isinstance(holder, ast.List | ast.Tuple):
        return None
    items = _items(file, holder)
    if items is None:
        return None
    found = [item.name for item in items]
    if found == edit.apply(found):
        return []
    if not items and file.has_comment(*file.span(holder)):
        return None
    if not items or holder.lineno == holder.end_lineno:
        return [_on_one_line(file, holder, items, edit)]
    going = [item for item in items if item.name == edit.put or item.name in edit.out]
    if not edit.is_first:
        return None if going else _added(file, items[-1], edit.put)
    if going and going[0] is items[0]:
        first = going.pop(0)
        cuts = [Cut(first.start, first.end, _like(file, first, edit.put))]
    else:
        first = items[0]
        text = f"{_like(file, first, edit.put)},{_separator(file, first)}"
        cuts = [Cut(first.start, first.start, text)]
    return cuts + [_removed(file, item) for item in going]


def _items(file: SettingsFile, holder: ast.List | ast.Tuple) -> list[_Item] | None:
    """Return the strings of a list, or ``None`` where more stands between them than usual."""
    start, end = file.span(holder)
    items: list[_Item] = []
    spans = [file.span(element) for element in holder.elts]
    at = start
    for place, (element, span) in enumerate(zip(holder.elts, spans, strict=True)):
        if not isinstance(element, ast.Constant) or not isinstance(element.value, str):
            return None
        if place == 0 and not _BEFORE.fullmatch(file.text, at, span[0]):
            return None
        is_last = place + 1 == len(spans)
        after = end if is_last else spans[place + 1][0]
        gap = (_AFTER if is_last else _GAP).fullmatch(file.text, span[1], after)
        if gap is None:
            return None
        comma = gap.end("comma") if gap["comma"] else None
        items.append(_Item(element.value, *span, comma))
    return items


def _on_one_line(
    file: SettingsFile, holder: ast.List | ast.Tuple, items: list[_Item], edit: Relist
) -> Cut:
    start, end = file.span(holder)
    texts = {item.name: file.text[item.start : item.end] for item in items}
    new = _like(file, items[0], edit.put) if items else f'"{edit.put}"'
    wanted = edit.apply([item.name for item in items])
    body = ", ".join(texts.get(name, new) for name in wanted)
    is_list = isinstance(holder, ast.List)
    if not is_list and len(wanted) == 1:
        body += ","
    return Cut(start, end, f"[{body}]" if is_list else f"({body})")


def _added(file: SettingsFile, last: _Item, put: str) -> list[Cut]:
    text = _like(file, last, put)
    at = last.end if last.comma is None else last.comma
    rest = _REST_OF_LINE.match(file.text, at)
    if rest is None or not rest["end"] or not _stands_alone(file, last):
        return [Cut(last.end, last.end, f", {text}")]
    cuts = [Cut(last.end, last.end, ",")] if last.comma is None else []
    return [*cuts, Cut(rest.end(), rest.end(), f"{_indent(file, last)}{text},{file.newline}")]


def _removed(file: SettingsFile, item: _Item) -> Cut:
    """Take an item out, with its line if it has one; a comment of the line stays."""
    at = item.end if item.comma is None else item.comma
    rest = _REST_OF_LINE.match(file.text, at)
    if rest is None or not _stands_alone(file, item):
        end = at + len(file.text[at:]) - len(file.text[at:].lstrip(" \t"))
        return Cut(item.start, end, "")
    if rest["comment"]:
        return Cut(item.start, rest.start("comment"), "")
    return Cut(_line_start(file, item.start), rest.end(), "")


def _separator(file: SettingsFile, first: _Item) -> str:
    return file.newline + _indent(file, first) if _stands_alone(file, first) else " "


def _stands_alone(file: SettingsFile, item: _Item) -> bool:
    """Tell whether an item is the first of its line."""
    return not file.text[_line_start(file, item.start) : item.start].strip()


def _indent(file: SettingsFile, item: _Item) -> str:
    return file.text[_line_start(file, item.start) : item.start]


def _line_start(file: SettingsFile, at: int) -> int:
    return max(start for start in file.starts if start <= at)


def _like(file: SettingsFile, item: _Item, name: str) -> str:
    quote = "'" if file.text.startswith("'", item.start) else '"'
    return f"{quote}{name}{quote}"
