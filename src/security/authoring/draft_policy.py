"""
From what pages load to the tightest policy that lets it.

Nothing is allowed that was not found, but for two guesses that scripts make likely:
``connect-src 'self'`` and ``'strict-dynamic'``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from security.policy.csp import NONCE
from security.policy.csp.source import source as checked
from security.policy.errors import PolicyError

from .draft_found import Code, Found, Inline, Kind, Resource

SELF, NONE, DYNAMIC, HASHED = "'self'", "'none'", "'strict-dynamic'", "'unsafe-hashes'"

_ORDER: Final = (
    "default-src", "script-src", "script-src-attr", "style-src", "style-src-attr", "img-src",
    "font-src", "connect-src", "media-src", "object-src", "frame-src", "worker-src",
    "manifest-src", "form-action", "base-uri", "frame-ancestors",
)  # fmt: skip
MAX_HOST: Final = 253  # characters; RFC 1035 section 2.3.4, without the two of the wire
_PORTS: Final = {"http": 80, "https": 443}
_OPAQUE: Final = frozenset({"blob", "data", "filesystem", "mediastream"})
# What a whole scheme would hand over: any script, any plug-in, any address.
_PRECIOUS: Final = frozenset({Kind.SCRIPT, Kind.OBJECT, Kind.BASE, Kind.WORKER})
_EMBEDS: Final = frozenset({Kind.FRAME, Kind.OBJECT})
_ATTRIBUTES: Final[Mapping[Inline, str]] = {
    Inline.HANDLER: "script-src-attr",
    Inline.STYLE_ATTRIBUTE: "style-src-attr",
}
_ADVICE: Final[Mapping[Inline, str]] = {
    Inline.HANDLER: "bind it with addEventListener in a script of its own, or use --unsafe-hashes",
    Inline.STYLE_ATTRIBUTE: "move it to a class of a style sheet, or use --unsafe-hashes",
    Inline.JAVASCRIPT_URL: "make it a button with a listener",
    Inline.SCRIPT: "its text changes, so that a hash cannot hold: add the nonce",
    Inline.STYLE: "its text changes, so that a hash cannot hold: add the nonce",
}


@dataclass(frozen=True, slots=True)
class Options:
    """``strict_dynamic`` of ``None`` means: where every script of the pages has a nonce."""

    strict_dynamic: bool | None = None
    hashes: bool = False
    unsafe_hashes: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One source of one directive, the pages that need it, and what else there is to say."""

    directive: str
    value: str
    pages: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """What the policy does not let through, on which pages, and what to do about it."""

    what: str
    advice: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy by its sources, in order; ``blocked`` works only once it is mended."""

    sources: tuple[Source, ...]
    blocked: tuple[Blocked, ...]

    def mapping(self) -> dict[str, list[str]]:
        """Return the policy in the form of ``SECURE_CSP``."""
        policy: dict[str, list[str]] = {}
        for source in self.sources:
            policy.setdefault(source.directive, []).append(source.value)
        return policy


def draft(pages: Mapping[str, Iterable[Found]], own: str, options: Options) -> Draft:
    """
    Return the tightest policy for these pages of the origin ``own``; each has a name.

    Every resource is let through, or stands in ``blocked``. Never raises.
    """
    found = {name: tuple(resources) for name, resources in pages.items()}
    drafting = _Drafting(own, options, _is_dynamic(found.values(), options))
    for name, resources in found.items():
        for each in resources:
            if isinstance(each, Code):
                drafting.code(each, name)
            else:
                drafting.resource(each, name)
    drafting.rest()
    return drafting.draft()


def draft_rows(
    pages: Mapping[str, Iterable[Found]], rows: Mapping[str, str], own: str, options: Options
) -> dict[str, Draft]:
    """
    Return the policy of the site under ``""``, and what rows of the route table need.

    ``rows`` says which pages a row may take. It does where its pages have scripts without a
    nonce and no other page has: they would cost the site its ``'strict-dynamic'``.
    """
    found = {name: tuple(resources) for name, resources in pages.items()}
    groups: dict[str, dict[str, tuple[Found, ...]]] = {"": {}}
    for name, resources in found.items():
        groups.setdefault(rows.get(name, ""), {})[name] = resources
    site = groups.pop("")
    apart: dict[str, Draft] = {}
    for row, group in groups.items():
        if _is_dynamic(site.values(), options) and not _is_dynamic(group.values(), options):
            apart[row] = draft(group, own, options)
        else:
            site |= group
    return {"": draft(site, own, options), **apart}


def _is_dynamic(pages: Iterable[Sequence[Found]], options: Options) -> bool:
    if options.strict_dynamic is not None or options.hashes:
        return bool(options.strict_dynamic)
    scripts = [
        each.nonce
        for resources in pages
        for each in resources
        if each.kind in {Kind.SCRIPT, Inline.SCRIPT}
    ]
    return bool(scripts) and all(scripts)


def origin(url: str) -> str:
    """
    Return scheme, host and port of an address, as a source of a policy.

    Empty where it is none, or where a policy cannot name it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "")[: MAX_HOST + 1].encode("idna").decode()
    except ValueError:  # brackets, a port of letters, a host that is no name
        return ""
    if parts.scheme not in _PORTS or not 0 < len(host) <= MAX_HOST:
        return ""
    ending = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    try:
        return checked(f"{parts.scheme}://{host}{ending}")
    except PolicyError:
        return ""


@dataclass(slots=True)
class _Drafting:
    own: str
    options: Options
    dynamic: bool
    needs: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    left: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    framed: dict[str, None] = field(default_factory=dict)

    def need(self, directive: str, value: str, page: str) -> None:
        self.needs.setdefault((directive, value), {})[page] = None

    def leave(self, what: str, advice: str, page: str) -> None:
        self.left.setdefault((what, advice), {})[page] = None

    def code(self, code: Code, page: str) -> None:
        what = f"{code.kind.value} ({code.where})"
        if code.kind in {Inline.SCRIPT, Inline.STYLE}:
            directive = "script-src" if code.kind is Inline.SCRIPT else "style-src"
            if code.nonce and not self.options.hashes:
                self.need(directive, NONCE, page)
            elif code.stable:
                self.need(directive, code.source, page)
                self.reasons[directive, code.source] = (
                    "" if self.options.hashes else "by its text, since it has no nonce"
                )
            else:
                self.leave(what, _ADVICE[code.kind], page)
        elif code.kind in _ATTRIBUTES and self.options.unsafe_hashes and code.stable:
            self.need(_ATTRIBUTES[code.kind], HASHED, page)
            self.need(_ATTRIBUTES[code.kind], code.source, page)
            self.reasons[_ATTRIBUTES[code.kind], code.source] = code.where
        else:
            self.leave(what, _ADVICE[code.kind], page)

    def resource(self, resource: Resource, page: str) -> None:
        directive = resource.kind.value
        if resource.nonce and not self.options.hashes:
            self.need(directive, NONCE, page)
            return
        if resource.kind is Kind.SCRIPT and self.dynamic:
            self.leave(f"the script {resource.url}", "add the nonce to its element", page)
            return
        scheme = resource.url.partition(":")[0].lower()
        host = origin(resource.url)
        if host:
            self.need(directive, SELF if host == self.own else host, page)
            if host == self.own and resource.kind in _EMBEDS:
                self.framed[page] = None
        elif scheme in _OPAQUE and resource.kind not in _PRECIOUS:
            self.need(directive, f"{scheme}:", page)
        elif scheme != "about":
            what = f"{resource.kind.name.lower()} {resource.url}"
            self.leave(what, "no policy should name it, or can: load it from a host", page)

    def rest(self) -> None:
        """Say what is not allowed, and guess what scripts will need."""
        self.needs["default-src", NONE] = {}
        self.reasons["default-src", NONE] = "what is not named below is not loaded"
        scripts = {
            page: None
            for (directive, _), pages in self.needs.items()
            if directive == "script-src"
            for page in pages
        }
        if scripts and self.dynamic:
            self.needs["script-src", DYNAMIC] = {}
            self.reasons["script-src", DYNAMIC] = "what these scripts load in their turn"
        if scripts and ("connect-src", SELF) not in self.needs:
            self.needs["connect-src", SELF] = {}
            self.reasons["connect-src", SELF] = (
                "a guess: what scripts request is not in the pages; leave it out to find out"
            )
        for directive in ("form-action", "base-uri"):
            if all(name != directive for name, _ in self.needs):
                self.needs[directive, NONE] = {}
        self.needs["frame-ancestors", SELF if self.framed else NONE] = self.framed

    def draft(self) -> Draft:
        keys = sorted(self.needs, key=_place)
        return Draft(
            tuple(Source(*key, tuple(self.needs[key]), self.reasons.get(key, "")) for key in keys),
            tuple(Blocked(*key, tuple(pages)) for key, pages in self.left.items()),
        )


def _place(key: tuple[str, str]) -> tuple[int, int, str]:
    """Keywords first, in the order of the strict preset, then the others by name."""
    directive, value = key
    words = (SELF, NONCE, DYNAMIC, HASHED)
    return _ORDER.index(directive), words.index(value) if value in words else len(words), value
