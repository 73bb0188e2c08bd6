"""A media root with a few files, and a site that serves it, in both modes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.urls import path
from tests.modes import connections, site
from tests.wire import Wire, wire

from security.uploads.serve import MediaView

__all__ = ["connections", "site", "wire"]

WRITTEN = 1_790_000_000.25  # seconds since 1970: when every file was written
BYTES = bytes(range(100))
PAGE = b"<!doctype html><script>document.title = 'RAN'</script>"
FILES = {
    "photo.png": BYTES,
    "notes.txt": "\u00e9t\u00e9".encode(),
    "page.html": PAGE,
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "paper.pdf": b"%PDF-1.7",
    "empty.png": b"",
    "deep/er/photo.JPEG": BYTES,
    "\u00e9t\u00e9 100%?.png": BYTES,
    ".hidden.png": BYTES,
    ".git/config.png": BYTES,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    for name, content in FILES.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        os.utime(place, (WRITTEN, WRITTEN))
    return folder


@pytest.fixture
def storage(root: Path) -> FileSystemStorage:
    return FileSystemStorage(root)


@pytest.fixture
def served(storage: Any, settings: Any, wire: Callable[[], Wire]) -> Callable[..., Wire]:
    """Start a site with one MediaView at ``/media/``; ask it with ``path="/media/..."``."""

    def start(view: Any = MediaView, middleware: tuple[str, ...] = (), **options: Any) -> Wire:
        options.setdefault("storage", storage)
        settings.MIDDLEWARE = list(middleware)
        settings.ROOT_URLCONF = (path("media/<path:path>", view.as_view(**options), name="media"),)
        return wire()

    return start


@pytest.fixture
def ask(served: Callable[..., Wire]) -> Callable[..., Any]:
    """Ask for one file: ``ask(name, {header: value}, option=...)``."""

    def ask(
        name: str, headers: Any = None, *, method: str = "GET", query: str = "", **options: Any
    ) -> Any:
        sent = {"Host": "testserver", **(headers or {})}
        request = {"path": f"/media/{name}", "headers": sent, "method": method, "query": query}
        return served(**options)(**request)

    return ask
