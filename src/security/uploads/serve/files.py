"""Find an upload in a storage, and read it piece by piece in constant memory."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage

from security.middleware._run import blocking

from .ranges import Range

MAX_PATH: Final = 1024  # characters; what S3 takes as a key, and most file systems as a path
CHUNK: Final = 64 * 1024  # bytes in memory for each answer

# What the visitor is told nothing about: there is no such file.
_ABSENT: Final = frozenset(
    {
        errno.EACCES,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EPERM,
    }
)
# Control characters, halves of characters, and the separator of Windows.
_FOREIGN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]")


class NoSuchFileError(Exception):
    """There is no such file, or none that anybody may have."""


class Found(NamedTuple):
    """
    An open file. ``modified`` is in seconds since 1970, ``None`` where nobody knows.

    ``etag`` is strong: any change of the size or, to the microsecond, of the time changes it.
    """

    file: Any
    size: int
    modified: float | None
    media_type: str | None

    @property
    def etag(self) -> str | None:
        if self.modified is None:
            return None
        return f'"{int(self.modified * 1_000_000):x}-{self.size:x}"'

    @property
    def is_seekable(self) -> bool:
        return bool(self.file.seekable())


def is_safe(name: str) -> bool:
    """Tell whether a path names one file below the root, none of it hidden."""
    parts = name.split("/")
    return (
        len(name) <= MAX_PATH
        and not _FOREIGN.search(name)
        and all(part and not part.startswith(".") for part in parts)
    )


class Place(NamedTuple):
    """Where a file really is, and what it was when somebody looked."""

    path: str
    status: os.stat_result


def place_of(storage: Any, name: str) -> Place | None:
    """
    Return where a file is; ``None`` in a storage without paths.

    Raises ``NoSuchFileError`` for what is outside the root, by ``..`` or by a symbolic link, and
    for what is not a regular file.
    """
    try:
        root, path = os.path.realpath(storage.path("")), storage.path(name)
    except NotImplementedError:
        return None
    if not isinstance(storage, FileSystemStorage) and not os.path.lexists(path):
        return None  # InMemoryStorage has paths that lead nowhere
    real: str = os.path.realpath(path, strict=True)
    inside = Path(real).is_relative_to(root) and is_safe(Path(real).relative_to(root).as_posix())
    status = os.lstat(real)
    if not inside or not stat.S_ISREG(status.st_mode):
        raise NoSuchFileError(name)
    return Place(real, status)


def located(storage: Any, name: str) -> Place | None:
    """Do what ``place_of`` does; whatever is wrong with a name is ``NoSuchFileError``."""
    try:
        return place_of(storage, name)
    except (OSError, SuspiciousOperation, ValueError) as error:
        raise _absent(error, name) from error


def find(storage: Any, name: str) -> Found:
    """Open a file of a storage. Raises ``NoSuchFileError``; errors of the disk are raised on."""
    place = located(storage, name)
    try:
        file = storage.open(name, "rb")
    except (OSError, SuspiciousOperation, ValueError) as error:
        raise _absent(error, name) from error
    try:
        return _found(storage, name, place, file)
    except (OSError, NoSuchFileError) as error:
        file.close()
        raise _absent(error, name) from error
    except BaseException:
        file.close()
        raise


def _found(storage: Any, name: str, place: Place | None, file: Any) -> Found:
    raw = None if place is None else getattr(file, "file", None)  # S3 would fetch it to tell
    if place is not None and isinstance(raw, io.BufferedReader | io.FileIO):
        opened = os.fstat(raw.fileno())
        if not os.path.samestat(opened, place.status):
            raise NoSuchFileError(name)  # somebody put another file there since
        return Found(file, opened.st_size, opened.st_mtime, None)
    modified = None
    with suppress(NotImplementedError):
        modified = storage.get_modified_time(name).timestamp()
    return Found(file, file.size, modified, _stored_type(file))


def _stored_type(file: Any) -> str | None:
    """Return the media type that a storage keeps with a file, if it does."""
    for holder in (file, getattr(file, "obj", None), getattr(file, "blob", None)):
        media_type = getattr(holder, "content_type", None)
        if isinstance(media_type, str):
            return media_type
    return None


def _absent(error: Exception, name: str) -> Exception:
    is_absent = not isinstance(error, OSError) or isinstance(error, FileNotFoundError)
    if is_absent or getattr(error, "errno", None) in _ABSENT:
        return NoSuchFileError(name)
    return error


class Pieces:
    """The bytes of an answer, at most ``CHUNK`` at a time. Closes the file in the end."""

    def __init__(self, file: Any, parts: Iterable[bytes | Range]) -> None:
        self.file = file
        self.pieces = _read(file, parts)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self.pieces)

    def close(self) -> None:
        self.file.close()


class AwaitedPieces:
    """The same in an event loop, which does not wait for the disk."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.close = pieces.close

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece: bytes | None = await blocking(next, self.pieces, None).arun()
        if piece is None:
            raise StopAsyncIteration
        return piece


def _read(file: Any, parts: Iterable[bytes | Range]) -> Iterator[bytes]:
    """Yield the parts. A file that became shorter ends the answer, which the client sees."""
    at = 0
    for part in parts:
        if isinstance(part, bytes):
            yield part
            continue
        if part.start != at:
            file.seek(part.start)
        at = part.start
        while at < part.stop:
            piece = file.read(min(CHUNK, part.stop - at))
            if not piece:
                return
            at += len(piece)
            yield piece
