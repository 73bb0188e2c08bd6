"""What a page loads, runs or sends to, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    """What it is; the value is the directive that decides about it. CSP3 section 6."""

    SCRIPT = "script-src"
    STYLE = "style-src"
    IMAGE = "img-src"
    FONT = "font-src"
    CONNECT = "connect-src"
    MEDIA = "media-src"
    OBJECT = "object-src"
    FRAME = "frame-src"
    MANIFEST = "manifest-src"
    WORKER = "worker-src"
    FORM = "form-action"
    BASE = "base-uri"


class Inline(Enum):
    """Code that stands in the page itself; the value names it in every output."""

    SCRIPT = "an inline script"
    STYLE = "an inline style"
    HANDLER = "an event handler"
    STYLE_ATTRIBUTE = "a style attribute"
    JAVASCRIPT_URL = "a javascript: URL"


@dataclass(frozen=True, slots=True)
class Resource:
    """Something with an address. ``url`` is absolute, or what could not be made absolute."""

    kind: Kind
    url: str
    nonce: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """
    Inline code, by the SHA-256 of its text, as a source of a policy.

    ``where`` is the attribute and the element. ``stable`` is false where a second rendering of
    the page held another text.
    """

    kind: Inline
    source: str
    where: str
    nonce: bool = False
    stable: bool = True


Found = Resource | Code

# What JavaScript will load is not in the text of a page; every report says so.
UNSEEN: Final = (
    "Only the text of the pages was read: what scripts load, request or write at run time, "
    "eval(), and what files of other hosts load are not in it."
)
