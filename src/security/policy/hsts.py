"""Strict-Transport-Security: keep a browser on HTTPS. RFC 6797 section 6.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from .errors import PolicyError, must_be
from .fields import flag, one_line

MAX_AGE = 9_999_999_999  # seconds, 317 years; ten digits fit the counters of every browser
MAX_STEPS = 100  # steps of a ramp; the usual plan has five
YEAR = 31_536_000  # seconds

_DIRECTIVE = re.compile(
    r" *+(?:(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]++)"
    r"(?: *+= *+(?:(?P<token>[!#$%&'*+.^_`|~0-9A-Za-z-]++)"
    r'|"(?P<quoted>(?:[^"\\]|\\.)*+)"))?)?'
    r" *+(?:;|\Z)"
)
_QUOTED_PAIR = re.compile(r"\\(.)")
_DIGITS = re.compile(r"[0-9]++")


@dataclass(frozen=True, slots=True)
class StrictTransportSecurity:
    """
    How long, and how widely, a browser must refuse plain HTTP.

    ``max_age`` is in seconds, at most ``MAX_AGE``; 0 tells browsers to forget the host.
    """

    max_age: int
    include_subdomains: bool = False
    preload: bool = False

    name: ClassVar[str] = "Strict-Transport-Security"

    def __post_init__(self) -> None:
        _seconds(self.max_age)
        flag(self.include_subdomains)
        flag(self.preload)

    def __str__(self) -> str:
        words = [f"max-age={self.max_age}"]
        if self.include_subdomains:
            words.append("includeSubDomains")
        if self.preload:
            words.append("preload")
        return "; ".join(words)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a header value; fail where a browser would ignore it.

        Names are read in any case, unknown directives are skipped, and a number above
        ``MAX_AGE`` is read as ``MAX_AGE``, since browsers cap it too. Raises ``PolicyError``
        for bad syntax, for a directive that stands twice and for a missing ``max-age``.
        """
        directives = _directives(one_line(text))
        age = directives.get("max-age") or ""
        if not _DIGITS.fullmatch(age):
            raise must_be("given one max-age of digits", text)
        if directives.get("includesubdomains") is not None:
            raise must_be("an includeSubDomains without a value", text)
        significant = age.lstrip("0") or "0"
        return cls(
            MAX_AGE if len(significant) > len(str(MAX_AGE)) else int(significant),
            "includesubdomains" in directives,
            directives.get("preload", "absent") is None,
        )


@dataclass(frozen=True, slots=True)
class Ramp:
    """
    A plan that raises ``max_age`` day by day, so that a mistake is cheap at first.

    ``steps`` are pairs of a date and a number of seconds: on that day the number comes into
    force. The dates ascend. A step of 0 seconds is a withdrawal: it sends ``max-age=0``.
    """

    steps: tuple[tuple[date, int], ...]
    include_subdomains: bool = False
    preload: bool = False

    def __post_init__(self) -> None:
        _check_steps(self.steps)
        flag(self.include_subdomains)
        flag(self.preload)

    def on(self, day: date) -> StrictTransportSecurity | None:
        """Return the header of a day; ``None`` before the first step, when none is sent yet."""
        reached = [seconds for since, seconds in self.steps if since <= day]
        if not reached:
            return None
        return StrictTransportSecurity(reached[-1], self.include_subdomains, self.preload)

    def until(self, day: date) -> date | None:
        """Return the next day on which the header changes, or ``None`` if it stays for good."""
        return next((since for since, _ in self.steps if since > day), None)


def _seconds(value: object) -> None:
    if type(value) is not int or value < 0:
        raise must_be("a whole number of seconds, 0 or more", value, hint=f"A year is {YEAR}.")
    if value > MAX_AGE:
        raise must_be(f"at most {MAX_AGE} seconds", "a larger number", hint=f"A year is {YEAR}.")


def _check_steps(steps: object) -> None:
    if not isinstance(steps, tuple) or not 1 <= len(steps) <= MAX_STEPS:
        raise must_be(f"a list of 1 to {MAX_STEPS} pairs of a date and seconds", steps)
    before: date | None = None
    for place, step in enumerate(steps):
        try:
            before = _check_step(step, before)
        except PolicyError as error:
            raise error.within(place) from error


def _check_step(step: object, before: date | None) -> date:
    if not isinstance(step, tuple) or len(step) != 2:
        raise must_be("a pair of a date and a number of seconds", step)
    day, seconds = step
    if type(day) is not date:
        raise must_be("a date without a time", day, hint="Write datetime.date(2027, 1, 31).")
    if before is not None and day <= before:
        raise must_be("later than the step before it", str(day))
    _seconds(seconds)
    return day


def _directives(text: str) -> dict[str, str | None]:
    """Return the directives by lower-case name; ``None`` is a directive without a value."""
    found: dict[str, str | None] = {}
    at = 0
    while at < len(text):
        directive = _DIRECTIVE.match(text, at)
        if directive is None:
            raise must_be("made of directives with ';' between them", text)
        at = directive.end()
        if directive["name"] is None:
            continue
        name = directive["name"].lower()
        if name in found:
            raise must_be("without a directive that stands twice", text)
        quoted = directive["quoted"]
        value = directive["token"] if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
        found[name] = value
    return found
