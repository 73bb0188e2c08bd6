"""How much of what strangers send is kept, for how long, and who may see it."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from demo.customs.models import FOLDER, Arrival, saved_name
from demo.keep import keep_newest, remove, sweep
from security.uploads.serve import MediaView

MIB = 1024 * 1024  # bytes
MAX_AGE = timedelta(days=1)
MAX_OF_VISITOR = 40  # files; a round of all samples is 22
MAX_BYTES_OF_VISITOR = 24 * MIB
MAX_OF_ALL = 400
MAX_BYTES_OF_ALL = 96 * MIB

KEY = "customs"  # in the session


def visitor_of(request: HttpRequest) -> str:
    """Return the name that we gave to this visitor; empty for one who has sent nothing."""
    return str(request.session.get(KEY, ""))


def welcome(request: HttpRequest) -> str:
    """Return the name of this visitor, who gets one now if need be."""
    return str(request.session.setdefault(KEY, secrets.token_hex(8)))


def arrivals(request: HttpRequest) -> QuerySet[Arrival]:
    """Return what this visitor has sent, and nothing of anybody else."""
    visitor = visitor_of(request)
    return _fresh().filter(visitor=visitor) if visitor else Arrival.objects.none()


def make_room(visitor: str) -> None:
    """Delete what is too old or too much, of this visitor and of all."""
    _drop_old()
    own = Arrival.objects.filter(visitor=visitor)
    keep_newest(own, "file", most=MAX_OF_VISITOR, most_bytes=MAX_BYTES_OF_VISITOR)
    keep_newest(Arrival.objects.all(), "file", most=MAX_OF_ALL, most_bytes=MAX_BYTES_OF_ALL)


def tidy() -> None:
    """Delete what is too old, and files that no row knows, when the site starts."""
    _drop_old()
    sweep(default_storage, FOLDER, Arrival.objects.values_list("file", flat=True))


def may_see(request: HttpRequest, path: str) -> bool:
    """A visitor sees what the visitor has sent, unless it is private."""
    return arrivals(request).filter(file=path, is_private=False).exists()


def is_private(_: HttpRequest, path: str) -> bool:
    """Whoever has the link sees a private file: the signature is the key."""
    return _fresh().filter(file=path, is_private=True).exists()


def _fresh() -> QuerySet[Arrival]:
    """Return what is not too old; what is waits for the next upload to be deleted."""
    return Arrival.objects.filter(received__gt=timezone.now() - MAX_AGE)


def _drop_old() -> None:
    for row in Arrival.objects.exclude(pk__in=_fresh()):
        remove(row, "file")


class HoldView(MediaView):
    """The files of the customs house; one is saved under its name, without our sign before it."""

    def filename(self, path: str) -> str:
        return saved_name(path)


file = HoldView.as_view(allow=may_see)
private = HoldView.as_view(allow=is_private, signed=True)
