"""Uploads that are safe to accept: fields, validators and a handler for declared types."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from security.uploads.accepted import UploadRefused
    from security.uploads.examine import Examined
    from security.uploads.fields import SafeFileField, SafeImageField
    from security.uploads.handlers import SafeUploadHandler
    from security.uploads.limits import Limits
    from security.uploads.refusal import Refusal
    from security.uploads.rules import Rules
    from security.uploads.types import TYPES, FileType
    from security.uploads.validators import UploadValidator

__all__ = [
    "TYPES",
    "Examined",
    "FileType",
    "Limits",
    "Refusal",
    "Rules",
    "SafeFileField",
    "SafeImageField",
    "SafeUploadHandler",
    "UploadRefused",
    "UploadValidator",
]

# Imported when asked for: models wait for the apps, and most sites need no more than one.
_HOMES: Final = {
    "Examined": "examine",
    "FileType": "types",
    "Limits": "limits",
    "Refusal": "refusal",
    "Rules": "rules",
    "SafeFileField": "fields",
    "SafeImageField": "fields",
    "SafeUploadHandler": "handlers",
    "TYPES": "types",
    "UploadRefused": "accepted",
    "UploadValidator": "validators",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
