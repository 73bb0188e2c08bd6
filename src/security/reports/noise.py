"""Which reports say nothing about the site: a verdict by versioned rules, never a deletion."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final, Self

from security.policy.errors import PolicyError, must_be

from . import addresses
from .noise_rule import Rule, View
from .report import VIOLATIONS, Kind, Report

_KINDS: Final = frozenset(Kind)


class Verdict(StrEnum):
    """What a report is worth to the people who run the site."""

    KEPT = "kept"  # something to look at
    OWN = "own"  # what was stopped came from the page's own host: the policy is too narrow
    NOISE = "noise"  # an extension, an app or a program on the visitor's machine
    DEFECT = "defect"  # a browser reports what it should not
    UNKNOWN = "unknown"  # says too little, or is of a type that we do not know


# Verdicts that say nothing about the site. In a group they give way to any other.
QUIET: Final = frozenset({Verdict.NOISE.value, Verdict.DEFECT.value})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the id of the rule that gave it ("" for none) and the pack's version."""

    verdict: Verdict
    rule: str
    pack: str

    @property
    def is_quiet(self) -> bool:
        return self.verdict in QUIET


@dataclass(frozen=True)
class Pack:
    """
    Rules in their order: the first that fits decides. Compiled once, when the pack is made.

    To judge a report takes a few look-ups, and one search through its sample.
    """

    version: str
    rules: tuple[Rule, ...]
    _index: dict[tuple[str, str], tuple[int, ...]] = field(init=False, repr=False, compare=False)
    _globs: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _samples: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _searched: tuple[tuple[int, ...], tuple[int, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        index: dict[tuple[str, str], list[int]] = {}
        for number, rule in enumerate(self.rules):
            for anchor in rule.anchors():
                index.setdefault(anchor, []).append(number)
        globs = [rule.glob for rule in self.rules if rule.glob]
        samples = [rule.sample for rule in self.rules if rule.sample]
        numbers = range(len(self.rules))
        values: dict[str, object] = {
            "_index": {anchor: tuple(found) for anchor, found in index.items()},
            "_globs": re.compile("|".join(globs) or r"(?!)"),
            "_samples": re.compile("|".join(samples) or r"(?!)"),
            "_searched": (
                tuple(n for n in numbers if self.rules[n].glob),
                tuple(n for n in numbers if self.rules[n].sample),
            ),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def load(cls, text: str) -> Self:
        """Read a pack of rules in TOML. Raises ``PolicyError`` that names the rule."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"must be TOML ({error}).") from error
        version, tables = data.get("version"), data.get("rule")
        if not isinstance(version, str) or not version:
            raise must_be("given a version, such as '2026.11.20'", version)
        if not isinstance(tables, list):
            raise must_be("a list of rules", tables)
        rules: dict[str, Rule] = {}
        for number, table in enumerate(tables):
            rule = Rule.load(table, number)
            if rule.id in rules:
                raise must_be("given an id of its own", rule.id).within("rule", number)
            rules[rule.id] = rule
        return cls(version, tuple(rules.values()))

    def without(self, ids: Iterable[str]) -> Pack:
        """Return the pack without some rules, under a version of its own, 9 characters longer."""
        left_out = frozenset(ids)
        for unknown in sorted(left_out - {rule.id for rule in self.rules}):
            raise must_be("the id of a rule in the pack", unknown)
        if not left_out:
            return self
        rules = tuple(rule for rule in self.rules if rule.id not in left_out)
        mark = blake2b(" ".join(sorted(left_out)).encode(), digest_size=4).hexdigest()
        return replace(self, version=f"{self.version}-{mark}", rules=rules)

    def judge(self, report: Report) -> Judgement:
        """Return the verdict on a report, scrubbed or not: both get the same."""
        view = View.of(report)
        for number in sorted(self._candidates(view)):
            rule = self.rules[number]
            if rule.fits(view):
                verdict = Verdict.DEFECT if rule.is_defect else Verdict.NOISE
                return Judgement(verdict, rule.id, self.version)
        return Judgement(_unruled(view), "", self.version)

    def _candidates(self, view: View) -> set[int]:
        found: set[int] = set()
        for anchor in view.anchors():
            found.update(self._index.get(anchor, ()))
        for place in (view.blocked, view.source):
            if place.host and self._globs.fullmatch(place.host):
                found.update(self._searched[0])
        if view.report.sample and self._samples.search(view.report.sample):
            found.update(self._searched[1])
        return found


@cache
def builtin() -> Pack:
    """Return the rules that come with the package."""
    return Pack.load(files(__package__).joinpath("noise_rules.toml").read_text("utf-8"))


def _unruled(view: View) -> Verdict:
    report = view.report
    if report.kind not in _KINDS:
        return Verdict.UNKNOWN
    told = report.blocked or report.source or report.subject == "frame-ancestors"
    if report.kind == Kind.CSP and not told:
        return Verdict.UNKNOWN
    document = addresses.read(report.document)
    host = view.blocked.host
    own = bool(host) and document is not None and host == document.host
    if report.kind in VIOLATIONS and (own or report.blocked == "self"):
        return Verdict.OWN
    return Verdict.KEPT
