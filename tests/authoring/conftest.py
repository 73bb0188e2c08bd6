"""An app whose templates the command reads and changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.authoring.shops import PROCESSOR, Shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Shop:
    folder = tmp_path.resolve() / "stall"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "stall", None)
    monkeypatch.delitem(sys.modules, "stall")  # whatever is imported now is forgotten later
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "stall"]
    monkeypatch.chdir(folder)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [folder / "templates"],
            "OPTIONS": {"context_processors": [PROCESSOR]},
        }
    ]
    return Shop(folder)
