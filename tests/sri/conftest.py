from __future__ import annotations

from pathlib import Path

import pytest
from tests.modes import connections, get, site
from tests.sri.site import Folders

__all__ = ["connections", "get", "site"]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)
