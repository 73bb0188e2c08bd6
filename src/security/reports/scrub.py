"""Take out of a report what says who was there: queries, fragments, identifiers in a path."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from . import addresses, browsers, fields
from .addresses import Address
from .report import Report

# Pages of the browser itself, by which noise is told; all else without "//" is its scheme.
_OWN_PAGE = re.compile(r"about:[a-z]{1,20}|data:text/html,chromewebdata", re.IGNORECASE)

_MAIL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}(?:@|%40)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
)
_SECRET = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{32,}")
_QUERY = re.compile(r"(://[^\s?#\"'<>]*+)(?:[?#][^\s\"'<>]*+)?")
_POLICY_USER = re.compile(r"(?<=://)[^\s/?#;,]*@")
_POLICY_QUERY = re.compile(r"[?#][^\s;,]*")
_NONCE = re.compile(r"'nonce-[^']+'", re.IGNORECASE)
_NO_NONCE: Final = "'nonce-removed'"  # still a nonce to whoever parses the policy


def scrub(report: Report, *, template: Callable[[str], str], host: str = "") -> Report:
    """
    Return the report without what points at a person.

    Off every URL go user, password, query, fragment and default port; a URL without ``//`` is
    reduced to its scheme, a foreign referrer to its origin. ``template`` turns the path of a
    page of the document's own host, or of ``host`` where the document has none (a frame of
    ``srcdoc``), into its pattern (``/invoice/8731/`` into ``/invoice/<int>/``) and returns any
    other path as it is. Mail addresses, and in samples
    and messages long words with digits, are masked; a policy loses its nonces, the User-Agent
    all but family and major version. ``scrub`` of a scrubbed report is that report, if
    ``template`` leaves a template alone.
    """
    document = addresses.read(report.document)
    own = document.host if document else host.lower() or None

    def clean(url: str) -> str:
        return _clean(url, own, template)

    def referrer(url: str) -> str:
        address = addresses.read(url)
        return clean(url) if address is None or address.host == own else address.origin

    return Report(
        kind=report.kind,
        shape=report.shape,
        document=clean(report.document),
        subject=report.subject,
        blocked=clean(report.blocked),
        source=clean(report.source),
        disposition=report.disposition,
        line=report.line,
        column=report.column,
        status=report.status,
        sample=_prose(report.sample),
        referrer=referrer(report.referrer),
        policy=policy(report.policy),
        user_agent=str(browsers.classify(report.user_agent)),
        age=report.age,
        details=tuple((name, _detail(name, text)) for name, text in report.details),
    )


@lru_cache(maxsize=128)  # a site has few policies; a text has at most 16 kB
def policy(text: str) -> str:
    """Return a policy, or a part, without nonces, and the users and queries of its URLs."""
    return _POLICY_QUERY.sub("", _POLICY_USER.sub("", _NONCE.sub(_NO_NONCE, text)))


def place(url: str) -> str:
    """Return a URL with its path as it is; without ``//`` what every report keeps of it."""
    address = addresses.read(url)
    return _reduced(url) if address is None else str(address)


def _clean(url: str, host: str | None, template: Callable[[str], str]) -> str:
    address = addresses.read(url)
    if address is not None:
        if address.host == host:
            address = Address(*address[:3], template(address.path))
        return fields.text(_masked(str(address)))
    return _reduced(url)


def _reduced(url: str) -> str:
    if _OWN_PAGE.fullmatch(url):
        return url.lower()
    if scheme := addresses.scheme(url):
        return scheme
    # What is nothing but a query leaves its mark: it said something, if nothing to keep.
    return _masked(url.partition("?")[0].partition("#")[0]) or url[:1]


def _detail(name: str, text: str) -> str:
    return _prose(policy(text) if name == "violated-directive" else text)


def _prose(text: str) -> str:
    if "'" in text:
        text = _NONCE.sub(_NO_NONCE, text)
    if "://" in text:
        text = _QUERY.sub(r"\1", text)
    text = _masked(text)
    return fields.text(_SECRET.sub("<secret>", text)) if len(text) >= 32 else text  # as it wants


def _masked(text: str) -> str:
    return _MAIL.sub("<email>", text) if "@" in text or "%40" in text else text
