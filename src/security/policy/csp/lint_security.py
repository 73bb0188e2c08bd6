"""Rules of CSP Evaluator about what lets foreign code run. Each asks the policy in effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .bypass import ANGULAR, FLASH, JSONP, JSONP_NEEDS_EVAL
from .finding import Finding, Severity, Type
from .lint_hosts import NOWHERE, Place, by_suffix, known, without_scheme
from .lint_subject import Rule, Subject
from .parse import is_hash, is_nonce, is_scheme

_SCHEMES: Final = frozenset({"data:", "http:", "https:"})
_FLASH_TYPE: Final = "application/x-shockwave-flash"
_ANGULAR: Final = by_suffix(ANGULAR)
_FLASH: Final = by_suffix(FLASH)
_JSONP: Final = by_suffix(JSONP)


def ignored(subject: Subject) -> Iterator[Finding]:
    """NONE: ``script-src 'nonce-bm9uY2Vub25jZQ' 'unsafe-inline'``"""
    for name, value, because in subject.ignored:
        message = (
            f"Browsers ignore {value} beside {because}. Keep it only for the sake of older ones."
        )
        yield Finding(Type.IGNORED, Severity.NONE, name, value, message)


def unsafe_inline(subject: Subject) -> Iterator[Finding]:
    """HIGH: ``script-src 'unsafe-inline'``"""
    for name, values in subject.scripts:
        if "'unsafe-inline'" in values:
            yield Finding(
                Type.SCRIPT_UNSAFE_INLINE,
                Severity.HIGH,
                name,
                "'unsafe-inline'",
                "Every inline script and event handler runs, an injected one too. "
                "Give your own scripts a nonce or a hash, and take this out.",
            )


def unsafe_hashes(subject: Subject) -> Iterator[Finding]:
    """MEDIUM_MAYBE: ``script-src 'unsafe-hashes'``"""
    for name, values in subject.scripts:
        if "'unsafe-hashes'" in values:
            yield Finding(
                Type.SCRIPT_UNSAFE_HASHES,
                Severity.MEDIUM_MAYBE,
                name,
                "'unsafe-hashes'",
                "An injected attribute may reuse any code whose hash is listed. "
                "Move event handlers to a script file, and take this out.",
            )


def unsafe_eval(subject: Subject) -> Iterator[Finding]:
    """MEDIUM_MAYBE: ``script-src 'unsafe-eval'``"""
    for name, values in subject.scripts:
        if "'unsafe-eval'" in values:
            yield Finding(
                Type.SCRIPT_UNSAFE_EVAL,
                Severity.MEDIUM_MAYBE,
                name,
                "'unsafe-eval'",
                "Text that reaches eval() runs as code. Find which script needs it; "
                "for WebAssembly alone 'wasm-unsafe-eval' is enough.",
            )


def plain_schemes(subject: Subject) -> Iterator[Finding]:
    """HIGH: ``script-src https:``"""
    for name, values in subject.exposed:
        for value in values:
            if value in _SCHEMES:
                what = (
                    "An injected data: URL is a script of the attacker's own."
                    if value == "data:"
                    else f"Any server in the world may serve what {name} loads."
                )
                message = f"{what} Name the hosts that you need, or use a nonce."
                yield Finding(Type.PLAIN_URL_SCHEMES, Severity.HIGH, name, value, message)


def plain_wildcard(subject: Subject) -> Iterator[Finding]:
    """HIGH: ``script-src *``"""
    for name, values in subject.exposed:
        for value in values:
            if value[-1] == "*" and without_scheme(value) == "*":
                message = (
                    f"Any server in the world may serve what {name} loads. "
                    "Name the hosts that you need, or use a nonce."
                )
                yield Finding(Type.PLAIN_WILDCARD, Severity.HIGH, name, value, message)


def missing_directives(subject: Subject) -> Iterator[Finding]:
    """HIGH: ``img-src 'self'``"""
    policy = subject.effective
    if not policy.values(policy.governing("object-src")):
        yield _missing(
            "object-src", "An injected plug-in can run scripts. Add \"object-src 'none'\"."
        )
    if policy.governing("script-src") not in policy.directives:
        yield _missing(
            "script-src", "Scripts may come from anywhere. Add script-src, or default-src."
        )
    if "base-uri" not in policy.directives and _trusts_relative_urls(subject):
        yield _missing(
            "base-uri",
            "An injected <base> element moves your relative script URLs to a server of the "
            "attacker. Add \"base-uri 'none'\", or 'self'.",
        )


def script_allowlist(subject: Subject) -> Iterator[Finding]:
    """HIGH: ``script-src https://cdnjs.cloudflare.com``"""
    policy = subject.effective
    for name in dict.fromkeys(map(policy.governing, ("script-src", "script-src-elem"))):
        values = policy.values(name)
        if "'none'" in values:
            continue
        evaluates = "'unsafe-eval'" in values
        for value in values:
            if value == "'self'":
                message = (
                    "Enough only if your own host serves no JSONP, no AngularJS and no uploads "
                    "as scripts. A nonce with 'strict-dynamic' needs no list."
                )
                yield _allowlist(Severity.MEDIUM_MAYBE, name, value, message)
            elif value[0] != "'" and "." in value and not is_scheme(value):
                yield from _allowed_host(subject, name, value, evaluates)


def object_allowlist(subject: Subject) -> Iterator[Finding]:
    """MEDIUM_MAYBE: ``object-src plugins.example.com``"""
    policy = subject.effective
    name = policy.governing("object-src")
    values = policy.values(name)
    types = policy.directives.get("plugin-types")
    if "'none'" in values or (types is not None and _FLASH_TYPE not in types):
        return
    for value in values:
        host = known(subject.places[value] or NOWHERE, FLASH, _FLASH)
        if host is None and name != "object-src":
            continue
        message = "Browsers run no plug-ins any more. Write \"object-src 'none'\"."
        if host:
            message = f"{host} serves Flash files that load any script. {message}"
        severity = Severity.HIGH if host else Severity.MEDIUM_MAYBE
        yield Finding(Type.OBJECT_ALLOWLIST_BYPASS, severity, name, value, message)


def ip_source(subject: Subject) -> Iterator[Finding]:
    """INFO: ``img-src 192.0.2.1``"""
    for name, values in subject.effective.directives.items():
        for value in values:
            place = subject.places[value]
            if place is None or not place.address:
                continue
            message = (
                "This is the visitor's own machine. Take it out before you go live."
                if place.host == "127.0.0.1"
                else "The standard matches no IP address but 127.0.0.1. Write a host name."
            )
            yield Finding(Type.IP_SOURCE, Severity.INFO, name, value, message)


def nonce_form(subject: Subject) -> Iterator[Finding]:
    """MEDIUM: ``script-src 'nonce-abc'``"""
    for name, values in subject.effective.directives.items():
        for value in values:
            if not (value.startswith("'nonce-") and value[-1] == "'" and len(value) > 8):
                continue
            if len(value) < len("'nonce-'") + 8:
                message = (
                    "So short a nonce can be guessed. Make at least 16 random bytes for each "
                    "response; ours does."
                )
                yield Finding(Type.NONCE_LENGTH, Severity.MEDIUM, name, value, message)
            if not is_nonce(value):
                message = "Browsers ignore this nonce: write only the characters of base64."
                yield Finding(Type.NONCE_CHARSET, Severity.INFO, name, value, message)


def plain_http(subject: Subject) -> Iterator[Finding]:
    """MEDIUM: ``img-src http://example.com``"""
    for name, values in subject.effective.directives.items():
        for value in values:
            if value.startswith("http://"):
                message = (
                    "Reports travel in clear text. Use https://."
                    if name == "report-uri"
                    else "What comes over plain HTTP can be changed on the way. Use https://."
                )
                yield Finding(Type.SRC_HTTP, Severity.MEDIUM, name, value, message)


def _missing(name: str, message: str) -> Finding:
    return Finding(Type.MISSING_DIRECTIVES, Severity.HIGH, name, None, message)


def _trusts_relative_urls(subject: Subject) -> bool:
    values = subject.effective.values(subject.effective.governing("script-src"))
    return any(map(is_nonce, values)) or (
        "'strict-dynamic'" in values and any(map(is_hash, values))
    )


def _allowed_host(subject: Subject, name: str, value: str, evaluates: bool) -> Iterator[Finding]:
    place = subject.places[value]
    if place is None:
        return  # browsers ignore it, and another rule says so
    if what := _bypass(place, evaluates):
        message = (
            f"{what}, with which an attacker runs any script. "
            "Use a nonce with 'strict-dynamic', or serve the file yourself."
        )
        yield _allowlist(Severity.HIGH, name, value, message)
    else:
        message = (
            "We know no way around this host. Make sure that it serves no JSONP and no "
            "AngularJS, or use a nonce with 'strict-dynamic'."
        )
        yield _allowlist(Severity.MEDIUM_MAYBE, name, value, message)


def _bypass(place: Place, evaluates: bool) -> str | None:
    """Say what a host serves that makes an allow-list useless."""
    angular = known(place, ANGULAR, _ANGULAR)
    jsonp = known(place, JSONP, _JSONP)
    if jsonp in JSONP_NEEDS_EVAL and not evaluates:
        jsonp = None
    if jsonp and angular:
        return f"{jsonp} answers JSONP and {angular} serves AngularJS"
    if jsonp:
        return f"{jsonp} answers JSONP"
    return f"{angular} serves AngularJS" if angular else None


def _allowlist(severity: Severity, name: str, value: str, message: str) -> Finding:
    return Finding(Type.SCRIPT_ALLOWLIST_BYPASS, severity, name, value, message)


RULES: Final[tuple[Rule, ...]] = (
    ignored,
    unsafe_inline,
    unsafe_hashes,
    unsafe_eval,
    plain_schemes,
    plain_wildcard,
    missing_directives,
    script_allowlist,
    object_allowlist,
    ip_source,
    nonce_form,
    plain_http,
)
