"""A small site with static files, as a project has it: sources, and a folder to collect them in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django import conf
from django.core.management import call_command
from django.template import engines
from django.test import override_settings

OURS = "security.sri.storage.IntegrityManifestStaticFilesStorage"
OF_WHITENOISE = "security.sri.whitenoise.IntegrityCompressedManifestStaticFilesStorage"
DJANGO = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"

FILES = {
    "app.js": b"document.title = 'Ran';\n" * 40,  # long enough to be worth compressing
    "shop/shop.css": b"body { background: url(dot.gif) }\n" * 40,
    "shop/dot.gif": b"GIF89a",
    "lib/date.mjs": b"export const today = () => new Date();\n",
}


class Folders:
    """Where the sources are, and where ``collectstatic`` puts them."""

    def __init__(self, base: Path) -> None:
        self.sources = base / "sources"
        self.collected = base / "collected"
        self.collected.mkdir()
        for name, content in FILES.items():
            self.write(name, content)

    def write(self, name: str, content: bytes) -> Path:
        place = self.sources / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return place

    @property
    def manifest(self) -> Path:
        return self.collected / "staticfiles.json"

    @property
    def said(self) -> dict[str, Any]:
        """What the manifest says."""
        return dict(json.loads(self.manifest.read_bytes()))

    @contextmanager
    def settings(self, backend: str, *, options: Any = None, **settings: Any) -> Iterator[None]:
        """Run with a storage; every part of Django looks at the folders anew."""
        files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
        static = {"BACKEND": backend, "OPTIONS": options or {}}
        with override_settings(
            STORAGES={"default": files, "staticfiles": static},
            STATIC_ROOT=str(self.collected),
            STATICFILES_DIRS=[str(self.sources)],
            STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
            ROOT_URLCONF="tests.sri.urls",
            **settings,
        ):
            if django.VERSION < (5, 1):  # else its override_settings() forgets the options
                vars(conf.settings._wrapped).pop("STATICFILES_STORAGE")
            yield

    def collect(self, backend: str, *, options: Any = None, **settings: Any) -> None:
        """Run ``collectstatic`` as a deployment does, in a process of its own as it were."""
        with self.settings(backend, options=options, **settings):
            call_command("collectstatic", interactive=False, verbosity=0)


def rendered(source: str) -> str:
    text: str = engines["django"].from_string("{% load sri static %}" + source).render()
    return text


def tag(name: str) -> str:
    return rendered(f'{{% static_sri "{name}" %}}')


def in_page(element: str, text: str) -> tuple[str, str]:
    """Return the address and the integrity of an element of a page."""
    found = re.search(rf'<{element}[^>]* (?:src|href)="([^"]+)" integrity="([^"]+)"', text)
    assert found is not None
    return found[1], found[2]


def hashed(content: bytes, algorithm: str = "sha384") -> str:
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"
