"""What the exit code and the summary need of all cards, and nothing more of them."""

from __future__ import annotations

from typing import Final

GOOD, BELOW, NOT_GRADED = 0, 1, 2  # exit codes
MAX_COMPLAINTS: Final = 20  # lines about what cannot be read; a wrong file has thousands


class Tally:
    """Counts of what was graded; ``least`` is the points that each of ``what`` should have."""

    def __init__(self, least: int | None, what: str = "") -> None:
        self.least = least
        self.what = f" {what}" if what else ""
        self.seen = self.below = self.not_graded = 0

    @property
    def code(self) -> int:
        """The exit code."""
        if self.not_graded or not self.seen:
            return NOT_GRADED
        return BELOW if self.below else GOOD

    def count(self, score: int | None) -> None:
        """Count one site, with its points if it was graded."""
        self.seen += 1
        if score is None:
            self.not_graded += 1
        elif self.least is not None and score < self.least:
            self.below += 1

    def summary(self) -> str:
        """Return one line for people."""
        parts = [f"Graded: {self.seen - self.not_graded:,} of {self.seen:,}{self.what}."]
        if self.least is not None:
            parts.append(f"Below {self.least} points: {self.below:,}.")
        return " ".join(parts)
