"""One upload from its bytes to a verdict: the order in which the rules are asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from security.uploads import clamav, names, sniff
from security.uploads.refusal import Refusal, Size, gettext_noop
from security.uploads.rules import Rules
from security.uploads.types import FileType

logger = logging.getLogger("security.uploads")

# A program that does not know a type says so: RFC 9110 section 8.3, and older clients' words.
UNDECLARED: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_EMPTY = gettext_noop("The file is empty.")
_TOO_LARGE = gettext_noop("The file is larger than %(most)s, the most that is allowed here.")
_NOT_ALLOWED = gettext_noop("The name of the file must end in one of these: %(allowed)s.")
_DECLARED = gettext_noop("The file was sent as %(declared)s, but its name ends in .%(extension)s.")
_HTML = gettext_noop("A browser would show this file as a web page.")
_DISAGREES = gettext_noop("The name ends in .%(extension)s, but the content is not %(wanted)s.")
_FOUND = gettext_noop(
    "The name ends in .%(extension)s, but the content is not %(wanted)s. It looks like %(found)s."
)
_UNKNOWN = gettext_noop("Files of the type %(wanted)s cannot be checked here.")
_BROKEN = gettext_noop("The file is damaged, or is not a file of the type %(wanted)s.")


@dataclass(frozen=True, slots=True)
class Examined:
    """
    An upload that is accepted: what it is, its safe name, and what to store.

    ``stream`` is at its beginning. It is a new file where the content was made anew, which
    the caller closes, and else the stream that was examined.
    """

    type: FileType
    name: str
    stream: BinaryIO


def examine(stream: BinaryIO, name: str, declared: str | None, rules: Rules) -> Examined:
    """
    Return what to store, or raise ``Refusal``, and never anything else for any content.

    ``name`` and ``declared`` (a media type) are what the client said. The stream must be
    seekable and stays open. Raises ``ImportError`` where a package that is needed is not there.
    """
    kind, safe = check(stream, name, declared, rules)
    return Examined(kind, safe, clean(stream, kind, rules))


def check(stream: BinaryIO, name: str, declared: str | None, rules: Rules) -> tuple[FileType, str]:
    """Do what ``examine()`` does, but make nothing anew. Return the type and the safe name."""
    stream.seek(0, 2)
    if refusal := of_size(stream.tell(), rules):
        raise refusal
    kind, safe = of_name(name, declared, rules)
    found = sniff.sniff(stream)
    if not sniff.agrees(kind, found):
        stream.seek(0)
        raise disagreement(kind, name, stream.read(sniff.HEAD))
    if rules.scanner is not None:
        clamav.scan(stream, rules.scanner)
    inspect(stream, kind, rules)
    return kind, safe


def of_size(size: int, rules: Rules) -> Refusal | None:
    """Return why so many bytes are refused, or ``None``."""
    if size == 0:
        return Refusal("size.empty", _EMPTY)
    if size > rules.limits.max_size:
        return Refusal("size.most", _TOO_LARGE, most=Size(rules.limits.max_size))
    return None


def of_name(name: str, declared: str | None, rules: Rules) -> tuple[FileType, str]:
    """Return the type that name and declared media type agree upon, and the safe name."""
    extension = names.extension_of(name)
    kind = rules.type_of(extension)
    if kind is None:
        allowed = tuple(f".{each}" for each in rules.extensions)
        raise Refusal("extension.not_allowed", _NOT_ALLOWED, allowed=allowed)
    media_type = (declared or "").partition(";")[0].strip().lower()
    if media_type not in UNDECLARED and media_type not in kind.media_types:
        raise Refusal("declared.disagrees", _DECLARED, declared=media_type, extension=extension)
    return kind, names.normalise(name)


def disagreement(kind: FileType, name: str, head: bytes) -> Refusal:
    """Return why content that begins so is not of this type."""
    if sniff.is_html(head):
        return Refusal("content.html", _HTML)
    said = {"extension": names.extension_of(name), "wanted": kind.label}
    if found := sniff.looks_like(head):
        return Refusal("content.disagrees", _FOUND, **said, found=found)
    return Refusal("content.disagrees", _DISAGREES, **said)


def inspect(stream: BinaryIO, kind: FileType, rules: Rules) -> None:
    """Let the type's own inspector look; at what will be kept as it is, more closely."""
    table = "INSPECT" if rules.reencode else "INSPECT_KEPT"
    inspector = _of_kinds(table).get(kind.name)
    if inspector is None:
        raise Refusal("type.unknown", _UNKNOWN, wanted=kind.label)
    stream.seek(0)
    _guarded(inspector, stream, kind, rules)
    stream.seek(0)


def clean(stream: BinaryIO, kind: FileType, rules: Rules) -> BinaryIO:
    """Return the content made anew, where that is asked for and can be done."""
    cleaner = _of_kinds("CLEAN").get(kind.name) if rules.reencode else None
    stream.seek(0)
    if cleaner is None:
        return stream
    made: BinaryIO = _guarded(cleaner, stream, kind, rules)
    made.seek(0)
    return made


def _guarded(call: Callable[..., Any], stream: BinaryIO, kind: FileType, rules: Rules) -> Any:
    """Run it. What it did not foresee refuses the file, and is logged for who mends it."""
    try:
        return call(stream, rules.limits)
    except (Refusal, ImportError):  # a lacking extra is no fault of the file
        raise
    except Exception as error:
        logger.warning("An inspector of %s failed.", kind.name, exc_info=True)
        raise Refusal("content.broken", _BROKEN, wanted=kind.label) from error


def _of_kinds(table: str) -> Mapping[str, Callable[..., Any]]:
    """Return a table of ``kinds``, which is imported by the first upload and not before."""
    from security.uploads import kinds  # noqa: PLC0415

    found: Mapping[str, Callable[..., Any]] = getattr(kinds, table)
    return found
