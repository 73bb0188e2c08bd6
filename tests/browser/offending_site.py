"""Settings of a site that has nothing but pages which offend their own policy."""

from demo.settings import *  # noqa: F403

ROOT_URLCONF = "tests.browser.offending"
MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
SECURITY_PRESET = SECURITY_CSP_ADD = SECURITY_REPORTING_ENDPOINTS = None
SECURE_SSL_REDIRECT = False  # what happens over plain HTTP is one of the questions
X_FRAME_OPTIONS = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; for tests only
