"""All header settings, reduced to dictionaries that a response only has to copy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from security.conf import Dynamic, Misconfigured, conf
from security.policy.caching import CONFIDENTIAL_HEADERS
from security.policy.csp import (
    Compiled,
    ContentSecurityPolicy,
    Directive,
    Edit,
    VerbatimPolicy,
    apply_all,
    delivery,
)
from security.policy.errors import PolicyError
from security.policy.frames import FrameOptions
from security.policy.hsts import StrictTransportSecurity
from security.policy.legacy import P3P

from . import requirements
from .endpoints import resolved
from .routes import DYNAMIC, EDITS, ROLLED_OUT

logger = logging.getLogger("security.csp")

# A header as Django stores it: lower-case name to the name as written, and the value.
Store = dict[str, tuple[str, str]]
Overrides = Mapping[str, Any]

# Settings whose value writes its own header, in the order of sending.
_ENFORCED: Final = (
    "SECURE_CONTENT_TYPE_NOSNIFF",
    "X_FRAME_OPTIONS",
    "SECURE_REFERRER_POLICY",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY",
    "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY",
    "SECURITY_ORIGIN_AGENT_CLUSTER",
    "PERMISSIONS_POLICY",
    "SECURITY_INTEGRITY_POLICY",
    "SECURITY_CACHE_CONTROL",
    "SECURITY_CLEAR_SITE_DATA",
    "SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES",
    "SECURITY_DNS_PREFETCH_CONTROL",
    "XSS_PROTECT",
)
_REPORT_ONLY: Final = (
    "SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY",
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY",
    "PERMISSIONS_POLICY_REPORT_ONLY",
    "SECURITY_INTEGRITY_POLICY_REPORT_ONLY",
)
NOT_MODIFIED: Final = 304  # keeps the headers, and the nonce, of the page it confirms
HSTS: Final = frozenset({"SECURE_HSTS_SECONDS", "SECURITY_HSTS_RAMP"})
_FRAMING: Final = {"deny": "'none'", "sameorigin": "'self'"}

CONFIDENTIAL: Final[Store] = {name.lower(): (name, value) for name, value in CONFIDENTIAL_HEADERS}


class Hole(NamedTuple):
    """A header with a place for the nonce: the text around it."""

    lower: str
    name: str
    parts: tuple[str, ...]


class Rendered(NamedTuple):
    """What one response gets. ``unchanged`` is for a 304: no policy, as it keeps the old."""

    headers: Store
    holes: tuple[Hole, ...]
    unchanged: Store


class Plan(NamedTuple):
    """What responses over plain HTTP and over HTTPS get; what is left to callables."""

    http: Rendered
    https: Rendered
    dynamic: tuple[Dynamic, ...]


class Choice(NamedTuple):
    """Where the values come from: overrides of the view, then row of the preset, then conf."""

    overrides: Overrides
    preset_row: Overrides

    def value(self, name: str) -> Any:
        if name in self.overrides:
            return self.overrides[name]
        if name in self.preset_row and not conf.is_set(name):
            return self.preset_row[name]
        return getattr(conf, name)

    def is_preset(self, name: str) -> bool:
        """Tell whether nobody but a preset had a say in the value."""
        return name not in self.overrides and not conf.is_set(name)


def build(overrides: Overrides, preset_row: Overrides, today: date) -> Plan:
    """Compile the settings, as one view sees them."""
    choice = Choice(overrides, preset_row)
    return Plan(
        _render(choice, today, secure=False),
        _render(choice, today, secure=True),
        overrides.get(DYNAMIC, ()),
    )


def today() -> date:
    """Return the day by which ramps go: UTC, the same for every worker."""
    return datetime.now(UTC).date()


def transport(choice: Choice, day: date) -> StrictTransportSecurity | None:
    """Return the HSTS policy of the day; zero seconds and no ramp send no header."""
    ramp = choice.value("SECURITY_HSTS_RAMP")
    if choice.overrides.keys() & HSTS == {"SECURE_HSTS_SECONDS"}:
        ramp = None  # the view has a number of its own
    subdomains = choice.value("SECURE_HSTS_INCLUDE_SUBDOMAINS")
    preload = choice.value("SECURE_HSTS_PRELOAD")
    if ramp is not None:
        step = ramp.on(day)
        return step and StrictTransportSecurity(step.max_age, subdomains, preload)
    age = choice.value("SECURE_HSTS_SECONDS")
    return StrictTransportSecurity(age, subdomains, preload) if age else None


def framed(policy: Any, options: FrameOptions | None, *, follow: bool) -> Any:
    """
    Make ``frame-ancestors`` say what X-Frame-Options says.

    A browser that knows the directive ignores the header. So the preset's policy follows
    the header (``follow``), and ``allow-from``, which no browser honours any more, is
    added to a policy that has no ``frame-ancestors`` of its own.
    """
    ancestors = None
    if options is not None:
        ancestors = options.ancestors or _FRAMING[options.option.lower()]
    if follow and policy is not None:
        policy = policy.without("frame-ancestors")
    elif options is None or not options.ancestors:
        return policy
    if ancestors is None:
        return policy
    if policy is None:
        return ContentSecurityPolicy((Directive("frame-ancestors", (ancestors,)),))
    if policy.get("frame-ancestors") is not None:
        return policy
    return policy.with_directive("frame-ancestors", (ancestors,))


def compiled(policy: Any, urls: Mapping[str, str], *, secure: bool) -> Compiled | None:
    """
    Compile a policy for one kind of connection, with the endpoints that the response declares.

    One that is sent verbatim stays as it is; any other is sent as ``delivery.deliverable`` says.
    """
    if isinstance(policy, ContentSecurityPolicy):
        return delivery.compiled(delivery.deliverable(policy, urls, secure=secure))
    return None if policy is None else policy.compile()


def _render(choice: Choice, day: date, *, secure: bool) -> Rendered:
    headers: Store = {}
    endpoints = resolved(choice.value("SECURITY_REPORTING_ENDPOINTS"), day)
    urls = dict(endpoints.endpoints) if endpoints else {}

    def send(name: str, value: object) -> None:
        headers[name.lower()] = (name, str(value))

    for setting in _ENFORCED:
        if (value := choice.value(setting)) is not None:
            send(value.name, value)
    for setting in _REPORT_ONLY:
        if (value := choice.value(setting)) is not None:
            send(value.report_only_name, value)
    if conf.P3P_COMPACT_POLICY is not None:
        send(P3P.name, P3P(conf.P3P_COMPACT_POLICY, conf.P3P_POLICY_URL))
    if secure:
        if (hsts := transport(choice, day)) is not None:
            send(hsts.name, hsts)
        if endpoints is not None:
            send(endpoints.name, endpoints)
    unchanged = dict(headers)
    holes = []
    for name, policy in policies(choice):
        if (text := compiled(policy, urls, secure=secure)) is not None:
            send(name, text.unused)
            if text.parts:
                holes.append(Hole(name.lower(), name, text.parts))
    return Rendered(headers, tuple(holes), unchanged)


def policies(choice: Choice) -> tuple[tuple[str, Any], tuple[str, Any]]:
    """
    Return the enforced and the report-only policy, each with the name of its header.

    Raises ``ImproperlyConfigured`` where the settings together make no policy.
    """
    setting = "SECURE_CSP"
    try:
        enforced = framed(
            choice.value(setting),
            choice.value("X_FRAME_OPTIONS"),
            follow=choice.is_preset(setting),
        )
        enforced = _standing(choice, setting, enforced)
        setting = "SECURE_CSP_REPORT_ONLY"
        reported = _standing(choice, setting, choice.value(setting))
    except PolicyError as error:
        raise Misconfigured(setting, error) from error
    edits = choice.overrides.get(EDITS, ())
    return (
        (ContentSecurityPolicy.name, edited(enforced, edits)),
        (ContentSecurityPolicy.report_only_name, edited(reported, edits)),
    )


def _standing(choice: Choice, setting: str, policy: Any) -> Any:
    """Return a policy of the site with what settings and apps add to it."""
    if setting in choice.overrides and not choice.overrides.get(ROLLED_OUT):
        return policy
    return apply_all(policy, conf.derived(requirements.standing))


def edited(policy: Any, edits: tuple[Edit, ...]) -> Any:
    """
    Return a policy as a view or a route wants it changed.

    One that is sent verbatim is read for that. Where the result would be no policy, it stays
    as it was, and the log says why.
    """
    if not edits or policy is None:
        return policy
    try:
        if isinstance(policy, VerbatimPolicy):
            parts = map(ContentSecurityPolicy.parse, str(policy).split(","))
            changed = [part for each in parts if (part := apply_all(each, edits)) is not None]
            return VerbatimPolicy(", ".join(map(str, changed))) if changed else None
        return apply_all(policy, edits)
    except PolicyError as error:
        logger.warning("The policy of the site stays: that of a view %s", error)
        return policy
