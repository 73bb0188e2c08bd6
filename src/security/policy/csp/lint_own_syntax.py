"""Rules of our own about what a browser does not read as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from security.policy.errors import PolicyError

from .finding import Finding, Severity, Type
from .lint_subject import Rule, Subject
from .parse import split
from .source import CHECKS
from .vocabulary import DIRECTIVES, Kind

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WITHDRAWN: Final = {
    "block-all-mixed-content": "Browsers block or upgrade mixed content by themselves.",
    "navigate-to": "It was taken out of the standard, and no browser has it.",
    "plugin-types": "Browsers run no plug-ins any more.",
    "require-sri-for": "It never left its trial; Integrity-Policy is its successor.",
}


def none_beside_others(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``script-src 'none' https://example.com``"""
    for name, values in subject.written.directives.items():
        if len(values) > 1 and "'none'" in values and DIRECTIVES.get(name) is Kind.SOURCES:
            message = (
                "Browsers ignore 'none' beside other sources, so these are allowed. "
                "Keep 'none' alone, or take it out."
            )
            yield Finding(Type.NONE_BESIDE_OTHERS, Severity.SYNTAX, name, "'none'", message)


def invalid_value(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``sandbox allow-script``"""
    for name, values in subject.written.directives.items():
        kind = DIRECTIVES.get(name)
        if kind is None or kind is Kind.SOURCES:
            continue
        for value in values:
            try:
                CHECKS[kind](value)
            except PolicyError as error:
                message = f"Browsers ignore this value: it {error} {error.hint or ''}".rstrip()
                yield Finding(Type.INVALID_VALUE, Severity.SYNTAX, name, value, message)


def withdrawn_directive(subject: Subject) -> Iterator[Finding]:
    """INFO: ``block-all-mixed-content``"""
    for name, reason in _WITHDRAWN.items():
        if name in subject.written.directives:
            message = f"{reason} Take it out."
            yield Finding(Type.WITHDRAWN_DIRECTIVE, Severity.INFO, name, None, message)


def repeated_directive(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``script-src 'self'; script-src https://example.com``"""
    for name in dict.fromkeys(subject.written.repeated):
        message = "Browsers ignore all but the first of its name. Write its sources together."
        yield Finding(Type.REPEATED_DIRECTIVE, Severity.SYNTAX, name, None, message)


def passed_over_directive(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``constructor 'self'``"""
    for name in dict.fromkeys(subject.written.passed_over):
        message = "Browsers ignore this directive. Correct it, or take it out."
        yield Finding(Type.PASSED_OVER_DIRECTIVE, Severity.SYNTAX, name, None, message)


def several_policies(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: ``default-src 'self', script-src 'self'``"""
    if "," in subject.written.text:
        count = len(split(subject.written.text))
        message = (
            f"A browser splits a header at its commas, here into {count} "
            f"{'policy' if count == 1 else 'policies'}; this was read as one. "
            "If one is meant write semicolons, else look at each by itself."
        )
        yield Finding(Type.SEVERAL_POLICIES, Severity.SYNTAX, None, None, message)


def not_ascii(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: a policy with typographic quotes"""
    character = _NOT_ASCII.search(subject.written.text)
    if character is None:
        return
    message = (
        f"Browsers skip a directive with a character like {character[0]!a}. Type quotes as ' and "
        "blanks with the space bar; write an international host in its xn-- form."
    )
    named = False
    for name, values in subject.written.directives.items():
        word = next((word for word in (name, *values) if not word.isascii()), None)
        if word is not None:
            named = True
            value = None if word == name else word
            yield Finding(Type.NOT_ASCII, Severity.SYNTAX, name, value, message)
    if not named:
        yield Finding(Type.NOT_ASCII, Severity.SYNTAX, None, None, message)


def control_character(subject: Subject) -> Iterator[Finding]:
    """SYNTAX: a policy with a line break"""
    if found := _CONTROL.search(subject.written.text):
        message = (
            f"A header cannot carry the character {found[0]!a}; most servers refuse to send it. "
            "Write the policy on one line."
        )
        yield Finding(Type.CONTROL_CHARACTER, Severity.SYNTAX, None, None, message)


RULES: Final[tuple[Rule, ...]] = (
    none_beside_others,
    invalid_value,
    repeated_directive,
    passed_over_directive,
    several_policies,
    not_ascii,
    control_character,
    withdrawn_directive,
)
