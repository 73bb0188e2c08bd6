"""Every hostile file in a storage, as it was sent."""

from __future__ import annotations

from functools import cache

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from tests.uploads.corpus.files import Hostile
from tests.uploads.corpus.hostile import hostile

from security.uploads.serve.files import is_safe


def stored_name(number: int, file: Hostile) -> str:
    """Return the name that was sent, in a folder of its own, if a storage can have it."""
    name = f"{number}/{file.name}"
    is_fine = is_safe(name) and name.count("/") == 1 and "\\" not in name and len(name) < 200
    return name if is_fine and name.isprintable() else f"{number}/file.png"


@cache
def paths() -> tuple[str, ...]:
    """Return the name of each file in the storage."""
    return tuple(stored_name(number, file) for number, file in enumerate(hostile()))


def filled() -> InMemoryStorage:
    """Return a storage with all of them."""
    storage = InMemoryStorage()
    for path, file in zip(paths(), hostile(), strict=True):
        assert storage.save(path, ContentFile(file.content)) == path
    return storage
