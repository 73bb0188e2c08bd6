"""
Cards as JUnit XML, as Jenkins and GitLab read it.

A target is a test suite, a test of the Observatory and a finding at or above a level a test
case. https://github.com/jenkinsci/xunit-plugin, junit-10.xsd
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final, TextIO

from ..card import Card
from ..finding import Finding, Severity
from ..observatory import Verdict
from .text import cut, printable

MAX_NAME: Final = 300  # characters of a name; tools show it in one line
LEVEL: Final = Severity.MEDIUM

_INDENT: Final = "\n    "


def write(cards: Iterable[Card], out: TextIO, *, level: Severity = LEVEL) -> None:
    """
    Write one suite a card, each as soon as it is there, in ASCII.

    Findings below ``level`` are left out; the others fail. What no XML may hold is escaped as
    in Python, so that it can be seen.
    """
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="bulwark grade">\n')
    out.writelines(_suite(card, level) for card in cards)
    out.write("</testsuites>\n")


def _suite(card: Card, level: Severity) -> str:
    found = [finding for finding in card.findings if finding.severity >= level]
    verdicts = card.observatory.verdicts
    cases = [*_observed(card), *_cases(card.target, found)]
    failures = sum(not verdict.passes for verdict in verdicts) + len(found)
    errors = int(card.observatory.error is not None)
    head = (
        f"<testsuite name={_quoted(card.target)} tests={_quoted(len(cases))} "
        f"failures={_quoted(failures)} errors={_quoted(errors)}>"
    )
    mark = "not graded" if card.observatory.grade is None else card.observatory.grade
    facts = {
        "grade": mark,
        "score": "" if card.observatory.score is None else str(card.observatory.score),
        "arithmetic": card.observatory.arithmetic,
    }
    properties = "".join(
        f"\n      <property name={_quoted(name)} value={_quoted(value)}/>"
        for name, value in facts.items()
    )
    inner = f"{_INDENT}<properties>{properties}{_INDENT}</properties>{''.join(cases)}"
    return f"  {head}{inner}\n  </testsuite>\n"


def _observed(card: Card) -> Iterator[str]:
    if card.observatory.error is not None:
        problem = f'<error type="not-graded" message={_quoted(card.observatory.error)}/>'
        yield _case(card.target, "graded", problem)
    for verdict in card.observatory.verdicts:
        yield _case(card.target, verdict.test, "" if verdict.passes else _failed(verdict))


def _failed(verdict: Verdict) -> str:
    message = f"{verdict.result} ({verdict.modifier:+} points)"
    return f"<failure type={_quoted(verdict.result)} message={_quoted(message)}/>"


def _cases(target: str, found: list[Finding]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for finding in found:
        name = f"{finding.id} {finding.subject or ''}".rstrip()
        count = seen[name] = seen.get(name, 0) + 1
        text = escape(printable(f"{finding.message} {finding.hint}"))
        kind, message = _quoted(finding.severity.name), _quoted(finding.message)
        problem = f"<failure type={kind} message={message}>{text}</failure>"
        # GitLab tells test cases by their names alone.
        yield _case(target, f"{name} ({count})" if count > 1 else name, problem)


def _case(target: str, name: str, problem: str) -> str:
    head = f"{_INDENT}<testcase classname={_quoted(target)} name={_quoted(name)}"
    return f"{head}>{problem}</testcase>" if problem else f"{head}/>"


def _quoted(value: object) -> str:
    return f'"{escape(cut(str(value), MAX_NAME))}"'
