"""A storage as those of cloud services are: names and contents, and no folder to look into."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

from security.sri.storage import IntegrityMixin


class Bucket(Storage):
    """It keeps everything in STATIC_ROOT, and tells nobody."""

    def __init__(self) -> None:
        self.kept = FileSystemStorage(settings.STATIC_ROOT)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        return self.kept.open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        return self.kept._save(name, content)

    def delete(self, name: str) -> None:
        self.kept.delete(name)

    def exists(self, name: str) -> bool:
        return self.kept.exists(name)

    def url(self, name: str | None) -> str:
        return f"https://bucket.example/{name}"


class HashedBucket(IntegrityMixin, ManifestFilesMixin, Bucket):
    pass
