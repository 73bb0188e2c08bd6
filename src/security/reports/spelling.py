"""How each kind of report spells its members."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from .report import Kind


@dataclass(frozen=True, slots=True)
class Spelling:
    """
    The names of members in one kind of body.

    Where there are several names for one thing, the first that holds something counts.
    """

    subject: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ("blockedURL",)
    document: str = "documentURL"
    source: str = "sourceFile"
    line: str = "lineNumber"
    column: str = "columnNumber"
    status: str = "statusCode"
    sample: str = "sample"
    policy: str = "originalPolicy"
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = {self.document, self.source, self.line, self.column, self.status, self.sample}
        names |= {self.policy, "referrer", "disposition", "reportOnly"}
        object.__setattr__(self, "known", frozenset(names.union(self.subject, self.blocked)))


LEGACY: Final = Spelling(
    subject=("effective-directive", "violated-directive"),
    blocked=("blocked-uri",),
    document="document-uri",
    source="source-file",
    line="line-number",
    column="column-number",
    status="status-code",
    sample="script-sample",
    policy="original-policy",
)
_PLAIN: Final = Spelling()
_IDENTIFIED: Final = Spelling(subject=("id",))
_PERMISSIONS: Final = Spelling(subject=("policyId", "featureId"), blocked=("srcAttribute",))
_COOP_URLS: Final = (
    "openeeURL",
    "openerURL",
    "initialPopupURL",
    "otherDocumentURL",
    "nextResponseURL",
    "previousResponseURL",
)

SPELLINGS: Final[dict[str, Spelling]] = {
    Kind.CSP: Spelling(subject=("effectiveDirective", "violatedDirective")),
    Kind.CSP_HASH: Spelling(subject=("hash",), blocked=("subresourceURL",)),
    Kind.COOP: Spelling(subject=("type",), blocked=_COOP_URLS, policy="effectivePolicy"),
    Kind.COEP: Spelling(subject=("type",)),
    Kind.PERMISSIONS: _PERMISSIONS,
    Kind.POTENTIAL_PERMISSIONS: _PERMISSIONS,
    Kind.DOCUMENT_POLICY: replace(_PLAIN, subject=("policyId",)),
    Kind.INTEGRITY: Spelling(subject=("destination",)),
    Kind.CONNECTION: Spelling(blocked=("connection",)),
    Kind.DEPRECATION: _IDENTIFIED,
    Kind.INTERVENTION: _IDENTIFIED,
    Kind.CRASH: Spelling(subject=("reason",)),
    Kind.NETWORK: Spelling(subject=("type",), status="status_code"),
}

# Types as sent. The last three are former names, or a name in one engine.
KINDS: Final[dict[str, Kind]] = {kind.value: kind for kind in Kind} | {
    "csp": Kind.CSP,
    "hash-report": Kind.CSP_HASH,
    "feature-policy-violation": Kind.PERMISSIONS,
}


def of(kind: str, body: dict[str, Any]) -> Spelling:
    """Return the spelling of a Reporting API body; one with legacy members is read as such."""
    if kind is Kind.CSP and "effectiveDirective" not in body and "document-uri" in body:
        return LEGACY
    return SPELLINGS.get(kind, _PLAIN)
