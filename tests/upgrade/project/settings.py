"""A project with the width of ids that ``AUTO_FIELD`` of the environment says, if any."""

from __future__ import annotations

import os

SECRET_KEY = "the-suite-signs-nothing-that-matters-0123456789"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "security"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

if chosen := os.environ.get("AUTO_FIELD"):
    DEFAULT_AUTO_FIELD = f"django.db.models.{chosen}"
