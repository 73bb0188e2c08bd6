"""What a check can say, as data: the text and the hint have places for what was found."""

from __future__ import annotations

from typing import NamedTuple

from django.core import checks
from django.core.checks import CheckMessage


class Message(NamedTuple):
    """
    One thing that a check can say. ``text`` and ``hint`` are for ``str.format``.

    An error does not work as it is written. A warning works, and is weaker than it should
    be. An info may well be meant.
    """

    level: int
    text: str
    hint: str
    id: str

    def about(self, **values: object) -> CheckMessage:
        """Return the message with the values in their places."""
        text, hint = self.text.format(**values), self.hint.format(**values)
        return CheckMessage(self.level, text, hint=hint, id=self.id)


def error(text: str, *, hint: str, id: str) -> Message:  # noqa: A002  # as Django names it
    return Message(checks.ERROR, text, hint, id)


def warning(text: str, *, hint: str, id: str) -> Message:  # noqa: A002
    return Message(checks.WARNING, text, hint, id)


def info(text: str, *, hint: str, id: str) -> Message:  # noqa: A002
    return Message(checks.INFO, text, hint, id)
