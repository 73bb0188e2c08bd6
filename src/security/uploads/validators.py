"""A validator for the file fields that a project already has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.files.base import File
from django.utils.deconstruct import deconstructible

from security.uploads.accepted import (
    AcceptedUpload,
    RefusedUpload,
    UploadRefused,
    configured,
    rules_with,
)
from security.uploads.examine import check
from security.uploads.refusal import Refusal


@deconstructible(path="security.uploads.validators.UploadValidator")
class UploadValidator:
    """
    Refuse uploads in plain file and image fields of forms, models and serializers.

    It takes the options of ``SafeFileField``. A validator cannot replace what is stored: the
    content is inspected and not made anew, and the name stays as it was sent. A file that
    the storage already has is not looked at again.
    """

    is_made_anew: ClassVar[bool] = False  # by whoever stores the file, so that less is asked

    def __init__(self, **options: Any) -> None:
        configured(options, "UploadValidator")
        self.options = options

    def __call__(self, value: File[Any]) -> None:
        """Raise a ``ValidationError`` whose code is the rule that was broken."""
        if getattr(value, "_committed", False) or not value:
            return
        upload: Any = getattr(value, "file", value) if hasattr(value, "_committed") else value
        rules = rules_with(self.options)
        if isinstance(upload, AcceptedUpload) and upload.rules == rules:
            return
        if isinstance(upload, RefusedUpload):
            raise UploadRefused(upload.refusal)
        if not self.is_made_anew:
            rules = rules.narrowed(reencode=False)
        try:
            check(upload, value.name or "", getattr(upload, "content_type", None), rules)
        except Refusal as refusal:
            raise UploadRefused(refusal) from refusal
        finally:
            upload.seek(0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UploadValidator) and self.options == other.options

    def __hash__(self) -> int:
        return hash(tuple(self.options))
