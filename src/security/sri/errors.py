"""What can be wrong where the hash of a static file is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from security.policy.errors import PolicyError, did_you_mean, must_be

COLLECT: Final = 'Run "manage.py collectstatic", which writes the hash of every file.'


class StaticIntegrityError(ValueError):
    """A static file whose hash nobody knows; ``str(error)`` names the file and the remedy."""

    def __init__(self, subject: str, error: PolicyError) -> None:
        super().__init__(f"{error.describe(subject)}\n    HINT: {error.hint}")


def no_file(name: object, known: Iterable[str] = (), *, hint: str) -> StaticIntegrityError:
    """Build the error about a name that leads to no file."""
    near = did_you_mean(name, known)
    return StaticIntegrityError(
        "static_sri", must_be("given the name of a static file", name, hint=near or hint)
    )


def not_recorded(manifest: str, name: str, found: object) -> StaticIntegrityError:
    """Build the error about a manifest that has no hash, or no hash that works, of a file."""
    return StaticIntegrityError(
        manifest, must_be(f"a manifest with the integrity of {name!a:.80}", found, hint=COLLECT)
    )
