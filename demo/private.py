"""Files that only the owner of the demo may read."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """
    Write ``content`` to ``path``, readable by its owner only.

    Another process sees the whole file or none; a file already there is kept.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # created with mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def secret_key(path: Path) -> str:
    """Return the key kept in ``path``; the first start makes it, from 64 random bytes."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(64).encode())
    return path.read_text()
