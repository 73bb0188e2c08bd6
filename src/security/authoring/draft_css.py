"""The addresses in a style sheet. CSS Syntax Module Level 3, section 4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .draft_found import Kind

_STRING = r"\"(?:[^\"\\\n]|\\[\s\S])*+\"?|'(?:[^'\\\n]|\\[\s\S])*+'?"
_TOKEN = re.compile(
    r"/\*[\s\S]*?(?:\*/|\Z)"
    rf"|(?P<url>(?<![\w-])(?:url|src)\(\s*+(?:(?P<quoted>{_STRING})"
    r"|(?P<bare>(?:[^\s()\"'\\]|\\(?:[0-9A-Fa-f]{1,6}+\s?|[\s\S]))*+)))"
    rf"|(?P<string>{_STRING})"
    r"|(?P<set>(?<![\w])(?:-webkit-)?image-set\()"
    r"|@(?P<at>[A-Za-z-]++)"
    r"|(?P<mark>[{}();])",
    re.IGNORECASE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(\r\n|[\s\S]))")
_MAX_CODE: Final = 0x10FFFF


def addresses(text: str) -> Iterator[tuple[Kind, str]]:
    """
    Return what a style sheet, or the value of a ``style`` attribute, loads.

    ``@import`` is a style, what stands in ``@font-face`` is a font, everything else an image.
    Never raises; the time is linear.
    """
    rule, blocks, sets, open_round = "", [""], [0], 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if at := token["at"]:
            rule = at.lower()
        elif token["url"] is not None or token["string"] is not None:
            if address := _address(
                token, is_url=token["url"] is not None or sets[-1] > 0, rule=rule
            ):
                yield _kind(rule, blocks[-1]), address
            if rule == "import":
                rule = "imported"
            open_round += token["url"] is not None
        elif kind == "set":
            open_round += 1
            sets.append(open_round)
        elif token["mark"] == "(":
            open_round += 1
        elif token["mark"] == ")":
            if len(sets) > 1 and sets[-1] == open_round:
                sets.pop()
            open_round = max(open_round - 1, 0)
        elif token["mark"] == "{":
            blocks.append(rule)
            rule = ""
        elif token["mark"] is not None:
            if token["mark"] == "}" and len(blocks) > 1:
                blocks.pop()
            rule, sets, open_round = "", [0], 0


def _address(token: re.Match[str], *, is_url: bool, rule: str) -> str:
    """Return the address that a token holds, or nothing where it is none."""
    written = token["quoted"] or token["bare"] or token["string"] or ""
    if rule in {"imported", "namespace", "charset"} or not (is_url or rule == "import"):
        return ""
    if written[:1] in {'"', "'"}:
        quote = written[0]
        written = written[1:].removesuffix(quote)
    address = _ESCAPE.sub(_unescaped, written).strip()
    return "" if address.startswith("#") else address


def _kind(rule: str, block: str) -> Kind:
    if rule == "import":
        return Kind.STYLE
    return Kind.FONT if block == "font-face" else Kind.IMAGE


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        code = int(match[1], 16)
        return chr(code) if 0 < code <= _MAX_CODE and not 0xD800 <= code < 0xE000 else "\ufffd"
    return "" if match[2] in {"\n", "\r\n", "\f", "\r"} else str(match[2])
