"""HTTPS: whether it answers, with a trusted certificate, and whether http leads there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..finding import Finding, Severity
from .subject import Rule, Subject

_DOCS: Final = "proxies.md#the-redirect-to-https"

NO_HTTPS: Final = Finding(
    "transport.no-https",
    Severity.HIGH,
    "",
    "Nothing answers over HTTPS: whoever is on the way reads and changes all of it.",
    "Get a certificate, then set SECURE_SSL_REDIRECT = True.",
    _DOCS,
)
UNTRUSTED: Final = Finding(
    "transport.certificate",
    Severity.HIGH,
    "",
    "Browsers do not trust the certificate, and show a warning in place of the page.",
    "Install a certificate for this host, with all intermediate certificates.",
    _DOCS,
)
NO_REDIRECT: Final = Finding(
    "transport.no-redirect",
    Severity.HIGH,
    "",
    "Plain HTTP does not lead to HTTPS: a visitor who types the name stays in the clear.",
    "Set SECURE_SSL_REDIRECT = True.",
    _DOCS,
)
DETOUR: Final = Finding(
    "transport.detour",
    Severity.MEDIUM,
    "",
    "The first redirect goes to another plain address, which can be taken over like the first.",
    "Set SECURE_SSL_REDIRECT = True and redirect to the same host over HTTPS first.",
    _DOCS,
)


def transport(subject: Subject) -> Iterator[Finding]:
    """Ask the connection."""
    exchange = subject.exchange
    if not exchange.is_secure:
        yield NO_HTTPS
        return
    if not exchange.is_trusted:
        yield UNTRUSTED
    if exchange.http is None or not exchange.http.hops:
        return
    hops = exchange.http.hops
    if not hops[-1].url.lower().startswith("https:"):
        yield NO_REDIRECT
    elif len(hops) > 1 and not hops[1].url.lower().startswith("https:"):
        yield DETOUR


RULES: Final[tuple[Rule, ...]] = (transport,)
