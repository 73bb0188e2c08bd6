"""What to do about one group of violations, and why: a table of reasons in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

from security.policy.csp.match import EVAL, INLINE, SCRIPT, WASM, BrowserPolicy
from security.policy.csp.match_sources import Url
from security.policy.csp.merge import FALLBACKS
from security.policy.csp.source import source as checked
from security.policy.errors import PolicyError

from .evidence import Violation
from .replay import DYNAMIC, POLICY_NAME, SINK, Outcome, judge, request


class Advice(StrEnum):
    """What to do; the value is its heading in every output."""

    ADD = "add source"
    MARK = "use a nonce or hash"
    LEAVE = "probably an attack or noise: do not add"
    UNTOLD = "the report does not say enough"
    FIXED = "already fixed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Advice about a source of a directive.

    ``source`` is what a policy would name, for ``MARK`` and where no policy could name it what
    the browser did; ``why`` is one sentence for people.
    """

    advice: Advice
    directive: str
    source: str
    why: str = ""


INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "script-src-elem": "Give the script {% csp_nonce_attr %} or its hash, or make it a file.",
        "script-src-attr": "Replace the on... attribute by addEventListener() in a script.",
        "style-src-elem": "Give the style {% csp_nonce_attr %} or its hash, or make it a file.",
        "style-src-attr": "Replace the style attribute by a class, or set element.style by script.",
    }
)
CALLS_EVAL: Final = (
    "Rewrite what calls eval(), new Function() or a timer with a text; many libraries have a "
    "build for CSP. Allowing it would let an injected text run."
)
TYPED: Final = "Pass the value through a Trusted Types policy, or use textContent in its place."
NEEDS_NONCE: Final = "The policy trusts scripts by nonce: give this one {% csp_nonce_attr %}."
FRAMED: Final = (
    "Browsers do not tell who frames the page. Add a partner that you know; anyone else is "
    "clickjacking."
)
BASE: Final = "An injected <base> moves the page's relative URLs to another server."
PLUGIN: Final = "Browsers run no plug-ins any more; show documents in a frame or by a link."
HINT: Final = "A prefetch that was not made breaks nothing."
PLAIN: Final = "What comes over plain HTTP can be changed on the way. Mend the URL in the page."
ADDRESS: Final = "An IP address is no site; the standard matches none but 127.0.0.1."
MACHINE: Final = "The name means a machine near the visitor, not a site."
FOREIGN: Final = "No page of this site can load this scheme: an extension or an app did."
EXTENSION: Final = "The code that asked for it is an extension of the browser."
UNNAMED: Final = "The browser does not name what was blocked."
WITHDRAWN: Final = "Browsers know this directive no more."
MALFORMED: Final = "No browser writes such a URL, and no policy can name it."
MISPLACED: Final = "Browsers report WebAssembly for the directives of scripts alone."
UNRESTRICTED: Final = "Nothing in the policy restricts it."
FORM: Final = "Make sure that the form is yours: an injected one steals what is typed into it."
COMPILES: Final = "Lets WebAssembly compile, and nothing else run."

# Where a page may well show or play what its own scripts made; elsewhere that would be code.
DATA: Final = frozenset({"font-src", "img-src", "media-src"})
BLOB: Final = DATA | {"connect-src", "worker-src"}
INJECTED: Final = "There, an injected URL of this scheme is code of the attacker's own."

_NETWORK: Final = frozenset({"http", "https", "ws", "wss"})
_SECURE: Final = frozenset({"https", "wss"})
_OWN_LIST: Final = frozenset({"base-uri", "form-action"})


def advise(policy: BrowserPolicy, violation: Violation) -> Verdict:
    """Say what to do about one group, seen for itself: how often it came is not looked at."""
    directive = target(policy, violation.directive)
    found = judge((policy,), violation)
    if found.outcome is Outcome.ALLOWED:
        why = f"Allowed by {found.why}." if found.why else UNRESTRICTED
        return Verdict(Advice.FIXED, directive, violation.blocked, why)
    if violation.noise:
        return Verdict(Advice.LEAVE, directive, violation.blocked, f"Noise: {violation.noise}.")
    if violation.blocked in {INLINE, EVAL, WASM, SINK, POLICY_NAME}:
        return _word(directive, violation)
    if violation.directive == "frame-ancestors":
        return Verdict(Advice.LEAVE, directive, violation.blocked, FRAMED)
    asked = request(violation)
    if asked is None:
        return Verdict(Advice.UNTOLD, directive, violation.blocked, UNNAMED)
    url, own = Url.parse(asked.url), Url.parse(violation.document)
    if url is None:
        return Verdict(Advice.LEAVE, directive, violation.blocked, MALFORMED)
    named = source(url, own)
    if why := _refusal(violation, directive, url, own):
        return Verdict(Advice.LEAVE, directive, named, why)
    if violation.directive in SCRIPT and _by_nonce(policy, violation.directive):
        return Verdict(Advice.MARK, directive, named, NEEDS_NONCE)
    if found.outcome is Outcome.UNTOLD:
        return Verdict(Advice.UNTOLD, directive, named, found.why)
    why = FORM if directive == "form-action" and named != "'self'" else ""
    return Verdict(Advice.ADD, directive, named, why)


def target(policy: BrowserPolicy, directive: str) -> str:
    """
    Return the directive to add to, so that requests of other kinds gain nothing by it.

    That is the violation's own where the policy has it, else the general one of its kind
    (``script-src`` for ``script-src-elem``), never ``default-src`` or ``child-src``.
    """
    if directive == "child-src":
        return "frame-src"
    general = directive.removesuffix("-elem").removesuffix("-attr")
    governing = policy.governing(directive)
    return directive if governing == directive else general


def source(url: Url, own: Url | None) -> str:
    """Return how a policy names where a URL points: never with a path, never a wildcard."""
    if url.origin is None or url.scheme not in _NETWORK:
        return f"{url.scheme}:"
    if own is not None and url[1:3] == own[1:3] and url.scheme in {own.scheme, *_SECURE}:
        return "'self'"
    return url.origin


def _word(directive: str, violation: Violation) -> Verdict:
    if violation.blocked == WASM:
        if violation.directive not in SCRIPT:
            return Verdict(Advice.LEAVE, directive, WASM, MISPLACED)
        return Verdict(Advice.ADD, directive, "'wasm-unsafe-eval'", COMPILES)
    if violation.blocked == EVAL:
        return Verdict(Advice.MARK, directive, EVAL, CALLS_EVAL)
    if violation.blocked in {SINK, POLICY_NAME}:
        return Verdict(Advice.MARK, violation.directive, violation.blocked, TYPED)
    if _scheme(violation.source_file) not in {"", *_NETWORK}:
        return Verdict(Advice.LEAVE, directive, INLINE, EXTENSION)
    why = INSTEAD.get(violation.directive, INSTEAD["script-src-elem"])
    return Verdict(Advice.MARK, violation.directive, INLINE, why)


def _refusal(violation: Violation, directive: str, url: Url, own: Url | None) -> str:
    """Return why a URL should not be allowed, empty where nothing speaks against it."""
    named = source(url, own)
    if violation.directive == "default-src":
        return HINT
    if violation.directive not in FALLBACKS and violation.directive not in _OWN_LIST:
        return WITHDRAWN
    if _scheme(violation.source_file) not in {"", *_NETWORK}:
        return EXTENSION
    if named == "'self'":
        return ""
    if directive == "base-uri":
        return BASE
    if directive == "object-src":
        return PLUGIN
    if url.scheme in {"data", "blob"}:
        return "" if directive in (DATA if url.scheme == "data" else BLOB) else INJECTED
    if url.scheme not in _NETWORK:
        return FOREIGN
    return _unfit(url, own)


def _unfit(url: Url, own: Url | None) -> str:
    """Return why the host of a URL is none that a site names."""
    if "*" in url.host:  # read as a source, it would be a wildcard
        return MALFORMED
    if _is_address(url.host):
        return ADDRESS
    if "." not in url.host or url.host.endswith((".localhost", ".local", ".internal")):
        return MACHINE
    if url.scheme not in _SECURE and (own is None or own.scheme == "https"):
        return PLAIN
    try:
        checked(url.origin)
    except PolicyError:
        return MALFORMED
    return ""


def _by_nonce(policy: BrowserPolicy, directive: str) -> bool:
    name = policy.governing(directive)
    sources = policy.lists[name] if name else None
    return sources is not None and bool(sources.nonces or DYNAMIC in sources.keywords)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _scheme(url: str) -> str:
    """Return the scheme of a URL, or a scheme that stands alone as in reports."""
    head, colon, _ = url.partition(":")
    return head.lower() if colon or head.endswith("extension") else ""
