"""From a body to the entries that are kept. A small one that comes again costs one look-up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from security.conf import conf

from . import browsers, wire
from .entry import Entry, enter
from .routes import template

MAX_REMEMBERED: Final = 1_024  # bodies
MAX_SIZE: Final = 4_096  # bytes of one of them; most reports have less than 2,000
MAX_ENTRIES: Final = 2  # of one of them: 140 reports fit into its bytes, and take 100 kB

# What differs from one response, or one sending, to the next: no entry keeps either. The
# characters of both end before any that could belong to the JSON around them.
_NONCE = re.compile(rb"'nonce-[A-Za-z0-9+/_=-]{1,200}'")
_AGE = re.compile(rb'"age":[0-9]{1,10}(?=[,}])')


class Taken(NamedTuple):
    """
    What was in a body, and how many of its items were refused, by reason.

    ``lacks_host`` tells that a report names no page, as from a frame of ``srcdoc``, and that
    ``take`` was not told the host that others are scrubbed by.
    """

    entries: tuple[Entry, ...]
    refused: Mapping[str, int]
    lacks_host: bool


class _ManyError(Exception):
    """Carries what was in a body that is not to be remembered."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken


def take(
    body: bytes, user_agent: str, prefix: str = "", urlconf: Any = None, host: str = ""
) -> Taken:
    """
    Return the reports of a body, judged and scrubbed, each item that is bad left out.

    ``user_agent`` is that of the request; ``prefix`` is where the site is mounted (``/app``),
    ``urlconf`` that of the request, or ``None``, ``host`` the name that it was sent to. Raises
    nothing.
    """
    browser = str(browsers.classify(user_agent[: browsers.MAX_READ]))
    if b"'nonce-" in body:
        body = _NONCE.sub(b"'nonce-removed'", body)
    if b'"age":' in body:
        body = _AGE.sub(b'"age":0', body)
    if len(body) > MAX_SIZE:
        return _take(body, browser, prefix, urlconf, host)
    try:
        return conf.derived(_remembering)(body, browser, prefix, urlconf, host)  # type: ignore[no-any-return]
    except _ManyError as many:
        return many.taken


def _remembering() -> Any:
    """Return ``_take_few`` with a memory that ends with the settings that it is about."""
    return lru_cache(MAX_REMEMBERED)(_take_few)


def _take_few(body: bytes, browser: str, prefix: str, urlconf: Any, host: str) -> Taken:
    taken = _take(body, browser, prefix, urlconf, host)
    if len(taken.entries) > MAX_ENTRIES:
        raise _ManyError(taken)
    return taken


def _take(body: bytes, browser: str, prefix: str, urlconf: Any, host: str) -> Taken:
    parsed = wire.parse(body)
    pack = conf.SECURITY_REPORTS.pack
    pattern = partial(template, prefix=prefix, urlconf=urlconf)
    entries = tuple(enter(report, pack, pattern, browser, host) for report in parsed.reports)
    lacks_host = not host and any("://" not in report.document for report in parsed.reports)
    refused = {reason.value: count for reason, count in parsed.refused.items()}
    return Taken(entries, refused, lacks_host)
