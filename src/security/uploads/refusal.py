"""The one way in which an upload is turned away: which rule, said to the visitor who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MAX_WORD = 80  # characters of a visitor's own text that a message repeats
UNITS = ("KB", "MB", "GB", "TB", "PB")  # of 1024 each, as Django's ``filesizeformat`` counts


def gettext_noop(text: str) -> str:
    """Return the text as it is; ``makemessages`` collects what is passed to this name."""
    return text


class Size(int):
    """A number of bytes, 0 or more, that a message shows as people say it: 10 MB, 976.6 KB."""

    def __str__(self) -> str:
        if self < 1024:
            return "1 byte" if self == 1 else f"{int(self)} bytes"
        power = min((self.bit_length() - 1) // 10, len(UNITS))
        number = f"{self / 1024**power:.1f}".removesuffix(".0")
        return f"{number} {UNITS[power - 1]}"


class Refusal(ValueError):  # noqa: N818 - it is an answer to a visitor
    """
    An upload that is not accepted.

    ``rule`` is ``area.thing``, such as ``archive.ratio``: the code of the ``ValidationError``
    that a visitor gets. ``message`` is one English sentence with ``%(name)s`` for each of
    ``params``; write it in ``gettext_noop()``, and ``%`` as ``%%`` if there are params.
    ``str(refusal)`` is the whole sentence.
    """

    def __init__(self, rule: str, message: str, **params: object) -> None:
        super().__init__(rule, message)
        self.rule = rule
        self.message = message
        self.params: Mapping[str, object] = MappingProxyType(params)

    @property
    def words(self) -> dict[str, str]:
        """The params as a message shows them: 50,000,000; 10 MB; .png, .gif; text cut, one line."""
        return {name: _word(value) for name, value in self.params.items()}

    def __str__(self) -> str:
        return self.message % self.words if self.params else self.message


def _word(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool | Size):
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(map(_word, value))
    text = str(value)[: MAX_WORD + 1]
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= MAX_WORD else f"{text[: MAX_WORD - 3]}..."
