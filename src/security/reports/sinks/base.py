"""What a sink is: where accepted reports go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from security.reports.entry import Arrival


class SinkUnavailable(Exception):  # noqa: N818  # no error of the program: it says what is the case
    """What came in cannot be kept just now. The sender is told to try again (503)."""


class Sink(Protocol):
    """
    Keeps what came in. One object in each process, used by many threads and event loops.

    A project names its class in ``SECURITY_REPORTS["SINK"]``; it is made with the members of
    ``SECURITY_REPORTS["OPTIONS"]`` as keyword arguments, when the first report comes in.
    """

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Return when every arrival is kept for good. Raises ``SinkUnavailable``."""

    async def aaccept(self, arrivals: Sequence[Arrival]) -> None:
        """Do the same, awaited."""

    def refuse(self, reason: str, count: int) -> None:
        """Note that items were refused, and why. Returns at once; may be lost in a crash."""
