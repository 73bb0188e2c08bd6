"""What a rule says of an exchange: one thing, how bad it is, and what to do about it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

MAX_SUBJECT: Final = 200  # characters; a value of a megabyte says no more than its beginning


class Severity(IntEnum):
    """How bad a finding is; a higher number is worse."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Finding(NamedTuple):
    """
    One thing found.

    ``header`` is the header in question, ``subject`` the part of it or the cookie, script or
    feature that is meant, ``None`` where there is none. ``hint`` is what to set or type,
    ``docs`` a page of the documentation, relative to ``docs/``.
    """

    id: str
    severity: Severity
    header: str
    message: str
    hint: str
    docs: str
    subject: str | None = None

    def about(self, subject: str) -> Finding:
        """Return the same finding about one cookie, script, feature or value, cut if long."""
        return self._replace(subject=subject[:MAX_SUBJECT])
