"""Fields that keep what was sent, and fields that do not."""

from __future__ import annotations

from django.core.files.storage import FileSystemStorage
from django.db import models

from security.uploads import SafeFileField, SafeImageField, UploadValidator

from .fields import AudioField, ThumbnailField


def dated(instance: models.Model, name: str) -> str:
    """Return where a file is kept."""
    return f"2026/{name}"


class Attached(models.Model):
    """What an abstract model has, each of its children has."""

    attachment = models.FileField(upload_to=dated, max_length=200)

    class Meta:
        abstract = True


class Photo(Attached):
    picture = models.ImageField(upload_to="pictures", blank=True)
    preview = ThumbnailField()
    voice = AudioField(null=True)
    original = models.FileField(storage=FileSystemStorage())


class Framed(Photo):
    """Its table has the frame only; the pictures are those of ``Photo``."""

    frame = models.CharField(max_length=20)


class Shown(Photo):
    class Meta:
        proxy = True


class Safe(models.Model):
    letter = SafeFileField(types=["pdf"])
    drawing = SafeFileField(types=["png"], reencode=False)
    portrait = SafeImageField(reencode=False)
    old = models.FileField(validators=[UploadValidator(types=["pdf"])])
    preview = ThumbnailField(validators=[UploadValidator(types=["png"])])
