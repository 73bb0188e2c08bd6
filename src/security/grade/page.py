"""
What the rules look at in the HTML of a page: meta policies and scripts.

Tags are found as htmlparser2 finds them, with which the Observatory reads pages: anywhere in the
document, in templates and noscript too, but not in comments and not in the text of a script,
a style sheet, a title or a text area.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from .javascript import SPACE

HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
MAX_SCRIPTS: Final = 10_000  # of one page; more say nothing new

_ATTRIBUTE = (
    r"[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
    r"(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+"
    r"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|(?![\"'])[^ \t\n\f\r>]*+))?+"
)
_REST = rf"(?:[ \t\n\f\r/]*+{_ATTRIBUTE})*+[ \t\n\f\r/]*+>"
_LOOKED_AT = r"(?i:script|style|title|textarea|meta)(?=[ \t\n\f\r/>])"
_SKIPPED = re.compile(
    r"(?:[^<]++"
    r"|<!--(?:-?>|[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z))"
    r"|<!\[CDATA\[(?:[^\]]*+(?:\](?!\]>)[^\]]*+)*+)(?:\]\]>|\Z)"
    r"|<(?:!(?!--|\[CDATA\[)|\?)[^>]*+(?:>|\Z)"
    r"|</[^>]*+(?:>|\Z)"
    r"|<(?![A-Za-z/!?])"
    rf"|<(?!{_LOOKED_AT})[A-Za-z][^ \t\n\f\r/>]*+{_REST})*+"
)
_TAG = re.compile(
    rf"<(?P<name>[A-Za-z][^ \t\n\f\r/>]*+)"
    rf"(?P<attributes>(?:[ \t\n\f\r/]*+{_ATTRIBUTE})*+)(?P<tail>[ \t\n\f\r/]*+)>"
)
_PAIR = re.compile(
    r"[ \t\n\f\r/]*+(?P<name>[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)"
    r"(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+"
    r"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^ \t\n\f\r>]*+)))?+"
)
_ENDS: Final = {
    name: re.compile(rf"</{name}(?=[ \t\n\f\r>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea")
}
_REFERENCE = re.compile(r"&(?:#(?:[0-9]++|[xX][0-9a-fA-F]++);?+|[A-Za-z][A-Za-z0-9]*+(?:;|(?!=)))")
_NUMBER = re.compile(r"&#(?:[xX](?P<hexadecimal>[0-9a-fA-F]+)|(?P<decimal>[0-9]+))")
_OF_INTEREST = re.compile(r"<(?:script|meta)", re.IGNORECASE)
_JSON_START = re.compile(r"[ \t\n\r]*+[\[{\"tfn0-9-]")


@dataclass(frozen=True, slots=True)
class Script:
    """A script element; ``source`` is empty for one that stands in the page."""

    source: str
    has_integrity: bool


@dataclass(frozen=True, slots=True)
class Page:
    """
    What was found, in the order of the document.

    ``referrer`` is what the last of several meta tags says. ``is_readable`` is false where the
    Observatory's parser fails: its HTTP library has made a JSON value of the body before.
    """

    policies: tuple[str, ...] = ()
    referrer: str | None = None
    scripts: tuple[Script, ...] = ()
    is_readable: bool = True


EMPTY: Final = Page()


def read_page(body: str) -> Page:
    """Collect what the rules need, in time linear in ``body``. No text is refused."""
    body = body.removeprefix("\ufeff")
    if _JSON_START.match(body):
        decoded = _decoded(body)
        if decoded is not None:
            if not isinstance(decoded, str):
                return EMPTY if decoded in (False, 0, []) else Page(is_readable=False)
            body = decoded
    if not _OF_INTEREST.search(body):
        return EMPTY
    return _scanned(body)


def _scanned(body: str) -> Page:
    policies: list[str] = []
    scripts: list[Script] = []
    referrer: str | None = None
    at = 0
    while True:
        skipped = _SKIPPED.match(body, at)
        tag = _TAG.match(body, skipped.end() if skipped else at)
        if tag is None:  # the end, or a tag that nothing ends
            break
        at = tag.end()
        name = tag["name"].lower()
        if name == "meta":
            values = _attributes(tag["attributes"])
            content = values.get("content")
            if "http-equiv" in values and content is not None:
                if content and _plain(values["http-equiv"]) == "content-security-policy":
                    policies.append(content)
            elif content and _plain(values.get("name", "")) == "referrer":
                referrer = content
            continue
        if name == "script" and len(scripts) < MAX_SCRIPTS:
            values = _attributes(tag["attributes"])
            scripts.append(Script(values.get("src", ""), bool(values.get("integrity"))))
        if "/" not in tag["tail"]:
            end = _ENDS[name].search(body, at)
            if end is None:
                break
            at = end.start()
    return Page(tuple(policies), referrer, tuple(scripts))


def _attributes(text: str) -> dict[str, str]:
    """Return attributes by lower-case name; of a repeated one the first counts."""
    values: dict[str, str] = {}
    for found in _PAIR.finditer(text):
        value = found["double"] or found["single"] or found["bare"] or ""
        if "&" in value:
            value = _REFERENCE.sub(_character, value)
        values.setdefault(found["name"].lower(), value)
    return values


def _character(reference: re.Match[str]) -> str:
    """Return the character that an attribute means by a reference. HTML section 13.2.5.73."""
    text = reference[0]
    number = _NUMBER.match(text)
    if number is None:
        return html5.get(text[1:], text)
    digits = (number["hexadecimal"] or number["decimal"]).lstrip("0")[:9] or "0"
    code = int(digits, 16 if number["hexadecimal"] else 10)
    is_character = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else "\ufffd"


def _plain(text: str) -> str:
    return text.strip(SPACE).lower()


def _decoded(body: str) -> object:
    """Return what the body is as JSON; ``None`` where it is no JSON, or ``null``."""
    try:
        # A number of any length becomes a float, as in JavaScript.
        decoded: object = json.loads(body, parse_int=float, parse_constant=_refuse)
    except ValueError:
        return None
    except RecursionError:  # nothing but JSON is nested so deep
        return {"nested": True}
    return "" if decoded is None else decoded


def _refuse(constant: str) -> object:
    raise ValueError(constant)
