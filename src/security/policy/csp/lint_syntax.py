"""Rules about what a browser cannot read. All but the last are rules of CSP Evaluator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from security.policy.errors import PolicyError, did_you_mean

from .finding import Finding, Severity, Type
from .lint_hosts import Place
from .lint_subject import Rule, Subject
from .parse import KEYWORDS, is_hash, is_nonce
from .source import source
from .vocabulary import DIRECTIVES, Kind
from .vocabulary import KEYWORDS as BROWSER_KEYWORDS

# The directives of CSP Evaluator 1.1.8, of which browsers know fewer.
KNOWN: Final = frozenset(
    {
        "child-src", "connect-src", "default-src", "font-src", "frame-src", "img-src",
        "manifest-src", "media-src", "object-src", "prefetch-src", "script-src",
        "script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem",
        "worker-src", "base-uri", "form-action", "frame-ancestors", "navigate-to",
        "plugin-types", "sandbox", "block-all-mixed-content", "upgrade-insecure-requests",
        "report-to", "report-uri", "trusted-types", "require-trusted-types-for",
        "disown-opener", "referrer", "reflected-xss", "require-sri-for", "webrtc",
    }
)  # fmt: skip
MAX_SUGGESTIONS: Final = 3  # of each rule for one policy: looking for a word's neighbours is slow
_DEPRECATED: Final = {
    "reflected-xss": "Browsers ignore it. Take it out.",
    "referrer": "Browsers ignore it. Send a Referrer-Policy header instead.",
    "disown-opener": "Browsers ignore it. Send a Cross-Origin-Opener-Policy header instead.",
    "prefetch-src": "Browsers ignore it: default-src decides. Take it out.",
}
_BARE_WORDS: Final = frozenset(word.strip("'") for word in KEYWORDS)
_BARE: Final = re.compile("nonce-|sha(?:256|384|512)-")
_QUOTED: Final = {
    "require-trusted-types-for": frozenset({"'script'"}),
    "trusted-types": frozenset({"'allow-duplicates'", "'none'"}),
}


def deprecated_directive(subject: Subject) -> Iterator[Finding]:
    """INFO: ``referrer origin``"""
    for name, message in _DEPRECATED.items():
        if name in subject.effective.directives:
            yield Finding(Type.DEPRECATED_DIRECTIVE, Severity.INFO, name, None, message)


def unknown_directive(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``scirpt-src 'self'``"""
    unknown = (name for name in subject.effective.directives if name not in KNOWN)
    for number, name in enumerate(unknown):
        if name in DIRECTIVES:
            message = "CSP Evaluator does not know this directive; browsers that do apply it."
        elif name.endswith(":"):
            message = "The name of a directive has no colon behind it. Take the colon out."
        else:
            message = f"Browsers ignore this directive. {_suggestion(name, KNOWN, number)}"
        yield Finding(Type.UNKNOWN_DIRECTIVE, Severity.SYNTAX, name, None, message)


def missing_semicolon(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``default-src 'self' object-src 'none'``"""
    for name, values in subject.effective.directives.items():
        for value in values:
            if value in KNOWN:
                message = (
                    f"A browser reads {value} as a source of {name}. "
                    "Write a semicolon before it to start a new directive."
                )
                yield Finding(Type.MISSING_SEMICOLON, Severity.SYNTAX, name, value, message)


def invalid_keyword(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``script-src self``"""
    number = 0
    for name, values in subject.effective.directives.items():
        for value in values:
            if value[0] == "'":
                if _is_quoted_right(name, value):
                    continue
                message = _about_quoted(name, value, number)
                number += 1
            elif not is_bare_keyword(value):
                continue
            elif DIRECTIVES.get(name, Kind.SOURCES) is Kind.SOURCES:
                message = f"Without quotes a browser reads a host name. Write '{value}'."
            else:
                message = f"Bare, this is a name. If you mean the keyword, write '{value}'."
            yield Finding(Type.INVALID_KEYWORD, Severity.SYNTAX, name, value, message)


def invalid_source(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``script-src https://example.com:port``"""
    for name, values in subject.effective.directives.items():
        kind = DIRECTIVES.get(name)
        if kind is not Kind.SOURCES and kind is not Kind.URIS:
            continue
        for value in values:
            if value[0] == "'" or value in KNOWN or is_bare_keyword(value):
                continue  # the rules above speak of these
            if (reason := _refusal(value, kind, subject.places[value])) is not None:
                message = f"Browsers ignore it: {reason}"
                yield Finding(Type.INVALID_SOURCE, Severity.SYNTAX, name, value, message)


def is_bare_keyword(value: str) -> bool:
    """Tell whether a value is a keyword, a nonce or a hash that lacks its quotes."""
    return value in _BARE_WORDS or _BARE.match(value) is not None


def _is_quoted_right(name: str, value: str) -> bool:
    if name in _QUOTED:
        return value in _QUOTED[name]
    return value in KEYWORDS or is_nonce(value) or is_hash(value)


def _about_quoted(name: str, value: str, number: int) -> str:
    words = _QUOTED.get(name, BROWSER_KEYWORDS)
    if value.lower() in words:
        return "CSP Evaluator does not know this keyword; browsers that do apply it."
    return f"Browsers ignore this word. {_suggestion(value, words, number)}"


def _refusal(value: str, kind: Kind, place: Place | None) -> str | None:
    if place is None:
        if kind is Kind.URIS and "//" not in value:
            return None  # a path needs no host
        return "no URL has such a host. Correct it."
    if kind is Kind.SOURCES and not place.address:
        try:
            source(value)
        except PolicyError as error:
            return f"it {error} {error.hint or ''}".rstrip()
    return None


def _suggestion(word: str, known: Iterable[str], number: int) -> str:
    near = None
    if number < MAX_SUGGESTIONS:
        alike = [one for one in known if abs(len(one) - len(word)) <= 2]
        near = did_you_mean(word.lower(), alike)
    return near or "Correct it, or take it out."


RULES: Final[tuple[Rule, ...]] = (
    deprecated_directive,
    unknown_directive,
    missing_semicolon,
    invalid_keyword,
    invalid_source,
)
