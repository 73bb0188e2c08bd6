"""How a bad value is described, in one place, so that every message reads the same."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class PolicyError(ValueError):
    """
    A value that cannot become a policy.

    ``str(error)`` is one sentence without the name of the setting; ``path`` says where
    inside the setting the value stands (``["script-src"][1]``); ``hint`` says what to do
    about it, or is ``None``.
    """

    def __init__(self, message: str, *, hint: str | None = None, path: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.path = path

    def within(self, *keys: object) -> PolicyError:
        """Return the same error, seen from the container that holds it under ``keys``."""
        outer = "".join(f"[{_quoted(key)}]" for key in keys)
        return PolicyError(str(self), hint=self.hint, path=outer + self.path)

    def describe(self, name: str) -> str:
        """Return the sentence with the name of the setting in front of it."""
        return f"{name}{self.path} {self}"


def must_be(what: str, got: object, *, hint: str | None = None) -> PolicyError:
    """Build the standard error: ``must be <what> (got <value>).``"""
    return PolicyError(f"must be {what} (got {shown(got)}).", hint=hint)


def shown(value: object) -> str:
    """Return a value as an error message shows it: ASCII, one line, at most 80 characters."""
    if isinstance(value, str | bytes):
        value = value[:100]  # repr() of a megabyte, cut afterwards, costs a megabyte
    try:
        return f"{value!a:.80}"
    except Exception:  # a repr() of others: too long a number, too deep a list
        return f"<{type(value).__name__!a}>".replace("'", "")[:80]


def did_you_mean(word: object, known: Iterable[str]) -> str | None:
    """Name the nearest known word, or nothing at all."""
    if not isinstance(word, str) or len(word) > 100:  # characters; no honest name is longer
        return None
    near = get_close_matches(word, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else None


def _quoted(key: object) -> str:
    return f'"{ascii(key[:40])[1:-1]}"' if isinstance(key, str) else shown(key)[:40]
