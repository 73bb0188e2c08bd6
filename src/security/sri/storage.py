"""A storage for static files whose manifest also records the hash of each file as it is served."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files.base import ContentFile

from security.policy.errors import PolicyError
from security.sri import metadata
from security.sri.errors import COLLECT, no_file, not_recorded

if TYPE_CHECKING:
    Base = ManifestStaticFilesStorage
else:  # a mixin, for every class with Django's ManifestFilesMixin
    Base = object


class IntegrityMixin(Base):
    """
    Record ``integrity`` in the manifest: the name of a hashed file to its metadata.

    Stands before any storage with Django's ``ManifestFilesMixin``. A hash is that of the file
    after post-processing, before any compression: what a browser compares with. Releases of
    Django, and storages, that know nothing of the entry read past it. Each ``collectstatic``
    reads every file once more, in pieces.

    ``integrity_algorithm`` is ``sha256``, ``sha384`` or ``sha512``: an option of the storage,
    or an attribute of a subclass.
    """

    integrity_algorithm: str = metadata.DEFAULT

    def __init__(self, *args: Any, integrity_algorithm: str | None = None, **kwargs: Any) -> None:
        if integrity_algorithm is not None:
            self.integrity_algorithm = integrity_algorithm
        try:
            metadata.algorithm(self.integrity_algorithm)
        except PolicyError as error:
            raise ImproperlyConfigured(error.describe("integrity_algorithm")) from error
        self.integrities: dict[str, object] = {}
        super().__init__(*args, **kwargs)

    def read_manifest(self) -> str | None:  # type: ignore[override]  # None where there is none
        """Return the text of the manifest, and remember the hashes in it."""
        content: str | None = super().read_manifest()
        self.integrities = _recorded(content)
        return content

    def save_manifest(self) -> None:
        """Write Django's manifest, then the hashes of the files that it names into it."""
        integrities: dict[str, object] = {
            stored: self._digest(stored) for stored in sorted(set(self.hashed_files.values()))
        }
        super().save_manifest()
        payload = json.loads(super().read_manifest() or "{}") | {"integrity": integrities}
        store: Any = self.manifest_storage
        store.delete(self.manifest_name)
        # As Django writes it: save() would choose another name where this one is taken.
        store._save(self.manifest_name, ContentFile(json.dumps(payload).encode()))
        self.integrities = integrities

    def integrity(self, name: str) -> str:
        """
        Return the metadata of the file that stands behind the URL of ``name``.

        Raises ``StaticIntegrityError`` for a file that the manifest does not have, and for a
        manifest that was written without hashes.
        """
        try:
            stored = urlsplit(self.stored_name(name)).path
        except (ValueError, SuspiciousFileOperation) as error:
            raise no_file(name, self.hashed_files, hint=COLLECT) from error
        found = self.integrities.get(stored)
        if not metadata.is_metadata(found):
            raise not_recorded(self.manifest_name, name, found)
        return str(found)

    def _digest(self, stored: str) -> str:
        with self.open(stored) as file:
            return metadata.digest(file.chunks(), self.integrity_algorithm)


class IntegrityManifestStaticFilesStorage(  # type: ignore[misc]  # so is Django's own, in the stubs
    IntegrityMixin, ManifestStaticFilesStorage
):
    """Django's own storage with hashed names, and the hashes themselves in the manifest."""


def _recorded(content: str | None) -> dict[str, object]:
    """Return what a manifest says; of a broken one nothing, since Django complains of it."""
    try:
        stored = json.loads(content or "{}")
    except json.JSONDecodeError:
        return {}
    found = stored.get("integrity") if isinstance(stored, dict) else None
    return found if isinstance(found, dict) else {}
