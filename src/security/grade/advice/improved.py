"""The answer that a site gives once advice is taken, so that it can be graded before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from security.policy.caching import CacheControl
from security.policy.csp import ContentSecurityPolicy
from security.policy.errors import PolicyError
from security.policy.frames import FrameOptions
from security.policy.hsts import StrictTransportSecurity
from security.policy.isolation import (
    CrossOriginEmbedderPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    OriginAgentCluster,
)
from security.policy.legacy import DnsPrefetchControl, PermittedCrossDomainPolicies, XssProtection
from security.policy.nosniff import ContentTypeOptions
from security.policy.permissions import PermissionsPolicy
from security.policy.referrer import ReferrerPolicy

from ..card import grade
from ..exchange import Chain, Exchange, Hop, Reply
from .change import Advice
from .cookie_lines import improved_cookies
from .improved_policy import policy_text
from .markup import Needs, needs
from .outlook import HSTS, Outlook

_TRANSPORT: Final = StrictTransportSecurity.name.lower()
_POLICY: Final = ContentSecurityPolicy.name.lower()
_CREDENTIALS: Final = "access-control-allow-credentials"

# Settings whose value becomes one header, by itself: its name, and what makes it.
_HEADERS: Final[Mapping[str, tuple[str, Callable[[Any], object]]]] = {
    "SECURE_CONTENT_TYPE_NOSNIFF": (
        ContentTypeOptions.name,
        lambda value: ContentTypeOptions() if value else "",
    ),
    "X_FRAME_OPTIONS": (FrameOptions.name, FrameOptions),
    "SECURE_REFERRER_POLICY": (ReferrerPolicy.name, lambda value: ReferrerPolicy(_words(value))),
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": (CrossOriginOpenerPolicy.name, CrossOriginOpenerPolicy),
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": (
        CrossOriginEmbedderPolicy.name,
        CrossOriginEmbedderPolicy,
    ),
    "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY": (
        CrossOriginResourcePolicy.name,
        CrossOriginResourcePolicy,
    ),
    "SECURITY_ORIGIN_AGENT_CLUSTER": (OriginAgentCluster.name, OriginAgentCluster),
    "PERMISSIONS_POLICY": (PermissionsPolicy.name, PermissionsPolicy.from_mapping),
    "SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES": (
        PermittedCrossDomainPolicies.name,
        PermittedCrossDomainPolicies,
    ),
    "SECURITY_DNS_PREFETCH_CONTROL": (DnsPrefetchControl.name, DnsPrefetchControl),
    "XSS_PROTECT": (XssProtection.name, XssProtection),
}


def improved(exchange: Exchange, advice: Advice) -> Exchange:
    """
    Return the exchange with the headers that the changes would send.

    Each text is made by the policy that makes it in the middleware. What no setting of the
    project explains, a view or a server before Django sends, and that stays.
    """
    reply = exchange.response
    assigned = advice.assigned
    if reply is None or not advice.changes:
        return exchange
    outlook = Outlook(advice, reply)
    page = needs(reply.body, exchange.host)
    headers = dict(_sent(outlook, page, exchange.is_secure))
    kept = [(name, value) for name, value in reply.headers if name.lower() not in headers]
    lines = (*kept, *(pair for pair in headers.values() if pair is not None))
    body = "" if assigned.get("DEBUG") is False and reply.status >= 400 else reply.body
    changed = improved_cookies(lines, assigned, outlook.installed)
    preflight = exchange.preflight
    if assigned.get("CORS_ALLOW_CREDENTIALS") is False:
        changed = _without(changed, _CREDENTIALS)
        if preflight is not None:
            preflight = replace(preflight, headers=_without(preflight.headers, _CREDENTIALS))
    earlier = improved_cookies(
        [("Set-Cookie", line) for line in exchange.earlier_cookies], assigned, outlook.installed
    )
    return replace(
        exchange,
        response=Reply(reply.status, changed, body),
        preflight=preflight,
        http=_redirected(exchange, reply) if assigned.get("SECURE_SSL_REDIRECT") else exchange.http,
        earlier_cookies=tuple(value for _, value in earlier),
    )


def forecast(exchange: Exchange, advice: Advice) -> str:
    """Return the grade and the score before and after, as ``B 75 -> A+ 125``."""
    marks = []
    for one in (exchange, improved(exchange, advice)):
        seen = grade(one).observatory
        marks.append("not graded" if seen.grade is None else f"{seen.grade} {seen.score}")
    return " -> ".join(marks)


def _sent(
    outlook: Outlook, page: Needs, is_secure: bool
) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Yield each header that changes: its lower-case name, and the line or ``None`` for none."""
    for setting, (name, make) in _HEADERS.items():
        if not outlook.is_new(setting, name.lower()):
            continue
        value = outlook.value(setting)
        with suppress(PolicyError, TypeError):  # of the project's own values: no start with them
            text = "" if value is None else str(make(value))
            yield name.lower(), (name, text) if text else None
    if is_secure and any(outlook.is_new(setting, _TRANSPORT) for setting in HSTS):
        with suppress(PolicyError):
            yield _TRANSPORT, _transport(outlook)
    policy = policy_text(outlook, page)
    if policy is not None:
        yield _POLICY, (ContentSecurityPolicy.name, policy)
    caching = _caching(outlook, has_nonce=policy is not None and "'nonce-" in policy)
    if caching is not None:
        yield CacheControl.name.lower(), (CacheControl.name, caching)


def _words(value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    return tuple(word.strip() for word in words)


def _caching(outlook: Outlook, *, has_nonce: bool) -> str | None:
    """Return what is said to caches if that changes: a page with a nonce is for one visitor."""
    name = CacheControl.name.lower()
    before = outlook.reply.value(name)
    said = before.split(",") if before else []
    if not said and outlook.is_new("SECURITY_CACHE_CONTROL", name):
        said = list(outlook.value("SECURITY_CACHE_CONTROL") or ())
    words = [word.strip() for word in said if word.strip()]
    if has_nonce and not {"private", "no-store"} & {word.lower() for word in words}:
        words = [*(word for word in words if word.lower() != "public"), "private"]
    text = ", ".join(words)
    return text if text and text != before else None


def _transport(outlook: Outlook) -> tuple[str, str] | None:
    """Return the header with what it said before, where no setting says otherwise."""
    before = StrictTransportSecurity(0)
    with suppress(PolicyError):
        before = StrictTransportSecurity.parse(next(iter(outlook.reply.lines(_TRANSPORT)), ""))
    age, subdomains, preload = map(outlook.value, HSTS)
    after = StrictTransportSecurity(
        before.max_age if age is None else age,
        before.include_subdomains if subdomains is None else subdomains,
        before.preload if preload is None else preload,
    )
    return (after.name, str(after)) if after.max_age else None


def _redirected(exchange: Exchange, reply: Reply) -> Chain | None:
    chain = exchange.http
    if chain is None or not chain.hops or not exchange.is_secure:
        return chain
    first = chain.hops[0].url
    hops = (Hop(first, 301), Hop(f"https:{first.partition(':')[2]}", reply.status))
    return replace(chain, hops=hops)


def _without(lines: tuple[tuple[str, str], ...], name: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in lines if key.lower() != name)
