"""What goes with an upload: its media type, its name, and what it may do. RFC 6266, RFC 8187."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

UNKNOWN: Final = "application/octet-stream"

# By extension, and never by content. Markup, style and script are not here: they are saved.
TYPES: Final[Mapping[str, str]] = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
}
# An <img> needs the type of an SVG; opened alone it is saved, unless the project asks for more.
INLINE: Final = frozenset(TYPES) - {"pdf", "svg"}

# No upload is a page: nothing in it loads, runs, submits or opens anything.
POLICY: Final = "default-src 'none'; sandbox"
# A browser puts a recording into a page of its own, which has to load it from this origin.
PLAYER_POLICY: Final = "default-src 'none'; media-src 'self'; sandbox allow-same-origin"

MAX_NAME: Final = 150  # characters; at 12 bytes each, what common servers take as one header
MAX_EXTENSION: Final = 20  # characters that a name keeps when it is cut

NAMELESS: Final = "file"
_PLAIN: Final = re.compile(r"[0-9A-Za-z!#&+.^_`~ ()\[\]{}@,;=$'-]+")
# RFC 8187 section 3.2.1: attr-char, beside letters and digits.
_UNQUOTED: Final = "!#$&+-.^_`|~"


class Shown(NamedTuple):
    """How an upload is sent: its Content-Type, and whether a browser opens it by itself."""

    media_type: str
    is_inline: bool

    @property
    def policy(self) -> str:
        """Return the Content-Security-Policy."""
        is_played = self.is_inline and self.media_type.startswith(("audio/", "video/"))
        return PLAYER_POLICY if is_played else POLICY


def shown(name: str, inline: Collection[str] = INLINE, stored: str | None = None) -> Shown:
    """
    Decide by the extension, and by the media type that was stored where one was.

    What is not in ``TYPES``, and what was stored as another type, is saved as bytes that
    mean nothing to a browser.
    """
    _, dot, extension = name.rpartition("/")[2].lower().rpartition(".")
    extension = extension if dot else ""
    media_type = TYPES.get(extension)
    if media_type is None or (stored and _essence(stored) != _essence(media_type)):
        return Shown(UNKNOWN, is_inline=False)
    if extension in inline:
        return Shown(media_type, is_inline=True)
    return Shown(media_type if extension == "svg" else UNKNOWN, is_inline=False)


def content_disposition(name: str, *, is_inline: bool) -> str:
    """
    Return the value of Content-Disposition, in ASCII, whatever the name.

    A name that is not plain is written twice: for programs that know RFC 8187, which take
    ``saved_name(name)`` out of it again, and, with ``_`` for what is not ASCII, for all others.
    """
    kind = "inline" if is_inline else "attachment"
    name = saved_name(name)
    if _PLAIN.fullmatch(name):
        return f'{kind}; filename="{name}"'
    plain = "".join(sign if _PLAIN.fullmatch(sign) else "_" for sign in name)
    encoded = quote(name, safe=_UNQUOTED)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def saved_name(name: str) -> str:
    """
    Return the name that a visitor is offered: the last part of a path, at most ``MAX_NAME``.

    Control characters, line breaks, and signs that reverse or hide text are taken out.
    """
    leaf = re.split(r"[/\\]", name)[-1]
    leaf = "".join(sign for sign in leaf if unicodedata.category(sign) not in _HIDDEN)
    leaf = leaf.strip(" .") or NAMELESS
    if len(leaf) <= MAX_NAME:
        return leaf
    stem, dot, extension = leaf.rpartition(".")
    if not dot or len(extension) > MAX_EXTENSION:
        return leaf[:MAX_NAME].rstrip(" .")
    return stem[: MAX_NAME - len(extension) - 1].rstrip(" .") + dot + extension


# Control, format (bidi, zero-width), surrogate, and line and paragraph separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
