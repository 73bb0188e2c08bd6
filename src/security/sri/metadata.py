"""Integrity metadata: what a browser compares a file with. Subresource Integrity section 3.5."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Final

from security.policy.errors import must_be

ALGORITHMS: Final = ("sha256", "sha384", "sha512")  # browsers pass over every other
DEFAULT: Final = "sha384"

# Exactly as many characters as the digest needs: a browser runs any file under a bad hash.
_METADATA: Final = re.compile(
    r"sha256-[A-Za-z0-9+/]{43}=|sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}=="
)


def algorithm(word: object) -> str:
    """Return the name of a hash that browsers know. Raises ``PolicyError``."""
    if not isinstance(word, str) or word not in ALGORITHMS:
        raise must_be(f"one of {', '.join(ALGORITHMS)}", word)
    return word


def digest(chunks: Iterable[bytes], name: str = DEFAULT) -> str:
    """Return the metadata of a file that comes in pieces: ``sha384-`` and a hash in base64."""
    hasher = hashlib.new(algorithm(name))
    for chunk in chunks:
        hasher.update(chunk)
    return f"{name}-{base64.b64encode(hasher.digest()).decode('ascii')}"


def is_metadata(value: object) -> bool:
    """Tell whether a browser would compare anything with ``value``; it passes over bad ones."""
    return isinstance(value, str) and _METADATA.fullmatch(value) is not None
