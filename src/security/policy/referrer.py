"""Referrer-Policy: what a browser tells other sites about where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from .errors import did_you_mean, must_be
from .fields import elements, filled
from .grammar import bounded, one_of

# Referrer Policy section 3, in its order.
POLICIES: Final = (
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
)


@dataclass(frozen=True, slots=True)
class ReferrerPolicy:
    """
    Standard policies, of which the last that a browser knows is in force.

    The ones before it are for browsers that do not know it. A policy may stand twice: the
    specification gives that a meaning (section 8.1), as only the last one counts.
    """

    policies: tuple[str, ...]

    name: ClassVar[str] = "Referrer-Policy"

    def __post_init__(self) -> None:
        filled(self.policies, "policies", lambda policy: one_of(policy, POLICIES))
        bounded(str(self))

    def __str__(self) -> str:
        return ", ".join(self.policies)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a header value in any case, without the policies that browsers do not know.

        Raises ``PolicyError`` where none is left: browsers then act as if it were not there.
        """
        words = [word.lower() for word in elements(text)]
        known = tuple(word for word in words if word in POLICIES)
        if not known:
            hint = did_you_mean(words[0], POLICIES) if words else None
            raise must_be("given at least one standard policy", text, hint=hint)
        return cls(known)
