"""Both modes, for every test of this folder."""

from __future__ import annotations

from tests.modes import connections, get, site
from tests.pages import page
from tests.wire import wire

__all__ = ["connections", "get", "page", "site", "wire"]
