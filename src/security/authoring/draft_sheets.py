"""Style sheets of the site itself, and what they load: fonts, images, other style sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from django.utils._os import safe_join

from .draft_found import Kind, Resource
from .draft_policy import origin
from .draft_resources import read_css

MAX_SHEETS: Final = 500
MAX_SHEET: Final = 2 * 1024 * 1024  # bytes


class Sheets:
    """Each is read once: from the static files, else from the site by its address."""

    def __init__(self, own: str) -> None:
        self.client: Client | None = None
        self._own = own
        self._static = urljoin(own + "/", settings.STATIC_URL or "/static/")
        self._read: dict[str, tuple[Resource, ...]] = {}

    def loads(self, url: str) -> list[Resource]:
        """Return all that a style sheet loads, and what those that it imports load."""
        found: dict[Resource, None] = {}
        waiting, seen = [url.partition("#")[0]], set()
        while waiting:
            sheet = waiting.pop()
            if sheet in seen:
                continue
            seen.add(sheet)
            for each in self._sheet(sheet):
                found[each] = None
                if each.kind is Kind.STYLE:
                    waiting.append(each.url.partition("#")[0])
        return list(found)

    def _sheet(self, url: str) -> tuple[Resource, ...]:
        if url not in self._read:
            if len(self._read) == MAX_SHEETS:
                return ()
            self._read[url] = read_css(self._text(url), url)
        return self._read[url]

    def _text(self, url: str) -> str:
        if url.startswith(self._static):
            path = unquote(urlsplit(url[len(self._static) :]).path)
            if (file := _file(path)) is not None and file.stat().st_size <= MAX_SHEET:
                return file.read_text("utf-8", "replace")
        if origin(url) != self._own or self.client is None:
            return ""
        response = self.client.get(url[len(self._own) :] or "/", secure=True)
        if response.status_code != 200 or response.streaming:
            return ""
        return str(response.content[:MAX_SHEET].decode("utf-8", "replace"))


def _file(path: str) -> Path | None:
    """Find a static file by its name in the project, or by its name as it is collected."""
    try:
        found = finders.find(path) if apps.is_installed("django.contrib.staticfiles") else None
        if not found and settings.STATIC_ROOT:
            found = safe_join(settings.STATIC_ROOT, path)
        return Path(found) if found and Path(found).is_file() else None
    except (SuspiciousOperation, ValueError, OSError):
        return None
