"""Settings of the demo shop as it is, with the pages of ``pages.py`` beside its own."""

from demo.settings import *  # noqa: F403

ROOT_URLCONF = "tests.browser.pages"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; for tests only
