from __future__ import annotations

import importlib.util

import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from tests.profiling.site import sync_view

from security.middleware import ProfilingMiddleware


def test_off_it_removes_itself(settings):
    settings.ENABLE_PROFILING = False
    with pytest.raises(MiddlewareNotUsed):
        ProfilingMiddleware(sync_view)


def test_off_the_header_does_nothing(profile, settings):
    settings.ENABLE_PROFILING = False
    assert "Server-Timing" not in profile(sync_view).headers


def test_it_must_be_switched_on_or_off(settings):
    del settings.ENABLE_PROFILING
    with pytest.raises(ImproperlyConfigured, match="ENABLE_PROFILING must be set"):
        ProfilingMiddleware(sync_view)


def test_anyone_may_only_while_debugging(settings):
    settings.SECURITY_PROFILING_ALLOW = ["staff", "anyone"]
    with pytest.raises(ImproperlyConfigured, match="SECURITY_PROFILING_ALLOW must be without"):
        ProfilingMiddleware(sync_view)


def test_a_folder_needs_the_extra(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    settings.SECURITY_PROFILING_FOLDER = tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"django-bulwark\[profiling\]"):
        ProfilingMiddleware(sync_view)
