"""The hash of a static file: out of the manifest, or of the file itself where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation

from security.policy.errors import must_be
from security.sri import metadata
from security.sri.errors import StaticIntegrityError, no_file
from security.sri.storage import IntegrityMixin

MAX_REMEMBERED: Final = 1024  # files; about 200 bytes each
CHUNK: Final = 65_536  # bytes read at once

_FIND: Final = "No app has it, and no folder of STATICFILES_DIRS."
_ELSEWHERE: Final = "Write the integrity of a file of another site by hand: its owner tells it."


def integrity(name: str) -> str:
    """
    Return the integrity metadata of what the URL of a static file answers with.

    In production the manifest says it. Where ``DEBUG`` is on, and with storages that do not
    hash names, it is that of the file, which is read again once its time or size changes.
    Raises ``StaticIntegrityError``.
    """
    path = _path(name)
    storage: Any = staticfiles_storage
    if not settings.DEBUG and isinstance(storage, IntegrityMixin):
        return storage.integrity(name)
    place = _find(name, path) if settings.DEBUG else _collected(storage, name, path)
    status = place.stat()
    kind = getattr(storage, "integrity_algorithm", metadata.DEFAULT)
    return _of_file(str(place), kind, status.st_mtime_ns, status.st_size)


def _path(name: object) -> str:
    """Return the path in a name, without the query and fragment that Django lets stand there."""
    try:
        parts = urlsplit(name) if isinstance(name, str) else None
    except ValueError:
        parts = None
    if parts is None or not parts.path or "\0" in parts.path:
        raise no_file(name, hint=_FIND)
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        raise no_file(name, hint=_ELSEWHERE)
    return unquote(parts.path)


def _collected(storage: Any, name: str, path: str) -> Path:
    """Return the file in the folder of collected files; of plain names, also what a finder has."""
    is_hashed = hasattr(storage, "stored_name")
    try:
        place = Path(storage.path(urlsplit(storage.stored_name(name)).path if is_hashed else path))
    except ImproperlyConfigured:  # there is no such folder: somebody else serves the files
        return _find(name, path)
    except NotImplementedError as error:
        raise _must_record(storage) from error
    except (ValueError, SuspiciousFileOperation) as error:
        raise no_file(name, hint=_FIND) from error
    if _is_file(place):
        return place
    if is_hashed:
        raise _must_record(storage)
    return _find(name, path)


def _find(name: str, path: str) -> Path:
    try:
        place = finders.find(path)
    except SuspiciousFileOperation:
        place = None
    if not place or not _is_file(found := Path(place)):
        raise no_file(name, hint=_FIND)
    return found


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # a name that is too long for the disk
        return False


def _must_record(storage: Any) -> StaticIntegrityError:
    kind = f"{storage.__class__.__module__}.{storage.__class__.__qualname__}"
    hint = "Put security.sri.storage.IntegrityMixin before it, and run collectstatic."
    return StaticIntegrityError(
        'STORAGES["staticfiles"]',
        must_be("a storage that records the integrity of its files", kind, hint=hint),
    )


@lru_cache(maxsize=MAX_REMEMBERED)
def _of_file(place: str, kind: str, modified: int, size: int) -> str:
    return metadata.digest(_chunks(place), kind)


def _chunks(place: str) -> Iterator[bytes]:
    with Path(place).open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
