"""
From the bytes of a request to reports. The shape of the body decides, not its declared type.

Anything may be sent here by anybody: ``parse`` raises nothing, whatever the bytes, and takes
a time that grows with their number alone.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import Any, Final

from . import fields, spelling
from .report import Disposition, Kind, Parsed, Refusal, Report, Shape
from .spelling import Spelling

MAX_BODY: Final = 524_288  # bytes; Firefox sends arrays of 100 reports in 52 kB
MAX_ITEMS: Final = 200  # browsers send up to 100 in one array
MAX_DEPTH: Final = 20  # objects and lists inside each other; honest reports have 4
MAX_PARTS: Final = 10_000  # objects and lists; an honest report has 2 or 3
MAX_DETAILS: Final = 20  # members of one body beyond those with a field of their own

_NOTHING: Final[dict[str, Any]] = {}
_NO_BRACKETS = bytes(set(range(128)) - set(b"[]{}"))
_DISPOSITIONS: Final = {
    "enforce": Disposition.ENFORCE,
    "report": Disposition.REPORT,
    "reporting": Disposition.REPORT,  # COOP and COEP
}


def parse(body: bytes) -> Parsed:
    """
    Read a body of any of the three shapes. A bad item drops itself alone and is counted.

    What is not UTF-8 is replaced; UTF-16 and UTF-32 are understood. Of two members with one
    name the last counts, as in a browser. Raises nothing.
    """
    if len(body) > MAX_BODY:
        return Parsed((), {Refusal.TOO_LARGE: 1})
    text = body.decode(json.detect_encoding(body), errors="replace")
    if not _is_simple(text):
        return Parsed((), {Refusal.TOO_COMPLEX: 1})
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):  # the second from a caller with no stack to spare
        return Parsed((), {Refusal.NOT_JSON: 1})
    if type(found) is list:
        return _items(found, Shape.ARRAY)
    return _items([found], Shape.SINGLE)


def _items(items: list[Any], shape: Shape) -> Parsed:
    reports: list[Report] = []
    refused: dict[Refusal, int] = {}
    for item in islice(items, MAX_ITEMS):
        read = _item(item, shape)
        if isinstance(read, Report):
            reports.append(read)
        else:
            refused[read] = refused.get(read, 0) + 1
    if len(items) > MAX_ITEMS:
        refused[Refusal.TOO_MANY] = len(items) - MAX_ITEMS
    return Parsed(tuple(reports), refused)


def _is_simple(text: str) -> bool:
    """Bound the nesting before the parser recurses into it, in one pass over the text."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return True
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    outside = "".join(unescaped.split('"')[::2])  # what stands between two strings
    brackets = outside.encode("ascii", "ignore").translate(None, _NO_BRACKETS)
    if len(brackets) > 2 * MAX_PARTS:
        return False
    depth = 0
    for bracket in brackets:
        if bracket in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return False
        else:
            depth -= 1
    return True


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= fields.MAX_DIGITS else None


def _fraction(digits: str) -> float | None:
    value = float(digits) if len(digits) <= 2 * fields.MAX_DIGITS else None
    return value if value is not None and abs(value) <= fields.MAX_NUMBER else None


def _no_number(_: str) -> None:
    """NaN and Infinity, which JSON does not have."""


_DECODER: Final = json.JSONDecoder(
    parse_int=_integer, parse_float=_fraction, parse_constant=_no_number, strict=False
)


def _item(item: object, shape: Shape) -> Report | Refusal:
    if type(item) is not dict:
        return Refusal.NOT_A_REPORT
    if "csp-report" in item:  # WebKit puts "type" and "url" beside it
        body = item["csp-report"]
        if type(body) is not dict:
            return Refusal.NO_BODY
        return _report(item, body, Kind.CSP, spelling.LEGACY, Shape.LEGACY)
    if "type" not in item and "body" not in item:
        return Refusal.NOT_A_REPORT
    name = fields.text(item.get("type"), fields.MAX_NAME)
    if not name:
        return Refusal.NO_TYPE
    body = item.get("body", 0)
    if body is None:
        body = _NOTHING
    if type(body) is not dict:
        return Refusal.NO_BODY
    kind = spelling.KINDS.get(name, name)
    return _report(item, body, kind, spelling.of(kind, body), shape)


def _report(
    item: dict[str, Any], body: dict[str, Any], kind: str, names: Spelling, shape: Shape
) -> Report | Refusal:
    get = body.get
    subject = fields.text(_first(body, names.subject))
    details = _details(body, names)
    if kind is Kind.CSP:
        subject = subject.strip().partition(" ")[0].lower()
        if not subject:
            return Refusal.NO_DIRECTIVE
        whole = fields.text(get("violated-directive"))
        if whole not in ("", subject):  # old engines put the whole directive there
            details = (("violated-directive", whole), *details)
    return Report(
        kind=kind,
        shape=shape,
        document=fields.url(get(names.document) or item.get("url")),
        subject=subject,
        blocked=fields.url(_first(body, names.blocked)) or _unsaid(body, names),
        source=fields.url(get(names.source)),
        disposition=_disposition(body),
        line=fields.number(get(names.line)),
        column=fields.number(get(names.column)),
        status=fields.number(get(names.status)),
        sample=fields.text(get(names.sample)),
        referrer=fields.url(get("referrer")),
        policy=fields.text(get(names.policy), fields.MAX_POLICY),
        user_agent=fields.text(item.get("user_agent")),
        age=fields.number(item.get("age")) or 0,
        details=details,
    )


def _first(body: dict[str, Any], names: tuple[str, ...]) -> object:
    for name in names:
        if value := body.get(name):
            return value
    return None


def _unsaid(body: dict[str, Any], names: Spelling) -> str:
    """Engines that left the legacy member out meant the page's own origin."""
    return "self" if names is spelling.LEGACY and "blocked-uri" not in body else ""


def _disposition(body: dict[str, Any]) -> Disposition:
    said = body.get("disposition", body.get("reportOnly"))
    if type(said) is bool:  # of Integrity-Policy
        return Disposition.REPORT if said else Disposition.ENFORCE
    if type(said) is str:
        return _DISPOSITIONS.get(said, Disposition.UNKNOWN)
    return Disposition.UNKNOWN


def _details(body: dict[str, Any], names: Spelling) -> tuple[tuple[str, str], ...]:
    rest = [name for name in body if name not in names.known]
    return tuple(
        (fields.text(name, fields.MAX_NAME), text)
        for name in rest[:MAX_DETAILS]
        if (text := fields.word(body[name]))
    )
