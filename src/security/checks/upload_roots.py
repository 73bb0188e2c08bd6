"""Whether a view for uploads would send the site itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage, storages
from django.urls import URLResolver, get_resolver

from security.policy.errors import PolicyError
from security.uploads.roots import name_of, require_apart

from .login import descends
from .message import error
from .project import has_urls, is_readable
from .upload_addresses import MEDIA_VIEW

PUBLISHED = error("{text}", hint="{hint}", id="bulwark.E021")


def check_published(**kwargs: Any) -> list[CheckMessage]:
    """Find a MediaView whose folder holds code or the database: its answers are errors."""
    if not (has_urls() and is_readable()):
        return []
    found: dict[str, str] = {}
    for storage in _storages(get_resolver()):
        try:
            require_apart(storage)
        except PolicyError as wrong:
            found[wrong.describe(name_of(storage))] = wrong.hint or ""
    return [PUBLISHED.about(text=text, hint=hint) for text, hint in found.items()]


def _storages(resolver: URLResolver) -> Iterator[Any]:
    """Yield the storage of each MediaView that can be had."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _storages(entry)
            continue
        owner: Any = getattr(entry.callback, "view_class", None)
        if not (isinstance(owner, type) and descends(owner, MEDIA_VIEW)):
            continue
        given = getattr(entry.callback, "view_initkwargs", {})
        storage: Any = given.get("storage", getattr(owner, "storage", None))
        try:
            yield storages[storage] if isinstance(storage, str) else storage or default_storage
        except ImproperlyConfigured:  # the view says so at its first request
            continue
