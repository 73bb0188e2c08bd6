"""
Cards as SARIF 2.1.0, which code scanning of GitHub and other tools read.

One result for each failed test of the Observatory and for each finding. A target that could not
be graded is a notification. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, TextIO
from urllib.parse import quote

from security import __version__

from ..card import Card
from ..finding import Severity
from ..observatory import Verdict
from ..observatory_scores import ALGORITHM
from ..snapshot import steady
from .locations import Locate, Location, in_settings, place
from .text import printable

DISTRIBUTION: Final = "django-bulwark"
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
MAX_RESULTS: Final = 25_000  # of a run; GitHub refuses a file with more
MAX_NOTES: Final = 100  # targets that could not be graded and are named

_HEADERS: Final = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers"
_GUIDES: Final = (
    "https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides"
)
_SCORING: Final = "https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring"
_LEVELS: Final = {
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# From 0 to 10, as of CVSS; GitHub calls 7 and more high, 4 and more medium.
_RISKS: Final = {
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.1",
}


class _Result(NamedTuple):
    """What a result and its rule are made of."""

    rule: str
    severity: Severity
    header: str
    subject: str
    message: str
    hint: str
    help_uri: str
    docs: str


def write(
    cards: Iterable[Card],
    out: TextIO,
    *,
    settings_file: str | os.PathLike[str] | None = None,
    locate: Locate | None = None,
) -> None:
    """
    Write one run with the results of all cards, each as soon as its card is there.

    With a settings file, results point at the setting that makes the header; ``locate`` finds a
    place in its stead. Else they point at the target. Raises as ``settings_lines`` does.
    """
    if locate is None and settings_file is not None:
        locate = in_settings(settings_file)
    out.write(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{"results": [')
    run = _Run(locate)
    before = "\n"
    for card in cards:
        for result in run.results(card):
            out.write(f"{before}{json.dumps(result)}")
            before = ",\n"
    rest = {
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not run.refused, **run.notifications()}],
        "tool": {"driver": run.driver()},
    }
    out.write(f"\n], {json.dumps(rest)[1:]}]}}\n")


class _Run:
    """What of all cards stands at the end of the file."""

    def __init__(self, locate: Locate | None) -> None:
        self.locate = locate
        self.rules: dict[str, tuple[int, _Result]] = {}
        self.refused = self.written = self.left_out = 0
        self.notes: list[str] = []
        self.seen: dict[str, int] = {}

    def results(self, card: Card) -> Iterator[dict[str, Any]]:
        if card.observatory.error is not None:
            self.refused += 1
            if self.refused <= MAX_NOTES:
                self.notes.append(printable(f"{card.target}: {card.observatory.error}"))
        for one in _results(card):
            if self.written == MAX_RESULTS:
                self.left_out += 1
                continue
            self.written += 1
            yield self._result(card.target, one)

    def _result(self, target: str, one: _Result) -> dict[str, Any]:
        index, _ = self.rules.setdefault(one.rule, (len(self.rules), one))
        about = f" ({one.subject})" if one.subject else ""
        named = f"{one.header}{about}: " if one.header or about else ""
        text = f"{target}: {named}{one.message} {one.hint}".rstrip()
        return {
            "ruleId": one.rule,
            "ruleIndex": index,
            "level": _LEVELS[one.severity],
            "message": {"text": printable(text)},
            "locations": [self._location(target, one)],
            "partialFingerprints": self._fingerprints(target, one),
        }

    def _location(self, target: str, one: _Result) -> dict[str, Any]:
        name = one.header if not one.rule.startswith("observatory.") else one.rule[12:]
        found = self.locate and place(self.locate, name, one.hint)
        uri, line = found or Location(_address(target), 1)
        return {
            "physicalLocation": {
                "artifactLocation": {"uri": uri},
                "region": {"startLine": line},
            },
            "logicalLocations": [{"fullyQualifiedName": printable(target), "kind": "resource"}],
        }

    def _fingerprints(self, target: str, one: _Result) -> dict[str, str]:
        """Tell the same fault by the same name, wherever in the settings it stands."""
        parts = (one.rule, target, one.header, steady(one.subject))
        data = "\0".join(parts).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(data).hexdigest()[:32]
        count = self.seen[digest] = self.seen.get(digest, 0) + 1
        # GitHub reads the first; the other is for tools that compare by any.
        return {"primaryLocationLineHash": f"{digest}:{count}", "bulwarkGrade/v1": digest}

    def driver(self) -> dict[str, Any]:
        return {
            "name": DISTRIBUTION,
            "version": __version__,
            "rules": [_rule(one) for _, one in self.rules.values()],
            "properties": {"observatoryAlgorithm": ALGORITHM},
        }

    def notifications(self) -> dict[str, Any]:
        found = [{"level": "error", "message": {"text": text}} for text in self.notes]
        if self.refused > MAX_NOTES:
            text = f"{self.refused - MAX_NOTES:,} more could not be graded."
            found.append({"level": "error", "message": {"text": text}})
        if self.left_out:
            text = f"{self.left_out:,} results beyond {MAX_RESULTS:,} are left out."
            found.append({"level": "warning", "message": {"text": text}})
        return {"toolExecutionNotifications": found} if found else {}


def _results(card: Card) -> Iterator[_Result]:
    for verdict in card.observatory.verdicts:
        if not verdict.passes:
            yield _failed(verdict)
    for one in card.findings:
        yield _Result(
            rule=one.id,
            severity=one.severity,
            header=one.header,
            subject=one.subject or "",
            message=one.message,
            hint=one.hint,
            help_uri=_help(one.id, one.header),
            docs=one.docs,
        )


def _failed(verdict: Verdict) -> _Result:
    return _Result(
        rule=f"observatory.{verdict.test}",
        severity=Severity.HIGH if verdict.modifier <= -20 else Severity.MEDIUM,
        header="",
        subject="",
        message=f"MDN HTTP Observatory says {verdict.result} ({verdict.modifier:+} points).",
        hint="",
        help_uri=_SCORING,
        docs="grade.md",
    )


def _help(name: str, header: str) -> str:
    if header:
        return f"{_HEADERS}/{header}"
    return f"{_GUIDES}/TLS" if name.startswith("transport.") else _GUIDES


def _rule(one: _Result) -> dict[str, Any]:
    page = f"docs/{one.docs.partition('#')[0]} of django-bulwark has more."
    is_test = one.rule.startswith("observatory.")
    what = f"The test {one.rule[12:]} of MDN HTTP Observatory fails." if is_test else one.message
    hint = printable(one.hint)
    return {
        "id": one.rule,
        "shortDescription": {"text": printable(what)},
        "fullDescription": {"text": printable(what)},
        "help": {"text": f"{hint} {page}".lstrip()},
        "helpUri": one.help_uri,
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
        "properties": {"tags": ["security"], "security-severity": _RISKS[one.severity]},
    }


def _address(target: str) -> str:
    """Return the URL of a target, which may be a host alone, with nothing that no URL has."""
    url = target if target.startswith(("http://", "https://")) else f"https://{target}/"
    return quote(url, safe="%:/?#[]@!$&'()*+,;=~", errors="replace")
