"""Both modes, for every test of this folder, and the settings of some."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.urls import path
from tests.middleware.claims import TRUSTED, told
from tests.modes import connections, get, site
from tests.pages import page
from tests.wire import wire

__all__ = ["connections", "get", "page", "site", "wire"]

# What came with Django 6 has nothing to be tested with before.
collect_ignore = [] if django.VERSION >= (6, 0) else ["test_csp_django6.py"]


@pytest.fixture
def reporting(settings: Any) -> None:
    """Have an endpoint that reports are sent to."""
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "/r/"}


@pytest.fixture
def proxied(settings: Any) -> None:
    """Have proxies of one's own, and a view that says what it learns of a request."""
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.ROOT_URLCONF = (path("sync/", told),)
    settings.ALLOWED_HOSTS = ["testserver", "shop.example"]
    settings.SECURITY_TRUSTED_PROXIES = TRUSTED
