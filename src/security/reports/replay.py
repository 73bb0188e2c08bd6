"""Which reported violations a policy would still block: decided as a browser decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from security.policy.csp.match import (
    EVAL,
    INLINE,
    WASM,
    BrowserPolicy,
    Decision,
    Policies,
    Request,
    allows,
    read_policies,
)
from security.policy.csp.match_sources import SourceList, Url
from security.policy.errors import PolicyError

from .evidence import Violation

REMEMBERED: Final = 256  # policies that were violated; a site has a handful
SINK: Final = "trusted-types-sink"
POLICY_NAME: Final = "trusted-types-policy"
DYNAMIC: Final = "'strict-dynamic'"
WORDS: Final = frozenset({INLINE, EVAL, WASM})
_MARKED: Final = frozenset({"script-src-elem", "style-src-elem"})


class Outcome(StrEnum):
    """What a policy would do. ``UNTOLD``: the report does not say enough to know."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Replayed:
    """
    A group of violations under another policy.

    ``directive`` is the one that decides, ``None`` where nothing restricts. ``why`` is the
    source that allows, or what the report does not tell; empty where it is plainly blocked.
    """

    violation: Violation
    outcome: Outcome
    directive: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of groups and of reports, by outcome."""

    groups: dict[Outcome, int]
    reports: dict[Outcome, int]

    def __str__(self) -> str:
        return "; ".join(
            f"{one.value}: {self.groups[one]:,} groups, {self.reports[one]:,} reports"
            for one in Outcome
        )


def replay(policy: str, violations: Iterable[Violation]) -> tuple[Replayed, ...]:
    """
    Tell for each group what the policy, the text of a header, would do, in the given order.

    A group is allowed only where a browser would certainly allow what was blocked. Raises
    ``PolicyError`` for a policy beyond ``parse.MAX_POLICY`` characters.
    """
    policies = read_policies(policy)
    return tuple(judge(policies, one) for one in violations)


def summary(replayed: Iterable[Replayed]) -> Summary:
    """Count what ``replay`` returned."""
    groups, reports = dict.fromkeys(Outcome, 0), dict.fromkeys(Outcome, 0)
    for one in replayed:
        groups[one.outcome] += 1
        reports[one.outcome] += one.violation.count
    return Summary(groups, reports)


def judge(policies: Policies, violation: Violation) -> Replayed:
    """Tell what policies would do with one group."""
    if violation.blocked in {SINK, POLICY_NAME}:
        return _trusted_types(policies, violation)
    asked = request(violation)
    if asked is None:
        return _without_url(policies, violation)
    decision = allows(policies, asked)
    if decision.allowed:
        return _allowed(violation, asked, decision)
    why = _untold(policies, violation, asked)
    outcome = Outcome.UNTOLD if why else Outcome.BLOCKED
    return Replayed(violation, outcome, decision.directive_used, why)


def request(violation: Violation) -> Request | None:
    """Return what the page wanted to do, ``None`` where the browser did not name it."""
    directive = violation.directive
    if directive == "child-src":  # what older browsers say of a frame
        directive = "frame-src"
    if directive == "frame-ancestors":  # browsers name the page itself, not who framed it
        return None
    blocked = violation.blocked
    own = origin(violation.document)
    if blocked in WORDS:
        return Request(directive, blocked, own)
    if blocked == "self":
        return Request(directive, own, own) if own else None
    if blocked in {"", "null"}:
        return None
    return Request(directive, blocked if ":" in blocked else f"{blocked}:", own)


def origin(document: str) -> str | None:
    """Return the origin of a page, ``None`` where it has none of its own."""
    url = Url.parse(document)
    return url.origin if url else None


def _allowed(violation: Violation, asked: Request, decision: Decision) -> Replayed:
    """
    Doubt what is allowed: the policy that blocked it may have allowed that too.

    Then it was something else that was blocked, most often where a redirect led to.
    """
    used, why = decision.directive_used, decision.source or ""
    if used is not None and violation.policy:
        before = _read(violation.policy)
        if before and allows(before, asked).allowed:
            why = "the policy that blocked it allows this too; a redirect may have led elsewhere"
            return Replayed(violation, Outcome.UNTOLD, used, why)
    return Replayed(violation, Outcome.ALLOWED, used, why)


def _untold(policies: Policies, violation: Violation, asked: Request) -> str:
    """Return what would have to be known to tell that it is blocked, empty where it is."""
    lists = _lists(policies, asked.directive)
    before = _lists(_read(violation.policy), asked.directive)
    if why := _unmarked(asked, lists, before):
        return why
    if asked.url in WORDS:
        return ""
    url = Url.parse(asked.url)
    if url is not None and url.host and url.path == b"/":
        anywhere = allows(policies, replace(asked, redirected=True))
        if anywhere.allowed:
            return "only its origin is known, and the policy names paths"
    if asked.self_origin is None and any(map(_depends_on_the_page, lists)):
        return "the origin of its page is not known"
    return ""


def _unmarked(asked: Request, lists: list[SourceList], before: list[SourceList]) -> str:
    """
    Return what an element may have that the policy which blocked it did not ask for.

    What was blocked in spite of a nonce, a hash or ``'strict-dynamic'`` had none of them.
    """
    if asked.url in {EVAL, WASM}:
        return ""
    nonce = any(one.nonces for one in lists) and not any(one.nonces for one in before)
    if nonce and asked.directive in _MARKED:
        return "it runs if it carries the nonce"
    known = {digest for one in before for digest in one.hashes}
    for one in lists:
        block = asked.directive in _MARKED or "'unsafe-hashes'" in one.keywords
        if asked.url == INLINE and block and one.hashes - known:
            return "it runs if its hash is listed"
    dynamic = any(DYNAMIC in one.keywords for one in lists)
    if (
        dynamic
        and asked.directive == "script-src-elem"
        and not any(DYNAMIC in one.keywords for one in before)
    ):
        return "it runs if a script that is allowed loads it"
    return ""


def _depends_on_the_page(sources: SourceList) -> bool:
    return "'self'" in sources.keywords or any(not one.scheme for _, one in sources.sources)


def _lists(policies: Policies, directive: str) -> list[SourceList]:
    return [one.lists[name] for one in policies if (name := one.governing(directive))]


def _without_url(policies: Policies, violation: Violation) -> Replayed:
    names = [name for one in policies if (name := one.governing(violation.directive))]
    if not names:
        return Replayed(violation, Outcome.ALLOWED, None)
    if any(_is_none(one, violation.directive) for one in policies):
        return Replayed(violation, Outcome.BLOCKED, names[0])
    why = "the browser does not name what was blocked"
    return Replayed(violation, Outcome.UNTOLD, names[0], why)


def _is_none(policy: BrowserPolicy, directive: str) -> bool:
    name = policy.governing(directive)
    sources = policy.lists[name] if name else None
    return sources is not None and not sources.sources and sources.keywords <= {"'none'"}


def _trusted_types(policies: Policies, violation: Violation) -> Replayed:
    """Trusted Types section 4: a sink is guarded or not; a policy is created by its name."""
    directive = violation.directive
    # Blocked although its name is listed: there was one of that name already.
    twice = any(_names(one, violation) for one in _read(violation.policy))
    for policy in policies:
        words = policy.words.get(directive)
        if words is None:
            continue
        if violation.blocked == SINK:
            blocked = "'script'" in words
        else:
            blocked = not _names(policy, violation) or (twice and "'allow-duplicates'" not in words)
        if blocked:
            return Replayed(violation, Outcome.BLOCKED, directive)
    return Replayed(violation, Outcome.ALLOWED, None)


def _names(policy: BrowserPolicy, violation: Violation) -> bool:
    words = policy.words.get(violation.directive, ())
    return "*" in words or violation.sample in words


@lru_cache(REMEMBERED)
def _read(policy: str) -> Policies:
    try:
        return read_policies(policy)
    except PolicyError:
        return ()
