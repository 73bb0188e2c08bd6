"""
Adding to a policy, taking away from it, and replacing parts of it.

A policy here is a mapping from directives to sources, in the author's order; a fragment is the
same, and says less. Adding never takes away what was allowed, removing never allows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .vocabulary import DIRECTIVES, Kind

Sources = Sequence[str]
Fragment = Mapping[str, Sources]
Policy = dict[str, list[str]]

# What a browser looks at when a directive is missing, the nearest first. CSP3 section 6.8.3.
_DEFAULT: Final = ("default-src",)
FALLBACKS: Final[Mapping[str, tuple[str, ...]]] = {
    "child-src": _DEFAULT,
    "connect-src": _DEFAULT,
    "fenced-frame-src": ("frame-src", "child-src", "default-src"),
    "font-src": _DEFAULT,
    "frame-src": ("child-src", "default-src"),
    "img-src": _DEFAULT,
    "manifest-src": _DEFAULT,
    "media-src": _DEFAULT,
    "object-src": _DEFAULT,
    "prefetch-src": _DEFAULT,
    "script-src": _DEFAULT,
    "script-src-attr": ("script-src", "default-src"),
    "script-src-elem": ("script-src", "default-src"),
    "style-src": _DEFAULT,
    "style-src-attr": ("style-src", "default-src"),
    "style-src-elem": ("style-src", "default-src"),
    "worker-src": ("child-src", "script-src", "default-src"),
}
_NONE: Final = "'none'"

# A missing directive of these kinds allows everything, so there is nothing to add to.
_WIDENS: Final = frozenset({Kind.SOURCES, Kind.SANDBOX, Kind.POLICY_NAMES, Kind.MEDIA_TYPES})


def effective(policy: Fragment, name: str) -> Sources | None:
    """Return the sources that count for a directive; ``None`` where nothing is restricted."""
    for candidate in (name, *FALLBACKS.get(name, ())):
        if candidate in policy:
            return policy[candidate]
    return None


def union(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """Return both lists in order without repeats; ``'none'`` gives way to anything."""
    sources = list(dict.fromkeys((*first, *second)))
    return [source for source in sources if source.lower() != _NONE] or sources


def combine(first: Fragment, second: Fragment) -> Policy:
    """
    Return what two fragments ask for together.

    Associative and idempotent: neither is a whole policy, so no fallback is looked at.
    """
    combined = {name: union(sources, ()) for name, sources in first.items()}
    for name, sources in second.items():
        combined[name] = union(combined.get(name, ()), sources)
    return combined


def merge(base: Fragment, added: Fragment) -> Policy:
    """
    Return ``base`` with everything allowed that ``added`` asks for.

    A directive that ``base`` lacks starts from what its fallback in ``base`` allowed, so
    that adding to ``img-src`` takes away nothing that ``default-src`` gave. Where nothing
    restricts a directive, the source is allowed already and nothing changes.

    Idempotent. ``merge(merge(p, f), g) == merge(p, combine(f, g))``, unless a directive
    that ``g`` brings falls back on one that ``f`` touches.
    """
    merged = {name: list(sources) for name, sources in base.items()}
    for name, sources in added.items():
        allowed = effective(base, name)
        if allowed is None and DIRECTIVES.get(name) in _WIDENS:
            continue
        merged[name] = union(allowed or (), sources)
    return merged


def remove(base: Fragment, removed: Fragment) -> Policy:
    """
    Return ``base`` without the sources of ``removed``, directive by directive.

    A directive that only falls back gets a list of its own, so that the others keep theirs.
    One that loses its last source becomes ``'none'``; it does not disappear.
    """
    rest = {name: list(sources) for name, sources in base.items()}
    for name, sources in removed.items():
        allowed = effective(base, name)
        if allowed is None:
            continue
        gone = set(sources) - {_NONE}
        kept = [source for source in allowed if source not in gone]
        if kept != list(allowed):
            rest[name] = kept or [_NONE]
    return rest


def replace(base: Fragment, replaced: Mapping[str, Sources | None]) -> Policy:
    """Return ``base`` with whole directives put in place, or, for ``None``, taken out."""
    rest = {name: list(sources) for name, sources in base.items()}
    for name, sources in replaced.items():
        if sources is None:
            rest.pop(name, None)
        else:
            rest[name] = list(sources)
    return rest
