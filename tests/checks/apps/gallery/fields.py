"""File fields that do more than Django's."""

from __future__ import annotations

from django.db import models


class ThumbnailField(models.ImageField):
    pass


class AudioField(models.FileField):
    pass
