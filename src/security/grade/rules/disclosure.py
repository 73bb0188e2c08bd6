"""What an answer tells about the software behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..finding import Finding, Severity
from .subject import Rule, Subject

_DOCS: Final = "grade.md#findings"
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_NAMES: Final = {
    "x-powered-by": "X-Powered-By",
    "x-aspnet-version": "X-AspNet-Version",
    "x-aspnetmvc-version": "X-AspNetMvc-Version",
    "x-generator": "X-Generator",
    "x-debug-token": "X-Debug-Token",
}
# In every page that Django shows with DEBUG, of each version since 1.0.
_DEBUG: Final = ("because you have <code>DEBUG = True</code>", "<title>DisallowedHost")

SERVER: Final = Finding(
    "disclosure.server",
    Severity.LOW,
    "Server",
    "The header tells the version of the server, and so which holes to try.",
    "Turn it off in the server: server_tokens off, or ServerTokens Prod.",
    _DOCS,
)
SOFTWARE: Final = Finding(
    "disclosure.software",
    Severity.LOW,
    "X-Powered-By",
    "The header tells what the site is made of, and is of no use to a browser.",
    "Remove it where it is set.",
    _DOCS,
)
DEBUG: Final = Finding(
    "disclosure.debug",
    Severity.HIGH,
    "",
    "Django's debug page is shown: it tells settings, paths and code to everybody.",
    "Set DEBUG = False.",
    _DOCS,
)


def disclosure(subject: Subject) -> Iterator[Finding]:
    """Ask the headers that tell, and an error page."""
    server = subject.reply.value("server")
    if server and _VERSION.search(server[:200]):
        yield SERVER.about(server)
    for key in sorted(_NAMES.keys() & subject.reply.names):
        yield SOFTWARE.about(f"{_NAMES[key]}: {subject.reply.value(key)}")
    if subject.reply.status >= 400 and any(text in subject.reply.body for text in _DEBUG):
        yield DEBUG


RULES: Final[tuple[Rule, ...]] = (disclosure,)
