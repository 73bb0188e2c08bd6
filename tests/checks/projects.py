"""Projects as ``startproject`` makes them, asked in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.meta.tree import ROOT, SOURCE

OURS = """
INSTALLED_APPS += ["security"]
MIDDLEWARE.remove("django.middleware.security.SecurityMiddleware")
MIDDLEWARE.remove("django.middleware.clickjacking.XFrameOptionsMiddleware")
MIDDLEWARE.insert(0, "security.middleware.SecurityMiddleware")
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]
DEBUG = False
SECRET_KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnop"
ALLOWED_HOSTS = ["www.example.com"]
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if "MAILERS" in globals():  # since Django 6.1, and not for production
    MAILERS = {"default": {"OPTIONS": {"host": "mail.example.com"}}}
"""
CLEAN = "System check identified no issues"


def python(project: Path, *words: str) -> tuple[int, str]:
    """Run Python in a project; return its exit code and all that it wrote."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *words],
        cwd=project,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "PYTHONPATH": os.pathsep.join([str(SOURCE), str(ROOT)]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
