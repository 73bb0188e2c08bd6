"""What a browser reports, whichever of the three wire formats it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The report types that we know. https://www.w3.org/TR/reporting-1/ names the API."""

    CSP = "csp-violation"
    CSP_HASH = "csp-hash"
    COOP = "coop"
    COEP = "coep"
    PERMISSIONS = "permissions-policy-violation"
    POTENTIAL_PERMISSIONS = "potential-permissions-policy-violation"
    DOCUMENT_POLICY = "document-policy-violation"
    INTEGRITY = "integrity-violation"
    CONNECTION = "connection-allowlist"
    DEPRECATION = "deprecation"
    INTERVENTION = "intervention"
    CRASH = "crash"
    NETWORK = "network-error"


VIOLATIONS: Final = frozenset(
    {
        Kind.CSP,
        Kind.COOP,
        Kind.COEP,
        Kind.PERMISSIONS,
        Kind.POTENTIAL_PERMISSIONS,
        Kind.DOCUMENT_POLICY,
        Kind.INTEGRITY,
        Kind.CONNECTION,
    }
)


class Disposition(StrEnum):
    """Whether the policy was enforced. WebKit's csp-report does not say."""

    ENFORCE = "enforce"
    REPORT = "report"
    UNKNOWN = ""


class Shape(StrEnum):
    """How the report lay in the body."""

    LEGACY = "csp-report"  # {"csp-report": {...}}, of report-uri
    ARRAY = "reports"  # [{"type": ..., "body": {...}}], of the Reporting API
    SINGLE = "report"  # {"type": ..., "body": {...}}, WebKit's answer to report-to


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    One report, with the members of every kind under the same names.

    A text is "" and a number ``None`` where the browser said nothing. Every text is bounded,
    has no control character and no lone surrogate: any database stores it. A URL carries no
    user name and no password, but still its query, until ``scrub`` takes it off.

    ``kind`` is a ``Kind`` or, for a type that we do not know, its name as sent. ``subject`` is
    what was violated: the effective directive of a CSP, the feature of a Permissions-Policy,
    the destination that Integrity-Policy guards, the hash of a hash report, else the id, type
    or reason in the body. ``blocked`` is what was stopped, as a URL or a keyword; "" says
    that the browser kept it to itself, as Chromium does for a frame of ``data:``.

    ``age`` is in milliseconds, between the event and the sending. ``details`` holds what else
    the body said, in its order.
    """

    kind: str
    shape: Shape
    document: str
    subject: str = ""
    blocked: str = ""
    source: str = ""
    disposition: Disposition = Disposition.UNKNOWN
    line: int | None = None
    column: int | None = None
    status: int | None = None
    sample: str = ""
    referrer: str = ""
    policy: str = ""
    user_agent: str = ""
    age: int = 0
    details: tuple[tuple[str, str], ...] = ()

    @property
    def is_violation(self) -> bool:
        """Hash reports, deprecations, crashes and the like tell of no violated policy."""
        return self.kind in VIOLATIONS

    def detail(self, name: str) -> str:
        """Return one of ``details``, or ""."""
        return next((text for key, text in self.details if key == name), "")


class Refusal(StrEnum):
    """Why a body, or one item of it, was not taken."""

    TOO_LARGE = "too-large"  # the body has too many bytes
    TOO_COMPLEX = "too-complex"  # nested too deeply, or of too many parts
    NOT_JSON = "not-json"
    NOT_A_REPORT = "not-a-report"  # JSON, and neither of the three shapes
    TOO_MANY = "too-many"  # items beyond the limit of one body
    NO_TYPE = "no-type"
    NO_BODY = "no-body"
    NO_DIRECTIVE = "no-directive"  # a CSP violation that names no directive


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body held: reports in their order, and how many items were refused, by reason."""

    reports: tuple[Report, ...]
    refused: Mapping[Refusal, int]
