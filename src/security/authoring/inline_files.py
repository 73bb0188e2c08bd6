"""Write a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from .inline_plan import Change


class ChangedMeanwhileError(OSError):
    """The file is no longer the one that was read, and is left as it is."""


def write(change: Change) -> None:
    """
    Put a change in the place of its file: whoever reads it gets the old text or the new one.

    The file keeps its mode, and its owner where we may set one. Raises ``OSError``.
    """
    path = change.path
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        _check(change)
        if change.before is not None:
            _resemble(temporary, path.stat())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _check(change: Change) -> None:
    present = change.path.read_bytes() if change.path.exists() else None
    if present != change.before:
        raise ChangedMeanwhileError("it has changed since it was read")


def _resemble(file: Path, wanted: os.stat_result) -> None:
    with suppress(AttributeError, PermissionError):  # no such call on Windows
        os.chown(file, wanted.st_uid, wanted.st_gid)
    file.chmod(wanted.st_mode & 0o7777)
