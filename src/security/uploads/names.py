"""File names that mean the same to every file system, shell and reader."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_NAME: Final = 100  # bytes in UTF-8 of a whole name: Django's FileField keeps as many characters
MAX_READ: Final = 1_000  # characters of a sent name that are looked at, from its end
MAX_EXTENSION: Final = 10  # characters; longer ones belong to the stem
FALLBACK: Final = "file"  # the stem where nothing of the sent one is left

# Windows opens a device, whatever the extension: "Naming Files, Paths, and Namespaces",
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)

# Default_Ignorable_Code_Point, without what NFKC or the loss of category C takes away:
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt
_IGNORABLE = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_KEPT = frozenset("LMN")  # letters, marks and numbers, by the first letter of the category
_EXTENSION = re.compile(rf"[a-z0-9]{{1,{MAX_EXTENSION}}}")


def normalise(name: str) -> str:
    """
    Return a safe name that still looks like the one that was sent.

    It is in NFKC, has no path, at most one dot, nothing invisible (controls, bidirectional
    marks, zero-width characters, fillers) and no character with a meaning to a shell, a URL or
    a file system; it begins with a letter, a number or ``_``, is no name of a Windows device
    and has at most 100 bytes in UTF-8. ``invoice.php.PNG`` becomes ``invoice-php.png``.
    ``normalise(normalise(x)) == normalise(x)``.
    """
    stem, extension = parts(name)
    return f"{stem}.{extension}" if extension else stem


def parts(name: str) -> tuple[str, str]:
    """Return the stem and the extension of the safe name; the latter in lower case, no dot."""
    text = unicodedata.normalize("NFKC", name[-MAX_READ:])
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    text = _IGNORABLE.sub("", text)
    stem, dot, last = text.rpartition(".")
    extension = last.lower()
    if not dot or not _EXTENSION.fullmatch(extension):
        stem, extension = text, ""
    room = MAX_NAME - (len(extension) + 1 if extension else 0)
    return _stem(stem, room), extension


def extension_of(name: str) -> str:
    """
    Return the extension in lower case and without its dot, or an empty string.

    It is that of the safe name and, in ASCII, of the sent one, which Django's own fields store
    without NFKC: ``x.html`` and a full-width ``.txt`` after it have none.
    """
    extension = parts(name)[1]
    sent = name.rpartition(".")[2]
    return extension if sent.isascii() and sent.lower() == extension else ""


def _stem(text: str, room: int) -> str:
    kept = "".join(char if _is_kept(char) else "-" for char in text)
    kept = unicodedata.normalize("NFKC", kept)  # what stood apart may now compose
    kept = re.sub(r"-{2,}", "-", re.sub(r" {2,}", " ", kept))
    while kept and (kept[0] in " -" or unicodedata.category(kept[0])[0] == "M"):
        kept = kept[1:]  # an option to a program, or a mark upon the character before
    kept = kept.encode()[:room].decode(errors="ignore").rstrip(" -")
    if not kept:
        return FALLBACK
    return f"{FALLBACK}-{kept}" if kept.lower() in DEVICES else kept


def _is_kept(char: str) -> bool:
    return char in " -_" or unicodedata.category(char)[0] in _KEPT
