"""What a rule is asked about: the policy as written, and as browsers of one level apply it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from security.policy.errors import must_be

from .finding import Finding
from .lint_hosts import Place, place
from .parse import SCRIPT, Policy, is_hash, is_nonce

LEVELS: Final = (1, 2, 3)

# Browsers of level 1 and 2 know none of these.
_LEVEL_3: Final = frozenset(
    {
        "manifest-src",
        "report-to",
        "require-trusted-types-for",
        "script-src-attr",
        "script-src-elem",
        "style-src-attr",
        "style-src-elem",
        "trusted-types",
        "worker-src",
    }
)


class Ignored(NamedTuple):
    """A source that has no effect, and what silences it."""

    directive: str
    value: str
    because: str


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What every rule is given.

    ``scripts`` are the directives of ``effective`` that decide about scripts, each once, and
    ``exposed`` those that decide whether foreign code runs: these, object-src and base-uri.
    ``places`` tells where each value of ``effective`` points, ``None`` where no URL can point.
    ``endpoints`` are the names in the Reporting-Endpoints header, ``None`` if it is unknown.
    """

    written: Policy
    effective: Policy
    scripts: tuple[Part, ...]
    exposed: tuple[Part, ...]
    ignored: tuple[Ignored, ...]
    places: Mapping[str, Place | None]
    endpoints: frozenset[str] | None


Part = tuple[str, tuple[str, ...]]  # the name of a directive, and its values
Rule = Callable[[Subject], Iterator[Finding]]


def subject(policy: Policy, level: int, endpoints: frozenset[str] | None) -> Subject:
    """
    Return what the rules are asked about.

    Raises ``PolicyError`` for a level that CSP does not have.
    """
    if level not in LEVELS:
        raise must_be("a level of CSP: 1, 2 or 3", level)
    directives = dict(policy.directives)
    ignored: dict[tuple[str, str], Ignored] = {}
    names = dict.fromkeys(map(policy.governing, SCRIPT))
    for name in names:
        values = policy.values(name)
        silenced = dict(_silenced(values, level))
        if silenced:
            directives[name] = tuple(value for value in values if value not in silenced)
        for value, because in silenced.items():
            if because:
                ignored[name, value] = Ignored(name, value, because)
    if level < 3:
        for name in _LEVEL_3:
            directives.pop(name, None)
        names = dict.fromkeys(map(Policy("", directives).governing, SCRIPT))
    effective = Policy(policy.text, MappingProxyType(directives))
    exposed = dict.fromkeys((*names, effective.governing("object-src"), "base-uri"))
    return Subject(
        written=policy,
        effective=effective,
        scripts=tuple((name, effective.values(name)) for name in names),
        exposed=tuple((name, effective.values(name)) for name in exposed),
        ignored=tuple(ignored.values()),
        places={value: place(value) for value in chain.from_iterable(directives.values())},
        endpoints=endpoints,
    )


def _silenced(values: tuple[str, ...], level: int) -> Iterator[tuple[str, str]]:
    """Yield what has no effect at a level of CSP, and why; without a reason where it is unknown."""
    if any(is_nonce(value) or is_hash(value) for value in values):
        if level == 1:
            yield from ((value, "") for value in values if value.startswith(("'nonce-", "'sha")))
        elif "'unsafe-inline'" in values:
            yield "'unsafe-inline'", "a nonce or a hash"
    if "'strict-dynamic'" in values:
        if level < 3:
            yield "'strict-dynamic'", ""
            return
        for value in values:
            if value[0] != "'" or value in {"'self'", "'unsafe-inline'"}:
                yield value, "'strict-dynamic'"
