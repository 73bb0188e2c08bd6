"""
What a Content-Security-Policy allows, decided as a browser decides it.

CSP Level 3, https://www.w3.org/TR/CSP3/ sections 4.1, 6.7 and 6.8. ``match_sources`` names
where Chromium departs from it; every rule here is compared with Chromium by the tests.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from security.policy.grammar import bounded

from .match_sources import SourceList, Url, read_hash
from .merge import FALLBACKS
from .parse import MAX_POLICY
from .vocabulary import DIRECTIVES, HASH_ALGORITHMS, Kind

INLINE: Final = "inline"  # how reports name what has no URL
EVAL: Final = "eval"
WASM: Final = "wasm-eval"

SCRIPT: Final = frozenset({"script-src", "script-src-attr", "script-src-elem"})
_ELEMENTS: Final = frozenset({"script-src-elem", "style-src-elem"})
_HINTS: Final = frozenset({"default-src", "prefetch-src"})
_LISTS: Final = frozenset(name for name, kind in DIRECTIVES.items() if kind is Kind.SOURCES)
_FETCH: Final = frozenset({"default-src", *FALLBACKS} - {"prefetch-src"})
_ASCII_BLANKS: Final = "\t\n\f\r "


@dataclass(frozen=True, slots=True)
class BrowserPolicy:
    """What a browser keeps of one policy: of each directive the first, and its source list."""

    lists: Mapping[str, SourceList]
    words: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)

    def governing(self, directive: str) -> str | None:
        """
        Return the directive that decides: itself, or what it falls back to (section 6.8.3).

        ``None`` where nothing restricts it.
        """
        for name in (directive, *FALLBACKS.get(directive, ())):
            if name in self.lists:
                return name
        return None


Policies = tuple[BrowserPolicy, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One thing that a page wants to do.

    ``directive`` is the effective one: ``script-src-elem`` for a script or an inline block,
    ``script-src-attr`` for an event handler, ``script-src`` for ``eval``, ``default-src`` for a
    prefetch. ``url`` is a URL as browsers write it, ``javascript:`` for the navigation to one,
    or ``inline``, ``eval`` and ``wasm-eval`` as in reports; for ``frame-ancestors`` the origin
    of an ancestor. ``self_origin`` is the page's origin or URL, ``None`` if it is opaque.

    ``hashes`` are, of an inline block, those of its text, of a navigation those of the whole
    ``javascript:`` URL (one has to be listed) and, of a script with a URL, those of its
    ``integrity`` (all have to be). ``redirected`` tells that ``url`` was reached through
    another one.
    """

    directive: str
    url: str
    self_origin: str | None
    nonce: str | None = None
    hashes: tuple[str, ...] = ()
    parser_inserted: bool = True
    redirected: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Whether it may happen, which directive decided, and which of its sources allowed it.

    Without a ``directive_used`` nothing restricts the request.
    """

    allowed: bool
    directive_used: str | None = None
    source: str | None = None


UNRESTRICTED: Final = Decision(True)


def read_policies(header: str) -> Policies:
    """
    Read a header value as a browser does: it may hold several policies, split at commas.

    Raises ``PolicyError`` beyond ``MAX_POLICY`` characters, and for nothing else.
    """
    texts = bounded(header, MAX_POLICY).split(",")
    return tuple(policy for text in texts if (policy := _read(text)).words)


def allows(policies: str | Policies, request: Request) -> Decision:
    """
    Decide about one request: all policies of a header have to allow it.

    Returns what the first one that blocks decided. Takes time linear in both. Never raises,
    but for a text as ``read_policies`` does.
    """
    decision = UNRESTRICTED
    for policy in read_policies(policies) if isinstance(policies, str) else policies:
        decision = _decide(policy, request)
        if not decision.allowed:
            return decision
    return decision


def hashes_of(text: str) -> tuple[str, ...]:
    """Return the hashes under which a source list can name an inline block."""
    data = text.encode(errors="replace")
    return tuple(
        f"{name}-{b64encode(hashlib.new(name, data).digest()).decode()}" for name in HASH_ALGORITHMS
    )


def _read(text: str) -> BrowserPolicy:
    words: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        token = part.strip(_ASCII_BLANKS)
        if token and token.isascii():
            name, *values = _split(token)
            words.setdefault(name.lower(), tuple(values))
    lists = {name: SourceList.parse(words[name]) for name in words if name in _LISTS}
    return BrowserPolicy(MappingProxyType(lists), MappingProxyType(words))


def _split(token: str) -> list[str]:
    """Split at ASCII blanks; ``str.split`` knows more of them than a browser."""
    for blank in _ASCII_BLANKS[:-1]:
        token = token.replace(blank, " ")
    return [word for word in token.split(" ") if word]


def _decide(policy: BrowserPolicy, request: Request) -> Decision:
    if request.directive in _HINTS:
        return _hint(policy, request)
    name = policy.governing(request.directive)
    if name is None:
        return UNRESTRICTED
    sources = policy.lists[name]
    if request.url in {EVAL, WASM}:
        source = _evaluation(policy, sources, request.url)
    elif request.url == INLINE or request.url.lower().startswith("javascript:"):
        source = _inline(sources, request)
    else:
        source = _fetch(sources, request)
    return Decision(source is not None, name, source)


def _hint(policy: BrowserPolicy, request: Request) -> Decision:
    """Decide about a prefetch: any fetch directive may allow it. Section 6.7.2.2."""
    if "default-src" not in policy.lists:
        return UNRESTRICTED
    url, own = Url.parse(request.url), _own(request)
    for name, sources in policy.lists.items():
        if name in _FETCH and url is not None:
            source = sources.source_of(url, own, redirected=request.redirected)
            if source is not None:
                return Decision(True, name, source)
    return Decision(False, "default-src")


def _evaluation(policy: BrowserPolicy, sources: SourceList, what: str) -> str | None:
    """Section 4.4 (eval) and 4.5 (WebAssembly)."""
    words = ["'unsafe-eval'"]
    if what == WASM:
        words.append("'wasm-unsafe-eval'")
    elif "'script'" in policy.words.get("require-trusted-types-for", ()):
        words.append("'trusted-types-eval'")
    return next((word for word in words if word in sources.keywords), None)


def _inline(sources: SourceList, request: Request) -> str | None:
    """Section 6.7.3.3. A block has a nonce or a hash, an attribute and a navigation no nonce."""
    script = request.directive in SCRIPT
    if sources.allows_all_inline(script=script):
        return "'unsafe-inline'"
    block = request.directive in _ELEMENTS and request.url == INLINE
    if block and request.nonce and request.nonce in sources.nonces:
        return f"'nonce-{request.nonce}'"
    if block and script and not request.parser_inserted and "'strict-dynamic'" in sources.keywords:
        return "'strict-dynamic'"  # so does Chromium; the section says nothing of it
    if block or "'unsafe-hashes'" in sources.keywords:
        for word in request.hashes:
            if read_hash(word) in sources.hashes:
                return _quoted(word)
    return None


def _fetch(sources: SourceList, request: Request) -> str | None:
    """Section 6.7.1.1 for scripts, 6.7.2.5 for all else."""
    name = request.directive
    dynamic = "'strict-dynamic'" in sources.keywords
    if name in _ELEMENTS and request.nonce and request.nonce in sources.nonces:
        return f"'nonce-{request.nonce}'"
    if name == "worker-src" and dynamic:
        return "'strict-dynamic'"
    if name in SCRIPT:
        if dynamic and not request.parser_inserted:
            return "'strict-dynamic'"
        digests = [read_hash(word) for word in request.hashes]
        if digests and all(digest in sources.hashes for digest in digests):
            return _quoted(request.hashes[0])
        if dynamic:
            return None
    url = Url.parse(request.url)
    if url is None:
        return None
    return sources.source_of(url, _own(request), redirected=request.redirected)


def _own(request: Request) -> Url | None:
    return None if request.self_origin is None else Url.parse(request.self_origin)


def _quoted(word: str) -> str:
    return "'" + word.strip("'") + "'"
