"""Room for the uploads of strangers: the newest are kept, the others go with their files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.storage import Storage


def keep_newest(rows: Iterable[Any], field: str, *, most: int, most_bytes: int) -> int:
    """
    Keep at most ``most`` rows, whose files have at most ``most_bytes`` together.

    ``rows`` come newest first. Of the others, row and file are deleted; returns how many.
    """
    held = gone = number = 0
    for number, row in enumerate(rows, 1):
        held += _size(getattr(row, field))
        if number > most or held > most_bytes:
            remove(row, field)
            gone += 1
    return gone


def remove(row: Any, field: str) -> None:
    """Delete a row, and after it the file, which nobody can ask for any more."""
    file = getattr(row, field)
    storage, name = file.storage, file.name
    row.delete()
    if name:
        storage.delete(name)


def sweep(storage: Storage, folder: str, known: Iterable[str]) -> None:
    """Delete files without a row, such as those of a process that was stopped between the two."""
    if not storage.exists(folder):
        return
    held = set(known)
    for leaf in storage.listdir(folder)[1]:
        if (name := f"{folder}/{leaf}") not in held:
            storage.delete(name)


def _size(file: Any) -> int:
    try:
        return file.size if file else 0
    except FileNotFoundError:
        return 0
