"""Which reports are about the same thing, and which of them are worth keeping whole."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from . import addresses
from .report import Kind, Report

VERSION: Final = b"1"  # of the key; a new one starts all groups anew
MAX_EXEMPLARS: Final = 5  # reports kept whole for each group

# Where the file itself is what the report is about, not only the host that it came from.
_FILES: Final = frozenset({Kind.CSP_HASH, Kind.INTEGRITY})


class Key(NamedTuple):
    """
    What the reports of one group have in common. No part depends on the policy's text.

    ``blocked`` is an origin or a keyword, for hash and integrity reports a URL without its
    query; ``source`` a URL without its query; ``document`` a path without its host.
    """

    kind: str
    disposition: str
    subject: str
    blocked: str
    source: str
    line: int | None
    document: str

    def digest(self) -> str:
        """Return 32 hexadecimal digits, the same in every process and release."""
        state = blake2b(VERSION, digest_size=16)
        for part in self:
            encoded = str("" if part is None else part).encode()
            state.update(b"%d:%b" % (len(encoded), encoded))
        return state.hexdigest()


def key(report: Report) -> Key:
    """Return the key of a scrubbed report; queries would count for nothing anyway."""
    return Key(
        report.kind,
        report.disposition.value,
        report.subject,
        _place(report.blocked, whole=report.kind in _FILES),
        _place(report.source, whole=True),
        report.line,
        _path(report.document),
    )


def fingerprint(report: Report) -> str:
    """Return the digest of a report's key."""
    return key(report).digest()


def digest(policy: str) -> str:
    """Return 32 hexadecimal digits under which a policy is stored once."""
    return blake2b(policy.encode(), digest_size=16).hexdigest()


def exemplars(kept: Sequence[Report], arrived: Sequence[Report]) -> tuple[Report, ...]:
    """
    Return the reports of a group to keep: the first few that differ to a reader.

    Two that differ in age, status or policy alone do not. Order and repetition of what
    arrived later never push out what is kept.
    """
    chosen: dict[tuple[object, ...], Report] = {}
    for report in (*kept, *arrived):
        if len(chosen) == MAX_EXEMPLARS:
            break
        chosen.setdefault(_face(report), report)
    return tuple(chosen.values())


def _face(report: Report) -> tuple[object, ...]:
    return (
        report.document,
        report.blocked,
        report.source,
        report.column,
        report.sample,
        report.user_agent,
        report.details,
    )


def _place(text: str, *, whole: bool) -> str:
    address = addresses.read(text)
    if address is None:
        return addresses.scheme(text) or text
    return str(address) if whole else address.origin


def _path(text: str) -> str:
    address = addresses.read(text)
    return text if address is None else address.path or "/"
