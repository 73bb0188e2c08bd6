"""Scripts of other sites: whether they can be changed under the page's hands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from ..finding import Finding, Severity
from ..observatory_tests import is_same_site
from .subject import Rule, Subject

MAX_NAMED: Final = 50  # scripts that are named; more say nothing new
MAX_SOURCE: Final = 2048  # characters of an address that are looked at
_HEADER: Final = "Integrity-Policy"
_DOCS: Final = "headers/integrity.md"

INSECURE: Final = Finding(
    "scripts.insecure",
    Severity.HIGH,
    "",
    "The script comes over plain HTTP: browsers refuse it on a page of HTTPS, and on any other "
    "whoever is on the way replaces it.",
    "Load it over https://, or serve it from your own static files.",
    _DOCS,
)
NO_INTEGRITY: Final = Finding(
    "scripts.no-integrity",
    Severity.MEDIUM,
    _HEADER,
    "Whoever owns the other site, or breaks into it, changes what runs in the page.",
    "Serve it from your own static files, or give it integrity and crossorigin.",
    _DOCS,
)


def scripts(subject: Subject) -> Iterator[Finding]:
    """Ask each script as a browser finds it: relative addresses lead to this host."""
    host = subject.exchange.host
    base = f"{'https' if subject.exchange.is_secure else 'http'}://{host}/"
    for script in subject.page.scripts[:MAX_NAMED]:
        if not script.source:
            continue
        url = _absolute(base, script.source)
        if url is None:
            continue

        if url.startswith("http://") and subject.exchange.is_secure:
            yield INSECURE.about(url)
        elif not is_same_site(url, host) and not script.has_integrity:
            yield NO_INTEGRITY.about(url)


def _absolute(base: str, source: str) -> str | None:
    try:
        parts = urlsplit(urljoin(base, source[:MAX_SOURCE].strip()))
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in {"http", "https"} and parts.hostname else None


RULES: Final[tuple[Rule, ...]] = (scripts,)
