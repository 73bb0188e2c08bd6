"""Model fields that store nothing unexamined: ``SafeFileField`` and ``SafeImageField``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.core.files.base import File
from django.db import models
from django.db.models.fields.files import FieldFile, ImageFieldFile
from django.utils.functional import cached_property

from security.uploads import forms
from security.uploads.accepted import WithOptions, accept, rules_with
from security.uploads.types import IMAGES
from security.uploads.validators import UploadValidator


class _Examined(FieldFile):
    """The one gate to the storage, whether a form, ``full_clean()`` or nobody came before."""

    def save(self, name: str, content: File[Any], save: bool = True) -> None:
        """Store the accepted upload under its safe name. Raises ``ValidationError``."""
        rules = rules_with(cast("_Options", self.field).options)
        upload = accept(content, rules, name=name)
        super().save(upload.name, upload, save)

    save.alters_data = True  # type: ignore[attr-defined]


class _FieldValidator(UploadValidator):
    """What comes before the gate."""

    is_made_anew = True


class SafeFieldFile(_Examined):
    """The value of a ``SafeFileField``."""


class SafeImageFieldFile(_Examined, ImageFieldFile):
    """The value of a ``SafeImageField``."""


class _Options(WithOptions, models.FileField):
    """Options beside those of Django's field; they stand in migrations as they were given."""

    form_field: type[forms.SafeFileField] = forms.SafeFileField

    @cached_property
    def validators(self) -> list[Any]:
        """What ``full_clean()`` asks, of forms and without any."""
        return [*super().validators, _FieldValidator(**self.options)]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, **self.given}

    def formfield(self, **kwargs: Any) -> Any:
        chosen = kwargs.get("form_class", self.form_field)
        options = self.options if issubclass(chosen, forms.SafeFileField) else {}
        return super().formfield(**{"form_class": chosen, **options, **kwargs})


class SafeFileField(_Options):
    """
    A file of the declared ``types`` only, under a safe name, made anew where that can be done.

    It takes the options of the form field. A file that no form has accepted, such as one
    that code assigns, is examined when it is saved.
    """

    attr_class = SafeFieldFile


class SafeImageField(_Options, models.ImageField):
    """A ``SafeFileField`` for pictures that knows their width and height, as Django's does."""

    attr_class = SafeImageFieldFile
    default_options: ClassVar[Mapping[str, Any]] = {"types": IMAGES}
    form_field = forms.SafeImageField
