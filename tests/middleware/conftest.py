"""Both modes, for every test of this folder."""

from __future__ import annotations

import django
from tests.modes import connections, get, site
from tests.pages import page
from tests.wire import wire

__all__ = ["connections", "get", "page", "site", "wire"]

# What came with Django 6 has nothing to be tested with before.
collect_ignore = [] if django.VERSION >= (6, 0) else ["test_csp_django6.py"]
