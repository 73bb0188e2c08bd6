"""Which policies a response carries, so that each violation is told. CSP3 section 5.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from security.policy.errors import PolicyError

from .document import Compiled, ContentSecurityPolicy

MAX_TWICE: Final = 4_096  # characters of both; proxies refuse header blocks from 4 kB on
TWIN: Final = "twin"  # in the query of report-uri: report-to has the rest of these reports
_TOLD_BY_URI: Final = frozenset({"frame-ancestors", "report-uri"})


def deliverable(
    policy: ContentSecurityPolicy, urls: Mapping[str, str], *, secure: bool, marked: bool = True
) -> tuple[ContentSecurityPolicy, ...]:
    """
    Return what to send for a policy, given the declared endpoints: name to URL.

    A ``report-to`` that is not declared, and any over plain HTTP, is left out: it delivers
    nothing, and a browser that sees it does not use ``report-uri`` either. Where it is sent, a
    second policy goes with it that says the same with ``report-uri``, since browsers report
    through that alone what happens in frames of ``srcdoc`` and ``about:blank``, in sandboxed
    documents, in workers and to ``frame-ancestors``, which for that reason stands in the
    second only. Both allow the same, so nothing more is blocked.

    ``marked`` adds ``TWIN`` to the address of the second if it is a path of the site.
    """
    names = policy.get("report-to")
    told = policy.without("report-to")
    if names is None or told is None:  # a name alone is no policy
        return () if told is None else (policy,)
    url = urls.get(names[0])
    if url is None:
        return (told,)
    rules = tuple(d for d in policy.directives if d.name not in _TOLD_BY_URI)
    size = len(str(policy)) + len(str(told))
    if not secure or _is_opaque(policy) or len(rules) == 1 or size > MAX_TWICE:
        return (_told_at(url, told),)
    if marked and url.startswith("/"):
        url = f"{url}{'&' if '?' in url else '?'}{TWIN}"
    return (ContentSecurityPolicy(rules), _told_at(url, told))


def compiled(policies: tuple[ContentSecurityPolicy, ...]) -> Compiled | None:
    """Compile several policies to the one header that carries them, ``None`` if there are none."""
    if not policies:
        return None
    first, *others = (policy.compile() for policy in policies)
    unused, parts = first.unused, first.parts or (first.unused,)
    for text in others:
        unused = f"{unused}, {text.unused}"
        head, *rest = text.parts or (text.unused,)
        parts = (*parts[:-1], f"{parts[-1]}, {head}", *rest)
    return Compiled(unused, parts if len(parts) > 1 else ())


def _is_opaque(policy: ContentSecurityPolicy) -> bool:
    """Tell whether the page has no origin of its own: report-to delivers nothing from there."""
    flags = policy.get("sandbox")
    return flags is not None and "allow-same-origin" not in map(str.lower, flags)


def _told_at(url: str, policy: ContentSecurityPolicy) -> ContentSecurityPolicy:
    """Return the policy with an address for reports, unless it has one or gets too long."""
    if policy.get("report-uri") is not None:
        return policy
    value = url.replace(",", "%2C").replace(";", "%3B")  # both would end the directive
    try:
        return policy.with_directive("report-uri", (value,))
    except PolicyError:
        return policy
