"""What the corpus is made of: one upload that attacks, and what has to become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from security.uploads.types import TYPES

HONEST_FOLDER = Path(__file__).parents[2] / "data" / "uploads" / "honest"

HTML_TYPE, SVG_TYPE = "text/html", "image/svg+xml"
XHTML_TYPE, SCRIPT_TYPE = "application/xhtml+xml", "text/javascript"

# What a script does that has the origin of the site. No character of it means anything to
# XML, to HTML in double quotes, or to a comment.
PAYLOAD = (
    "s='/stolen'+((document.currentScript||0).src||location.href).replace(location.origin,'');"
    "console.log(s);new Image().src=s;document.cookie='stolen=1;path=/';localStorage.stolen=1;"
)
SCRIPT = f"<script>{PAYLOAD}</script>".encode()
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
JS = PAYLOAD.encode()
PHP = b"<?php system($_GET['c']); __halt_compiler(); ?>"
SHORT_PHP = b"<?=`$_GET[0]`?>"

Areas = tuple[str, ...]  # first words of rules, such as "content" of "content.html"


@dataclass(frozen=True, slots=True)
class Hostile:
    """
    One hostile upload, as it is sent.

    ``areas`` are those of the rules that must refuse it. Without any, it must be accepted and
    come out harmless: nothing of ``marks`` is in what is stored. ``runs_as`` is the media type
    under which a browser runs it, if a careless site sends it so: a page, or a script.
    ``is_drawn`` is false where a browser that draws it would take too long.
    """

    family: str
    title: str
    name: str
    content: bytes = field(repr=False)
    areas: Areas = ()
    declared: str | None = None  # ``None`` is what belongs to the extension
    runs_as: str | None = None
    marks: tuple[bytes, ...] = ()
    is_drawn: bool = True

    @property
    def media_type(self) -> str:
        """Return what is declared."""
        return media_type_of(self.name) if self.declared is None else self.declared

    @property
    def id(self) -> str:
        """Return a name for the test, in ASCII."""
        return f"{self.family}: {self.title}"


class Bad(NamedTuple):
    """One row of a family's table: content, the areas that refuse it, and how it would run."""

    content: bytes
    areas: Areas
    runs_as: str | None = None


def media_type_of(name: str) -> str:
    """Return the media type that belongs to an extension."""
    extension = name.rpartition(".")[2].lower()
    for known in TYPES.values():
        if extension in known.extensions:
            return known.media_types[0]
    return "application/octet-stream"


def honest(name: str) -> bytes:
    """Return one of the committed files that real programs made."""
    return (HONEST_FOLDER / name).read_bytes()
