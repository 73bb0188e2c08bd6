"""Reports into the log: for a site that has a program of its own to look at them."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Final

from security.reports.entry import Arrival, added_up
from security.reports.noise import Verdict

logger = logging.getLogger("security.reports")

# What somebody should look at; the rest is there for whoever counts.
_LOUD: Final = frozenset({Verdict.KEPT, Verdict.OWN})


class LogSink:
    """
    Write a line for each kind of report in a request, as JSON in ASCII.

    ``{"at": Unix seconds, "count": ..., "group": fingerprint, "entry": what Entry.load reads}``
    at WARNING, or at INFO for what is noise; ``{"refused": reason, "count": ...}`` at INFO.
    """

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Write the lines. What the handlers of the project do with them is up to them."""
        for entry, at, count in added_up(list(arrivals)):
            level = logging.WARNING if entry.judgement.verdict in _LOUD else logging.INFO
            if logger.isEnabledFor(level):
                line = f'{{"at":{at},"count":{count},"group":"{entry.fingerprint}","entry":%s}}'
                logger.log(level, "%s", line % entry.text)

    async def aaccept(self, arrivals: Sequence[Arrival]) -> None:
        """Do the same: a log is written at once, in any mode."""
        self.accept(arrivals)

    def refuse(self, reason: str, count: int) -> None:
        """Write one line."""
        logger.info("%s", json.dumps({"refused": reason, "count": count}))
