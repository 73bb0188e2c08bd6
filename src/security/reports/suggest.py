"""
From reported violations, the smallest change of a policy that lets the legitimate ones through.

Nothing is applied: reports are hints that anybody can send. ``suggest_text`` writes it down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from security.policy.csp.document import ContentSecurityPolicy, Directive
from security.policy.csp.finding import Finding, Severity
from security.policy.csp.lint import lint
from security.policy.csp.match import SCRIPT, BrowserPolicy, read_policies
from security.policy.csp.merge import merge
from security.policy.csp.vocabulary import NONCE
from security.policy.errors import must_be

from .evidence import Evidence, Violation, evidence
from .replay import Outcome, judge
from .suggest_advice import Advice, Verdict, advise

ONCE: Final = "Seen too seldom to be part of a page: {}."
ONE_VISITOR: Final = "Only one visitor's browser asked for it."
SURPLUS: Final = "Beyond the {} sources with the most reports. Decide about those first."
SOMETIMES: Final = "This would not let all of it through: {}."

_SAMPLE_NONCE: Final = "'nonce-c2FtcGxlIG9mIGEgbm9uY2U='"  # what a browser gets for NONCE


@dataclass(frozen=True, slots=True)
class Limits:
    """
    From when on a source is believed.

    ``reports`` and ``visitors`` are the least numbers of each; visitors count only where they
    were counted. At most ``sources`` are added at once, and ``subdomains`` different names are
    needed before one wildcard stands for them. Raises ``PolicyError`` for less than 1.
    """

    reports: int = 2
    visitors: int = 2
    sources: int = 50
    subdomains: int = 5

    def __post_init__(self) -> None:
        for name in ("reports", "visitors", "sources", "subdomains"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise must_be("a whole number, 1 or more", value).within(name)


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Line:
    """
    One piece of advice with all that stands behind it.

    ``warnings`` are what ``lint`` says of a source to add, the worst first.
    """

    verdict: Verdict
    evidence: Evidence
    groups: tuple[Violation, ...]
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    A policy as it is and as it could be, and a line for each source, the most reports first.

    ``warnings`` are findings of ``lint`` that the change as a whole brings about.
    """

    current: ContentSecurityPolicy
    proposed: ContentSecurityPolicy
    lines: tuple[Line, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def rare(self) -> int:
        """How many groups wanted a source that was reported too seldom to be believed."""
        rare = [one for one in self.lines if one.verdict.why == ONCE.format(one.evidence)]
        return sum(len(line.groups) for line in rare)

    def of(self, advice: Advice) -> tuple[Line, ...]:
        """Return the lines of one kind of advice."""
        return tuple(line for line in self.lines if line.verdict.advice is advice)


def suggest(
    current: ContentSecurityPolicy,
    violations: Iterable[Violation],
    *,
    limits: Limits = DEFAULT_LIMITS,
    registrable: Callable[[str], str | None] | None = None,
) -> Suggestion:
    """
    Return advice about open groups of violations of a policy.

    Every source that is added is needed by a group, and lets it through as a browser decides.
    Never added are ``'unsafe-inline'``, ``'unsafe-eval'``, paths and, for scripts, wildcards.
    ``registrable`` returns the registrable domain of a host by the public suffix list, ``None``
    for a public suffix; without it there are no wildcards.

    Raises ``PolicyError`` where the proposed policy would be longer than a header may be.
    """
    policy = _read(current)
    groups: dict[Verdict, list[Violation]] = {}
    for violation in violations:
        groups.setdefault(advise(policy, violation), []).append(violation)
    if registrable is not None:
        groups = _generalised(groups, limits.subdomains, registrable)
    lines = [Line(verdict, evidence(found), tuple(found)) for verdict, found in groups.items()]
    lines = _limited([_believed(line, limits) for line in lines], limits.sources)
    lines = _sufficient(current, _needed(lines))
    proposed = _changed(current, lines)
    fresh = _fresh_findings(current, proposed)
    lines = [replace(line, warnings=_about(line, fresh)) for line in lines]
    said = {finding for line in lines for finding in line.warnings}
    warnings = tuple(finding for finding in fresh if finding not in said)
    lines.sort(key=_place)
    return Suggestion(current, proposed, tuple(lines), warnings)


def _read(policy: ContentSecurityPolicy) -> BrowserPolicy:
    return read_policies(str(policy))[0]


def _place(line: Line) -> tuple[int, int, str, str]:
    verdict = line.verdict
    order = list(Advice).index(verdict.advice)
    return order, -line.evidence.count, verdict.directive, verdict.source


def _changed(current: ContentSecurityPolicy, lines: Iterable[Line]) -> ContentSecurityPolicy:
    """Return the policy with what is to be added, in the order of the sources' names."""
    added: dict[str, list[str]] = {}
    for line in lines:
        if line.verdict.advice is Advice.ADD:
            added.setdefault(line.verdict.directive, []).append(line.verdict.source)
    before = {one.name: one.values for one in current.directives}
    after = merge(before, {name: sorted(sources) for name, sources in sorted(added.items())})
    return ContentSecurityPolicy(tuple(Directive(n, tuple(v)) for n, v in after.items()))


def _believed(line: Line, limits: Limits) -> Line:
    """Take back what too few asked for. The site's own origin needs no witness."""
    if line.verdict.advice is not Advice.ADD or line.verdict.source == "'self'":
        return line
    if line.evidence.visitors is not None and line.evidence.visitors < limits.visitors:
        return _changed_to(line, Advice.LEAVE, ONE_VISITOR)
    if line.evidence.count < limits.reports:
        return _changed_to(line, Advice.LEAVE, ONCE.format(line.evidence))
    return line


def _limited(lines: list[Line], most: int) -> list[Line]:
    """Let the sources with the most reports through, and say so of the others."""
    asked = sorted((one for one in lines if one.verdict.advice is Advice.ADD), key=_place)
    surplus = {line.verdict for line in asked[most:]}
    why = SURPLUS.format(most)
    return [
        _changed_to(one, Advice.UNTOLD, why) if one.verdict in surplus else one for one in lines
    ]


def _needed(lines: list[Line]) -> list[Line]:
    """Put a host that is asked for over http and https into the line of http, which allows both."""
    plain = {
        (one.verdict.directive, one.verdict.source): n
        for n, one in enumerate(lines)
        if one.verdict.advice is Advice.ADD and one.verdict.source.startswith(("http://", "ws://"))
    }
    kept: list[Line | None] = list(lines)
    for n, line in enumerate(lines):
        scheme, _, host = line.verdict.source.partition("s://")
        home = plain.get((line.verdict.directive, f"{scheme}://{host}"))
        if line.verdict.advice is Advice.ADD and home is not None and (first := kept[home]):
            both = (*first.groups, *line.groups)
            kept[home] = Line(first.verdict, evidence(both), both)
            kept[n] = None
    return [line for line in kept if line is not None]


def _sufficient(current: ContentSecurityPolicy, lines: list[Line]) -> list[Line]:
    """Take back what would not help: each added source has to let its groups through."""
    policy = _read(_changed(current, lines))
    return [
        _changed_to(line, Advice.UNTOLD, why) if (why := _still_blocked(policy, line)) else line
        for line in lines
    ]


def _still_blocked(policy: BrowserPolicy, line: Line) -> str:
    """Return what a policy would not let through of a line to add, empty where it lets all."""
    if line.verdict.advice is Advice.ADD:
        for violation in line.groups:
            found = judge((policy,), violation)
            if found.outcome is not Outcome.ALLOWED:
                return SOMETIMES.format(found.why or f"{found.directive} still blocks it")
    return ""


def _changed_to(line: Line, advice: Advice, why: str) -> Line:
    return replace(line, verdict=replace(line.verdict, advice=advice, why=why))


def _generalised(
    groups: Mapping[Verdict, list[Violation]],
    enough: int,
    registrable: Callable[[str], str | None],
) -> dict[Verdict, list[Violation]]:
    """Let one wildcard stand for many names of one registrable domain, scripts excepted."""
    domains: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in groups:
        scheme, _, host = verdict.source.partition("://")
        named = verdict.advice is Advice.ADD and host and ":" not in host
        if named and verdict.directive not in SCRIPT:
            domain = registrable(host)
            if domain is not None and host.endswith(f".{domain}"):
                wildcard = f"{scheme}://*.{domain}"
                domains.setdefault((verdict.directive, wildcard), []).append(verdict)
    result = dict(groups)
    for (directive, wildcard), verdicts in domains.items():
        if len(verdicts) >= enough:
            together = [one for verdict in verdicts for one in result.pop(verdict)]
            why = f"{len(verdicts)} names of this domain were asked for."
            result[Verdict(Advice.ADD, directive, wildcard, why)] = together
    return result


def _fresh_findings(
    current: ContentSecurityPolicy, proposed: ContentSecurityPolicy
) -> tuple[Finding, ...]:
    """Return what ``lint`` says of the proposed policy and does not say of the current one."""
    if proposed == current:
        return ()
    before = {(one.type, one.directive, one.value) for one in _findings(current)}
    return tuple(
        one
        for one in _findings(proposed)
        if one.severity >= Severity.MEDIUM_MAYBE
        and (one.type, one.directive, one.value) not in before
    )


def _findings(policy: ContentSecurityPolicy) -> tuple[Finding, ...]:
    return lint(str(policy).replace(NONCE, _SAMPLE_NONCE))


def _about(line: Line, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    if line.verdict.advice is not Advice.ADD:
        return ()
    mine = (line.verdict.directive, line.verdict.source)
    return tuple(one for one in findings if (one.directive, one.value) == mine)
