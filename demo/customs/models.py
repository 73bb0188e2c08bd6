"""What visitors send, and what became of it."""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath

from django.db import models
from django.urls import reverse
from django.utils import timezone

from demo.customs.samples import SAMPLES, Sample
from demo.customs.verdict import Verdict
from security.uploads import SafeFileField
from security.uploads.types import IMAGES

FOLDER = "customs"
SIGN = 16  # bytes, so that nobody finds a file by guessing


def berth(_: models.Model, filename: str) -> str:
    """Put an upload where nobody guesses it; what follows the dash is its name."""
    return f"{FOLDER}/{secrets.token_hex(SIGN)}-{filename}"


def saved_name(path: str) -> str:
    """Return the name that ``berth()`` was given."""
    return PurePosixPath(path).name.partition("-")[2]


class Arrival(models.Model):
    """One file that was sent. A refused one has a ``rule`` and no file."""

    visitor = models.CharField(max_length=32, db_index=True)
    name = models.CharField("name as it was sent", max_length=255)
    file = SafeFileField(upload_to=berth, max_length=255, blank=True)  # types: SECURITY_UPLOADS
    kind = models.CharField(max_length=10, blank=True)
    is_private = models.BooleanField("only by a link that expires", default=False)
    sent_bytes = models.PositiveIntegerField(null=True)  # of a refused file, nobody counted
    kept_bytes = models.PositiveIntegerField(default=0)
    brought = models.JSONField("found in what was sent", default=list)
    kept = models.JSONField("of this, still in what is kept", default=list)
    excerpt = models.CharField(max_length=255, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    received = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}"

    @property
    def verdict(self) -> Verdict:
        if self.rule:
            return Verdict.REFUSED
        if self.kept or (self.sample and self.sample.expected is Verdict.REFUSED):
            return Verdict.THROUGH
        return Verdict.HARMLESS if self.brought else Verdict.ASHORE

    @property
    def sample(self) -> Sample | None:
        """Return the sample that has this name."""
        return SAMPLES.get(self.name.replace(".", "-"))

    @property
    def saved_name(self) -> str:
        return saved_name(self.file.name)

    @property
    def is_picture(self) -> bool:
        return self.kind in (*IMAGES, "svg")

    @property
    def url(self) -> str:
        """Return the address of the file, which a private one needs a signature behind."""
        return reverse("customs:private" if self.is_private else "customs:file", args=[self.file])
