"""The settings of the site under load: PostgreSQL, Redis, and all that guards accounts."""

from __future__ import annotations

import json
import os

from . import load_rules

SECRET_KEY = "signs-what-lives-for-two-minutes-0123456789-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.load_pages"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "security",
]
MIDDLEWARE = [
    "security.middleware.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "security.middleware.SessionExpiryPolicyMiddleware",
    "security.auth_throttling.Middleware",
    "security.middleware.LoginRequiredMiddleware",
    "security.middleware.MandatoryPasswordChangeMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "security.auth_throttling.backends.ThrottlingBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [load_rules.HASHER]
FORM = "<!doctype html><title>Form</title><form>{{ form.as_p }}</form>"
PAGES = ("registration/login.html", "registration/password_change_form.html")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    dict.fromkeys(PAGES, FORM),
                )
            ]
        },
    }
]

DATABASES = {"default": json.loads(os.environ[load_rules.DATABASE])}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ[load_rules.REDIS],
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = load_rules.AGE
SESSION_INACTIVITY_TIMEOUT = load_rules.IDLE

LOGIN_URL = load_rules.LOGIN
LOGIN_REDIRECT_URL = load_rules.HOME
MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "password_change", "EXEMPT_URL_NAMES": ["expire"]}
AUTHENTICATION_THROTTLING = {
    "LOGIN_URLS_WITH_TEMPLATES": [(load_rules.LOGIN.lstrip("/"), None)],
    "DELAY_FUNCTION": load_rules.delay,
}
SECURITY_TRUSTED_PROXIES = ["127.0.0.1"]  # the load comes as if through a proxy

LOGGING = {
    "version": 1,
    "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "root": {"handlers": ["errors"], "level": "ERROR"},
    "disable_existing_loggers": False,
}
