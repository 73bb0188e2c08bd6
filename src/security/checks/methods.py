"""Decorators that stand where nobody looks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.urls import URLResolver, get_resolver

from security.marks import CACHES, FRAMES, Marked, marks_of

from .message import warning
from .project import has_urls, is_readable

UNREAD = warning(
    "{method}() has a decorator that is read on views only, so that its {settings} "
    "changes nothing.",
    hint='Put it on the class: @method_decorator(..., name="dispatch").',
    id="bulwark.W071",
)


def check_marked_methods(**kwargs: Any) -> list[CheckMessage]:
    """Find methods of class-based views that are marked, where the view is not."""
    if not (has_urls() and is_readable()):
        return []
    found = dict.fromkeys(_unread(get_resolver()))
    return [UNREAD.about(method=method, settings=settings) for method, settings in found]


def _unread(resolver: URLResolver) -> Iterator[tuple[str, str]]:
    """Yield each such method with the settings that its decorators would change."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _unread(entry)
            continue
        known = {mark.number for mark in marks_of(entry.callback)}
        for base in _class_of(entry.callback).__mro__:
            for name, member in vars(base).items():
                lost = [mark for mark in marks_of(member) if mark.number not in known]
                if settings := sorted({each for mark in lost for each in _changed(mark)}):
                    yield f"{base.__module__}.{base.__qualname__}.{name}", ", ".join(settings)


def _changed(mark: Marked) -> Iterator[str]:
    """Yield the settings of a mark that responses are not told of: those work on methods."""
    for name, value in mark.overrides.items():
        if name != CACHES and not (name == FRAMES and value is None):
            yield name


def _class_of(view: Any) -> type:
    """Return the class of a view: Django's attribute, or that of REST framework."""
    found = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return found if isinstance(found, type) else object
