"""
What is wrong with a Content-Security-Policy, from any text.

The findings of Google's CSP Evaluator 1.1.8 by its types and severities, in our own words, and
those of our own, whose types start with ``BULWARK_``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from security.policy.grammar import one_of

from . import lint_own, lint_own_syntax, lint_security, lint_strict, lint_syntax
from .finding import Finding, Severity, Type
from .lint_subject import Rule, subject
from .parse import MAX_POLICY, read

__all__ = ["MAX_POLICY", "RULES", "Finding", "List", "Severity", "Type", "lint"]


class List(StrEnum):
    """Rules that are asked together; all but the last are lists of CSP Evaluator."""

    DEFAULT = "default"
    STRICT = "strict"
    REPORTING = "reporting"
    BULWARK = "bulwark"


LISTS: Final = tuple(one.value for one in List)

RULES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        List.DEFAULT: lint_security.RULES + lint_syntax.RULES,
        List.STRICT: lint_strict.STRICT,
        List.REPORTING: lint_strict.REPORTING,
        List.BULWARK: lint_own.RULES + lint_own_syntax.RULES,
    }
)


def lint(
    text: str,
    *,
    level: int = 3,
    lists: Collection[str] = (List.DEFAULT, List.BULWARK),
    endpoints: Iterable[str] | None = None,
) -> tuple[Finding, ...]:
    """
    Return what is found in the text of one policy, the worst first.

    ``level`` is the level of CSP that the browsers in question know: 1, 2 or 3. ``lists`` are
    values of ``List``. ``endpoints`` are the names that the Reporting-Endpoints header declares,
    ``None`` where that is unknown. The time is linear in the text. No text is refused: of one
    beyond ``MAX_POLICY`` characters the length is all that is found.

    Raises ``PolicyError`` for a level or a list that does not exist.
    """
    chosen = [RULES[one_of(name, LISTS)] for name in dict.fromkeys(lists)]
    if len(text) > MAX_POLICY:
        message = (
            f"{len(text):,} characters: no server sends such a header, and none of it was read. "
            f"The limit here is {MAX_POLICY:,}."
        )
        return (Finding(Type.POLICY_TOO_LONG, Severity.HIGH, None, None, message),)
    names = None if endpoints is None else frozenset(endpoints)
    asked = subject(read(text), level, names)
    found = [finding for rules in chosen for rule in rules for finding in rule(asked)]
    found.sort(key=attrgetter("severity"), reverse=True)
    return tuple(found)
