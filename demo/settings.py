"""
Settings of the demo shop: a small production site on one machine.

``DEMO_VAR`` moves everything the demo writes to another folder. ``DEMO_ALLOWED_HOSTS`` is a
comma-separated list. ``DEMO_SSL_HOST`` is the host that plain HTTP is redirected to.
"""

from __future__ import annotations

import os
from pathlib import Path

from demo.private import secret_key

BASE_DIR = Path(__file__).resolve().parent
VAR_DIR = Path(os.environ.get("DEMO_VAR") or BASE_DIR / "var").resolve()
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = False
SECRET_KEY = secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = os.environ.get(
    "DEMO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],.example.test"
).split(",")

INSTALLED_APPS = [
    "demo.shop",
    "demo.accounts",
    "demo.customs",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "demo.shop.context_processors.basket",
]

TAGS: list[str] = []  # libraries of tags that every template has

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS, "builtins": TAGS},
    }
]

ROOT_URLCONF = "demo.urls"
ASGI_APPLICATION = "demo.asgi.application"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "shop.sqlite3",
        "OPTIONS": {"timeout": 20},  # seconds to wait for another writer
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
MEDIA_ROOT = VAR_DIR / "media"  # no MEDIA_URL: what is served, customs/hold.py serves
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144  # bytes, form fields without files

LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "accounts:profile"
LOGOUT_REDIRECT_URL = "shop:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# The prefix makes browsers insist on Secure, on Path=/ and on no Domain. RFC 6265bis 4.1.3.
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = True
SECURE_SSL_HOST = os.environ.get("DEMO_SSL_HOST") or None  # None: the host that was asked for

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"handlers": ["terminal"], "level": "ERROR"},
        "security": {"handlers": ["terminal"], "level": "WARNING"},
    },
}

# django-bulwark

INSTALLED_APPS += ["security"]
MIDDLEWARE.remove("django.middleware.security.SecurityMiddleware")
MIDDLEWARE.remove("django.middleware.clickjacking.XFrameOptionsMiddleware")
MIDDLEWARE.insert(0, "security.middleware.SecurityMiddleware")
CONTEXT_PROCESSORS.append("security.context_processors.csp")
SECURITY_PRESET = "strict"
SECURITY_REPORTING_ENDPOINTS = {"csp": "security_reports"}
SECURITY_CSP_ADD = {"report-to": ["csp"]}
NO_CONFIDENTIAL_CACHING = {
    "BLACKLIST_ON": True,
    "BLACKLIST_REGEXES": ["accounts", "admin", "customs"],
}
CLEAR_SITE_DATA_URL_WHITELIST = ["accounts/logout/"]

# Uploads: strangers may send all fifteen types; memory and time stay small.

TAGS += ["security.templatetags.sri", "security.templatetags.security_uploads"]
FILE_UPLOAD_HANDLERS = [
    "security.uploads.handlers.SafeUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
SECURITY_UPLOADS = {
    "TYPES": [
        *("png", "jpeg", "gif", "webp", "avif", "svg", "pdf", "txt", "csv"),
        *("zip", "docx", "xlsx", "odt", "mp3", "mp4"),
    ],
    "MAX_SIZE": 8 * 1024 * 1024,  # bytes
    "MAX_PIXELS": 25_000_000,  # a picture takes 8 bytes for each while it is made anew
    "MAX_FRAMES": 200,
    "MAX_ENTRIES": 2_000,
    "MAX_UNPACKED": 50 * 1024 * 1024,  # bytes
}

# Accounts: the shop is open to everybody, what is behind the counter is not.

AFTER_LOGIN = MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
MIDDLEWARE[AFTER_LOGIN:AFTER_LOGIN] = [
    "security.auth_throttling.Middleware",
    "security.middleware.SessionExpiryPolicyMiddleware",
    "security.middleware.LoginRequiredMiddleware",
    "security.middleware.MandatoryPasswordChangeMiddleware",
]
LOGIN_EXEMPT_URLS = ["(?!accounts|admin|checkout|upload)"]  # everything but these
SECURITY_LOGIN_EXEMPT_NAMES = ["admin:login"]
MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "accounts:password", "INCLUDE_SUPERUSERS": True}
AUTHENTICATION_THROTTLING = {
    "LOGIN_URLS_WITH_TEMPLATES": [
        ("accounts/login/", "accounts/login.html"),
        ("admin/login/", None),
    ]
}
AUTHENTICATION_BACKENDS = [
    "security.auth_throttling.backends.ThrottlingBackend",  # counts, before the next one looks
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "security.auth.PasswordHistoryValidator"})
CACHES = {  # a cache that every process of the site shares, so that guesses are counted
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # a full cache forgets what was counted
    }
}

# Django looks for its own two middlewares by name; the one above does their work.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]
