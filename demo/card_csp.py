"""How MDN HTTP Observatory, algorithm 6, reads and judges a Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Policy = dict[str, tuple[str, ...]]

SHORTEST = 6  # characters; anything shorter is called invalid
REPEATABLE = frozenset({"report-uri", "report-to"})
NOT_IN_META = frozenset({"frame-ancestors", "report-uri", "sandbox"})
BROAD = frozenset(
    {"*", "ftp:", "http:", "https:", "http://*", "http://*.*", "https://*", "https://*.*"}
)
BROAD_STARTS = ("*", "ftp:", "http:", "https:")
UNLOCKS = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")
INSECURE = ("http:", "ftp:")
PASSIVE = ("img-src", "media-src")


class InvalidPolicyError(ValueError):
    """A policy that the Observatory refuses to read."""


def read_policies(headers: Iterable[str], metas: Iterable[str]) -> tuple[Policy, bool]:
    """
    Merge all policies of a page into one; say also whether a reporting directive is repeated.

    Raises ``InvalidPolicyError`` for a policy that is too short or repeats a directive.
    """
    parsed: list[Policy] = []
    usable = is_repetitive = False
    for texts, idle in ((headers, frozenset()), (metas, NOT_IN_META)):
        for text in texts:
            for one in text.split(","):
                policy, repeats = _parse(one.strip())
                parsed.append(policy)
                usable = usable or bool(policy.keys() - idle)
                is_repetitive = is_repetitive or repeats
    return (_merge(parsed) if usable else {}), is_repetitive


def judge_policy(
    headers: Sequence[str], metas: Sequence[str], *, is_reporting: bool, is_secure: bool
) -> tuple[str, Policy]:
    """Return the id of the Observatory's verdict, and the policy that it saw."""
    try:
        policy, is_repetitive = read_policies(headers, metas)
    except InvalidPolicyError:
        return "csp-header-invalid", {}
    if not policy:
        reporting = "csp-not-implemented-but-reporting-enabled"
        return (reporting if is_reporting else "csp-not-implemented"), {}
    result = _judge(policy, is_secure=is_secure)
    passing = result.endswith(("-none", "-no-unsafe", "-only"))
    if is_repetitive and passing:
        result = "csp-implemented-but-duplicate-directives"
    return result, policy


def _judge(policy: Policy, *, is_secure: bool) -> str:
    anything = ("*",)
    fallback = policy.get("default-src", anything)
    script = policy.get("script-src", fallback)
    is_unlocked = any(source.startswith(UNLOCKS) for source in script)
    if "'strict-dynamic'" in script and not is_unlocked:
        return "csp-header-invalid"
    script = _effective(script)
    active = {**policy, "script-src": script}
    if "script-src" not in policy:  # one list, so what is dropped for scripts is dropped for all
        fallback = active["default-src"] = script
    style = _effective(policy.get("style-src", fallback), is_script=False)
    if _is_loose(script) or BROAD.intersection(policy.get("object-src", fallback)):
        return "csp-implemented-with-unsafe-inline"
    if is_secure and _loads_insecurely(active, set(active) - set(PASSIVE)):
        return "csp-implemented-with-insecure-scheme"
    if "'unsafe-eval'" in script + style:
        return "csp-implemented-with-unsafe-eval"
    if is_secure and _loads_insecurely(active, PASSIVE):
        return "csp-implemented-with-insecure-scheme-in-passive-content-only"
    if _is_loose(style):
        return "csp-implemented-with-unsafe-inline-in-style-src-only"
    if policy.get("default-src") == ("'none'",):
        return "csp-implemented-with-no-unsafe-default-src-none"
    return "csp-implemented-with-no-unsafe"


def _effective(sources: tuple[str, ...], *, is_script: bool = True) -> tuple[str, ...]:
    """Drop what a browser ignores beside a nonce or a hash, as far as it can lose points."""
    if not any(source.startswith(UNLOCKS) for source in sources):
        return sources
    dropped = {"'unsafe-inline'"}
    if is_script and "'strict-dynamic'" in sources:
        dropped |= {source for source in sources if source.startswith(BROAD_STARTS)}
    return tuple(source for source in sources if source not in dropped)


def _is_loose(sources: tuple[str, ...]) -> bool:
    return bool(BROAD.union({"'unsafe-inline'", "data:"}).intersection(sources))


def _loads_insecurely(policy: Policy, names: Iterable[str]) -> bool:
    return any(s.startswith(INSECURE) for name in names for s in policy.get(name, ()))


def _parse(text: str) -> tuple[Policy, bool]:
    if len(text) < SHORTEST:
        raise InvalidPolicyError(text)
    policy: Policy = {}
    repeats = False
    for part in text.lower().split(";"):
        name, *sources = part.split() or [""]
        if not name:
            continue
        if name in policy:
            if name not in REPEATABLE:
                raise InvalidPolicyError(name)
            repeats = True
        if not sources and name.endswith("-src"):
            sources = ["'none'"]
        policy[name] = tuple(sources)
    return policy, repeats


def _merge(policies: Sequence[Policy]) -> Policy:
    """Combine policies as the Observatory does, which is not quite what browsers do."""
    merged: Policy = dict(policies[0]) if policies else {}
    agreed: set[tuple[str, str]] = set()
    for policy in policies[1:]:
        for name, sources in policy.items():
            known = merged.get(name, ())
            both = [s for s in known if (name, s) in agreed or _covers(sources, s)]
            both += [s for s in sources if s not in both and _covers(known, s)]
            agreed.update((name, source) for source in both)
            merged[name] = tuple(both) or ("'none'",)
    return merged


def _covers(sources: Iterable[str], source: str) -> bool:
    return any(s == source or (s.endswith("/") and source.startswith(s)) for s in sources)
