"""Settings of a site behind whitenoise, whose pages load static files in every way there is."""

from demo.settings import *  # noqa: F403
from demo.settings import VAR_DIR
from tests.sri.site import OF_WHITENOISE

ROOT_URLCONF = "tests.sri.enforced"
MIDDLEWARE = [
    "security.middleware.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
SECURE_SSL_REDIRECT = False
SECURITY_PRESET = SECURITY_CSP_ADD = SECURITY_REPORTING_ENDPOINTS = None
STATICFILES_DIRS = [VAR_DIR / "sources"]
STATIC_ROOT = VAR_DIR / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": OF_WHITENOISE},
}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; for tests only
