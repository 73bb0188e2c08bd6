"""Whether an enforced policy stops a script that was injected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.core.checks import CheckMessage

from security.conf import conf
from security.parsers import csp
from security.policy.csp import NONCE
from security.policy.csp.lint import Finding, Severity, lint
from security.policy.presets import PRESETS

from .installed import DJANGO_CSP, OUR_CSP, OURS, installs
from .message import warning
from .policies import enforced
from .project import is_readable

MOST: Final = 3  # findings that one message names
NONCE_OF_SOMEBODY: Final = "'nonce-MDEyMzQ1Njc4OWFiY2RlZg=='"  # for the lint, 128 bits

LOOSE = warning(
    "{setting} is enforced, and an attacker gets round it. {findings}{more}",
    hint='"bulwark csp lint" says the rest. SECURITY_PRESET = "strict" has a policy to begin with.',
    id="bulwark.W047",
)
ONLY_REPORTED = warning(
    "{setting} is only reported and no policy is enforced: an injected script runs, and is told "
    "of.",
    hint="See what would be blocked with manage.py csp replay, then write {fix}.",
    id="bulwark.W048",
)


def check_loose_policies(**kwargs: Any) -> list[CheckMessage]:
    """Find what the lint finds grave in policies that the project wrote, in the lint's words."""
    return [
        LOOSE.about(
            setting=place,
            findings=" ".join(_said(finding) for finding in grave[:MOST]),
            more=f" And {len(grave) - MOST} more." if len(grave) > MOST else "",
        )
        for place, policy in _policies()
        if (grave := _grave(policy, _known(place)))
    ]


def check_reported_policies(**kwargs: Any) -> list[CheckMessage]:
    """Find policies that never came into force."""
    if not is_readable() or enforced():
        return []
    if installs(OUR_CSP) and conf.CSP_MODE == "report-only":
        return [ONLY_REPORTED.about(setting="CSP_DICT", fix='CSP_MODE = "enforce-and-report-only"')]
    if not conf.SECURE_CSP_REPORT_ONLY or conf.SECURITY_CSP_ROLLOUT is not None:
        return []
    if conf.SECURITY_CSP_CALLABLE is not None or not installs(OURS, DJANGO_CSP):
        return []
    return [
        ONLY_REPORTED.about(
            setting="SECURE_CSP_REPORT_ONLY", fix="SECURE_CSP = SECURE_CSP_REPORT_ONLY"
        )
    ]


def _policies() -> Iterator[tuple[str, Any]]:
    if not is_readable():
        return
    yield from enforced()
    if installs(OURS):
        for route, row in conf.SECURITY_ROUTES.items():
            policy = row.get("SECURE_CSP")
            if policy is not None and not callable(getattr(policy, "call", None)):
                yield f"SECURITY_ROUTES[{route!r}]['SECURE_CSP']", policy


def _known(place: str) -> frozenset[tuple[str, str | None]]:
    """Return what is known of the policy of a preset, and meant."""
    preset = conf.SECURITY_PRESET
    if place != "SECURE_CSP" or preset is None or conf.is_set("SECURE_CSP"):
        return frozenset()
    own = csp(PRESETS[preset]["SECURE_CSP"])
    return frozenset((each.type.value, each.directive) for each in _grave(own, frozenset()))


def _grave(policy: Any, known: frozenset[tuple[str, str | None]]) -> list[Finding]:
    text = str(policy).replace(NONCE, NONCE_OF_SOMEBODY)
    return [
        finding
        for finding in lint(text)
        if finding.severity is Severity.HIGH
        and (finding.type.value, finding.directive) not in known
    ]


def _said(finding: Finding) -> str:
    return f"{finding.directive}: {finding.message}" if finding.directive else finding.message
