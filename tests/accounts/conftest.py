"""Both modes, for every test of this folder."""

from __future__ import annotations

from tests.accounts.visits import ann, clock, saves, serving, visitor
from tests.modes import connections, get, site
from tests.pages import page
from tests.wire import wire

__all__ = [
    "ann",
    "clock",
    "connections",
    "get",
    "page",
    "saves",
    "serving",
    "site",
    "visitor",
    "wire",
]
