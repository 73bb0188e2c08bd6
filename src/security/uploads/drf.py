"""Serializer fields for Django REST framework: ``SafeFileField`` and ``SafeImageField``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from security.uploads.accepted import (
    RefusedUpload,
    UploadRefused,
    WithOptions,
    accept,
    rules_with,
)
from security.uploads.types import IMAGES

try:
    from rest_framework import serializers  # type: ignore[import-untyped,import-not-found,unused-ignore]
except ModuleNotFoundError as error:
    raise ImportError(
        "security.uploads.drf needs Django REST framework: pip install djangorestframework"
    ) from error


class SafeFileField(WithOptions, serializers.FileField):  # type: ignore[misc]  # it has no types
    """The form field's guarantee, and its options, for an API. Its value is safe to store."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the accepted upload; the error's code is the rule that was broken."""
        try:
            if not isinstance(data, RefusedUpload):
                data = super().to_internal_value(data)
            return accept(data, rules_with(self.options), self.error_messages)
        except UploadRefused as refused:
            code = refused.refusal.rule
            raise serializers.ValidationError(refused.messages, code=code) from refused


class SafeImageField(SafeFileField):
    """A ``SafeFileField`` for pictures: PNG, JPEG, GIF, WebP and AVIF if no types are given."""

    default_options: ClassVar[Mapping[str, Any]] = {"types": IMAGES}
