"""What the single-header values share: how arguments are checked and field values are read."""

from __future__ import annotations

from collections.abc import Callable

from . import structured
from .errors import PolicyError, must_be, shown
from .grammar import bounded, text


def members(value: object, what: str, check: Callable[[object], object]) -> None:
    """
    Check a tuple, one member after the other.

    Raises ``PolicyError`` for anything but a tuple, and with the place of the member for a
    member that ``check`` refuses. A string is refused too: it would be read letter by letter.
    """
    if isinstance(value, str):
        raise must_be(f"a list of {what}", value, hint=f"Write [{shown(value)}].")
    if not isinstance(value, tuple):
        raise must_be(f"a list of {what}", value)
    for place, member in enumerate(value):
        try:
            check(member)
        except PolicyError as error:
            raise error.within(place) from error


def filled(value: object, what: str, check: Callable[[object], object]) -> None:
    """Check a tuple as ``members`` does, and that it has at least one member."""
    members(value, what, check)
    if not value:
        raise must_be(f"a list of {what} with at least one member", value)


def flag(value: object) -> None:
    """Raise ``PolicyError`` unless ``value`` is a boolean; 0 and 1 are not."""
    if not isinstance(value, bool):
        raise must_be("True or False", value)


def endpoint(value: object) -> None:
    """Raise ``PolicyError`` unless ``value`` can name an endpoint of ``Reporting-Endpoints``."""
    structured.key(value, "the name of a reporting endpoint")


def optional_endpoint(value: object) -> None:
    """Check the name of an endpoint, or accept ``None``."""
    if value is not None:
        endpoint(value)


def one_line(value: object) -> str:
    """
    Return a field value that is not a structured field, without the blanks around it.

    A tab counts as a blank. RFC 9110 section 5.6.3. Raises ``PolicyError`` for anything but
    text, for more than ``MAX_HEADER`` characters and for anything unprintable.
    """
    if not isinstance(value, str):
        raise must_be("the text of a header", value)
    return text(bounded(value).replace("\t", " "), "the text of a header").strip(" ")


def elements(value: object) -> list[str]:
    """Return what stands between the commas; empty elements count for nothing. RFC 9110 5.6.1."""
    stripped = (element.strip(" ") for element in one_line(value).split(","))
    return [element for element in stripped if element]
