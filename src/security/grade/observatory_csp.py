"""How MDN HTTP Observatory, algorithm 6, reads, merges and judges Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from .javascript import SPACE, WORD, collation_key, unescaped

SHORTEST: Final = 6  # characters; a shorter policy is called invalid
MAX_MERGED: Final = 200_000  # sources compared while policies are merged: half a second

REPEATABLE: Final = frozenset({"report-uri", "report-to"})
NOT_IN_META: Final = frozenset({"frame-ancestors", "report-uri", "sandbox"})
PASSIVE: Final = ("img-src", "media-src")
INSECURE: Final = ("http:", "ftp:")
UNLOCKS: Final = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")
BROAD: Final = frozenset(
    {"*", "ftp:", "http:", "https:", "http://*", "http://*.*", "https://*", "https://*.*"}
)
BROAD_STARTS: Final = ("*", "ftp:", "http:", "https:")
LOOSE: Final = BROAD | {"'unsafe-inline'", "data:"}

Directives = dict[str, set[str]]
NO_POLICY: Final[frozenset[str]] = frozenset()


class InvalidPolicyError(ValueError):
    """A policy that the Observatory refuses to read."""


class Policies(NamedTuple):
    """Policies merged into one; ``is_repetitive``: a reporting directive stands twice in one."""

    directives: Directives
    is_repetitive: bool


class _Source:
    """A source, the policy it comes from, and whether it is kept."""

    __slots__ = ("index", "is_kept", "key", "text")

    def __init__(self, text: str, index: int) -> None:
        self.text = text
        self.index = index
        self.is_kept = False
        self.key = collation_key(text)


def judge(
    headers: Iterable[str], metas: Iterable[str], *, is_reporting: bool, is_secure: bool
) -> tuple[str, Container[str]]:
    """
    Return the id of the verdict, and the directives that count for other tests.

    ``headers`` and ``metas`` are the values of header lines and of meta tags, ``is_reporting``
    tells of a report-only header, and ``is_secure`` whether https answers.
    """
    header_texts, meta_texts = _split(headers), _split(metas)
    try:
        directives, is_repetitive = parse(header_texts + meta_texts)
    except InvalidPolicyError:
        return "csp-header-invalid", NO_POLICY
    if not _is_usable(header_texts, meta_texts, directives):
        reporting = "csp-not-implemented-but-reporting-enabled"
        return (reporting if is_reporting else "csp-not-implemented"), NO_POLICY
    result, passes = _verdict(directives, is_secure=is_secure)
    if passes and is_repetitive:
        result = "csp-implemented-but-duplicate-directives"
    return result, directives.keys()


def parse(texts: Sequence[str]) -> Policies:
    """
    Merge policies as the Observatory does, which is not quite what browsers do.

    A directive of the first policy alone is kept, one of a later policy alone becomes
    ``'none'``, and of one in both the common sources are kept, whatever a third policy says.
    Raises ``InvalidPolicyError``, also beyond ``MAX_MERGED``.
    """
    cleaned = [text.replace("\r", "").replace("\n", "").strip(SPACE) for text in texts]
    if any(len(text) < SHORTEST for text in cleaned):
        raise InvalidPolicyError
    if len(cleaned) == 1:
        directives, is_repetitive = _read(cleaned[0])
        sets = {name: set(_shortest(values)) or {"'none'"} for name, values in directives.items()}
        return Policies(sets, is_repetitive)
    return _merged(cleaned)


def _split(values: Iterable[str]) -> list[str]:
    return [part for value in values for part in value.split(",")]


def _is_usable(headers: list[str], metas: list[str], directives: Directives) -> bool:
    if not metas:
        return bool(directives)
    if headers and parse(headers).directives:
        return True
    try:
        known, is_repetitive = parse(metas)
    except InvalidPolicyError:
        return False
    return is_repetitive or not known.keys() <= NOT_IN_META


def _read(text: str) -> tuple[dict[str, list[str]], bool]:
    """Return the directives of one policy; of a repeated reporting directive the last."""
    directives: dict[str, list[str]] = {}
    is_repetitive = False
    for part in text.lower().split(";"):
        words = WORD.findall(part)
        if not words:
            continue
        name = words[0]
        if name in directives:
            if name not in REPEATABLE:
                raise InvalidPolicyError
            is_repetitive = True
        values = words[1:]
        if not values and name.endswith("-src"):
            values = ["'none'"]
        directives[name] = values
    return directives, is_repetitive


def _shortest(values: list[str]) -> list[str]:
    """Leave out a source that begins with its neighbour in the Observatory's order."""
    if len(values) < 2:
        return values
    ordered = sorted(values)
    if not any(map(str.startswith, ordered[1:], ordered)):
        return values  # no source begins with another, in whatever order they stand
    ordered = sorted(values, key=collation_key)
    pairs = pairwise(ordered)
    return ordered[:1] + [text for before, text in pairs if not text.startswith(before)]


def _merged(texts: Sequence[str]) -> Policies:
    merged: dict[str, list[_Source]] = {}
    is_repetitive = False
    budget = MAX_MERGED
    for index, text in enumerate(texts):
        directives, repeats = _read(text)
        is_repetitive = is_repetitive or repeats
        for name, values in directives.items():
            if index == 0:
                merged[name] = [_Source(value, 0) for value in _shortest(values)]
                continue
            sources = merged.get(name, []) + [_Source(value, index) for value in values]
            budget -= len(sources)
            if budget < 0:
                raise InvalidPolicyError
            merged[name] = _common(sources)
    sets = {
        name: {source.text for source in sources} or {"'none'"} for name, sources in merged.items()
    }
    return Policies(sets, is_repetitive)


def _common(sources: list[_Source]) -> list[_Source]:
    sources.sort(key=lambda source: source.key)
    for before, source in pairwise(sources):
        if source.index == before.index:
            if source.text.startswith(before.text):
                source.is_kept = False
        elif _covers(before.text, source.text):
            source.is_kept = True
    return [source for source in sources if source.is_kept]


def _covers(path: str, other: str) -> bool:
    """Tell whether two sources are equal, or the first ends in a slash and the second goes on."""
    parts, others = path.split("/"), other.split("/")
    is_exact = not path.endswith("/")
    if len(parts) > len(others) or (is_exact and len(parts) != len(others)):
        return False
    if not is_exact:
        parts.pop()
    try:
        return all(
            unescaped(part) == unescaped(twin) for part, twin in zip(parts, others, strict=False)
        )
    except ValueError as error:
        raise InvalidPolicyError from error


def _verdict(policy: Directives, *, is_secure: bool) -> tuple[str, bool]:
    """
    Return the id of the verdict, and whether the test is passed.

    What is dropped from the list for scripts is dropped for all that fall back to the same list.
    """
    fallback = policy.get("default-src", {"*"})
    script = policy.get("script-src", fallback)
    style = policy.get("style-src", fallback)
    plugins = policy.get("object-src", fallback)
    for sources in (script, style):
        if _is_unlocked(sources):
            sources.discard("'unsafe-inline'")
    if "'strict-dynamic'" in script:
        if not _is_unlocked(script):
            return "csp-header-invalid", False
        loose = {source for source in script if source.startswith(BROAD_STARTS)}
        script -= loose | {"'self'", "'unsafe-inline'"}
    if not script.isdisjoint(LOOSE) or not plugins.isdisjoint(BROAD):
        return "csp-implemented-with-unsafe-inline", False
    if is_secure and _is_insecure(
        [sources for name, sources in policy.items() if name not in PASSIVE]
    ):
        return "csp-implemented-with-insecure-scheme", False
    if "'unsafe-eval'" in script or "'unsafe-eval'" in style:
        return "csp-implemented-with-unsafe-eval", False
    default = policy.get("default-src", set())
    if is_secure and _is_insecure([policy.get(name, default) for name in PASSIVE]):
        return "csp-implemented-with-insecure-scheme-in-passive-content-only", True
    if not style.isdisjoint(LOOSE):
        return "csp-implemented-with-unsafe-inline-in-style-src-only", True
    if default == {"'none'"}:
        return "csp-implemented-with-no-unsafe-default-src-none", True
    return "csp-implemented-with-no-unsafe", True


def _is_unlocked(sources: Iterable[str]) -> bool:
    return any(source.startswith(UNLOCKS) for source in sources)


def _is_insecure(lists: Iterable[Iterable[str]]) -> bool:
    return any(source.startswith(INSECURE) for sources in lists for source in sources)
