"""The grade card of a site: one call, an exchange in, all scores and findings out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import observatory
from .exchange import Exchange
from .finding import Finding
from .observatory import Observation, Verdict
from .observatory_scores import ALGORITHM
from .rules import inspect
from .rules.subject import subject
from .securityheaders import HeaderGrade, grade_headers


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that is said of one target; ``findings`` has the worst first."""

    target: str
    observatory: Observation
    securityheaders: HeaderGrade
    findings: tuple[Finding, ...]


def grade(exchange: Exchange) -> Card:
    """
    Grade an exchange; never raises, in time linear in what it holds.

    What the Observatory does not grade, as an error page, still has findings.
    """
    reply = exchange.response
    if reply is None:
        return Card(exchange.target, observatory.judge(exchange), grade_headers(exchange, ()), ())
    page = observatory.read(reply)
    asked = subject(exchange, reply, page)
    return Card(
        target=exchange.target,
        observatory=observatory.judge(exchange, page),
        securityheaders=grade_headers(exchange, asked.policies),
        findings=inspect(asked),
    )


def as_json(card: Card) -> dict[str, Any]:
    """
    Return a card as ``json.dumps`` takes it.

    Without a grade of the Observatory its score, grade and tests are ``None``.
    """
    data = _scores(card)
    verdicts = card.observatory.verdicts
    data["observatory"]["tests"] = {one.test: _verdict(one) for one in verdicts} or None
    data["findings"] = [_finding(finding) for finding in card.findings]
    return data


def as_line(card: Card) -> str:
    """Return ``as_json`` as one line of ASCII, without building what was written before."""
    data = _scores(card)
    observed = json.dumps(data.pop("observatory"))
    tests = ", ".join(map(_verdict_text, card.observatory.verdicts))
    findings = ", ".join(map(_finding_text, card.findings))
    return (
        f'{{"target": {json.dumps(card.target)}, '
        f'"observatory": {observed[:-1]}, "tests": {f"{{{tests}}}" if tests else "null"}}}, '
        f'"securityheaders": {json.dumps(data["securityheaders"])}, "findings": [{findings}]}}'
    )


def _scores(card: Card) -> dict[str, Any]:
    return {
        "target": card.target,
        "observatory": {
            "algorithm_version": ALGORITHM,
            "score": card.observatory.score,
            "grade": card.observatory.grade,
        },
        "securityheaders": {
            "grade": card.securityheaders.grade,
            "missing": list(card.securityheaders.missing),
            "warnings": list(card.securityheaders.warnings),
        },
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "result": verdict.result,
        "score_modifier": verdict.modifier,
        "pass": verdict.passes,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.name,
        "header": finding.header,
        "subject": finding.subject,
        "message": finding.message,
        "hint": finding.hint,
        "docs": finding.docs,
    }


@lru_cache(maxsize=256)
def _verdict_text(verdict: Verdict) -> str:
    return f"{json.dumps(verdict.test)}: {json.dumps(_verdict(verdict))}"


@lru_cache(maxsize=1024)
def _finding_text(finding: Finding) -> str:
    return json.dumps(_finding(finding))
