"""
Safe headers for storages that serve uploads themselves: set when the file is uploaded.

An object store answers with what was stored with the file. So much of ``MediaView`` fits in
there: the media type, Content-Disposition and Cache-Control. The other headers are for the CDN.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from .serve import headers


class SafeUploadHeaders:
    """
    In front of ``S3Storage`` of django-storages, or of another with ``get_object_parameters``.

    ``class Uploads(SafeUploadHeaders, S3Storage): pass``. Type and disposition are decided
    here, by the extension alone, whatever the uploader and ``object_parameters`` say. A
    ``CacheControl`` of ``object_parameters`` stays; without one it is ``cache_control``.
    """

    # What the storage calls Content-Type, Content-Disposition and Cache-Control.
    parameter_names: ClassVar[tuple[str, str, str]] = (
        "ContentType",
        "ContentDisposition",
        "CacheControl",
    )
    inline: Collection[str] = headers.INLINE
    cache_control: str = "private, no-store"

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Return what is stored with the file ``name``."""
        media_type, disposition, cache_control = self.parameter_names
        parent: Any = super()
        shown = headers.shown(name, self.inline)
        return {
            cache_control: self.cache_control,
            **parent.get_object_parameters(name),
            media_type: shown.media_type,
            disposition: headers.content_disposition(name, is_inline=shown.is_inline),
        }


class SafeBlobHeaders(SafeUploadHeaders):
    """The same in front of ``GoogleCloudStorage`` and ``AzureStorage`` of django-storages."""

    parameter_names = ("content_type", "content_disposition", "cache_control")
