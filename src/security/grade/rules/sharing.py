"""Who may read answers from another origin. Fetch section 3.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..exchange import Reply
from ..finding import Finding, Severity
from ..observatory_tests import ORIGIN
from .subject import Rule, Subject

_HEADER: Final = "Access-Control-Allow-Origin"
_DOCS: Final = "grade.md#findings"
_HINT: Final = "Name the origins: CORS_ALLOWED_ORIGINS of django-cors-headers."

ANYBODY: Final = Finding(
    "sharing.any-origin",
    Severity.HIGH,
    _HEADER,
    "Any site may read answers in the name of a visitor who is logged in.",
    _HINT,
    _DOCS,
)
NULL: Final = Finding(
    "sharing.null-origin",
    Severity.HIGH,
    _HEADER,
    "Any site may read answers in the name of a visitor: a sandboxed frame has the origin null.",
    _HINT,
    _DOCS,
)
REFLECTED: Final = Finding(
    "sharing.reflected",
    Severity.LOW,
    _HEADER,
    "The origin of the request is sent back whatever it is: one header more, and any site reads "
    "answers in the name of a visitor.",
    _HINT,
    _DOCS,
)
IMPOSSIBLE: Final = Finding(
    "sharing.star-with-credentials",
    Severity.MEDIUM,
    _HEADER,
    "Browsers refuse * together with Access-Control-Allow-Credentials.",
    _HINT,
    _DOCS,
)


def sharing(subject: Subject) -> Iterator[Finding]:
    """Ask the preflight, and the answer itself."""
    preflight = subject.exchange.preflight
    found = list(_shared(subject.reply))
    if preflight is not None and 200 <= preflight.status < 300:
        found += _shared(preflight)
    yield from dict.fromkeys(found)


def _shared(reply: Reply) -> Iterator[Finding]:
    origin = reply.value("access-control-allow-origin")
    if not origin:
        return
    # Browsers want this word in lower case. Fetch section 4.10.
    with_cookies = reply.value("access-control-allow-credentials") == "true"
    if origin == "*":
        if with_cookies:
            yield IMPOSSIBLE
    elif origin == ORIGIN:
        yield ANYBODY if with_cookies else REFLECTED
    elif origin == "null" and with_cookies:
        yield NULL


RULES: Final[tuple[Rule, ...]] = (sharing,)
