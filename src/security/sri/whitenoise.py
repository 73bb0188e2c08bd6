"""The storage of whitenoise, which also compresses, with the hashes in its manifest."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from security.sri.storage import IntegrityMixin

try:
    storage: Any = import_module("whitenoise.storage")
except ImportError as error:
    raise ImportError(
        "security.sri.whitenoise needs whitenoise, which is not installed.\n"
        "    HINT: pip install whitenoise"
    ) from error


class IntegrityCompressedManifestStaticFilesStorage(
    IntegrityMixin,
    storage.CompressedManifestStaticFilesStorage,  # type: ignore[misc]  # it has no types
):
    """
    Hashed names, compressed files, and the hashes of the files before compression.

    Browsers compare what is left when ``Content-Encoding`` is undone.
    """
