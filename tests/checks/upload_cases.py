"""Uploads: one way to get each id, and to lose it."""

from __future__ import annotations

from django.urls import path
from django.views.static import serve
from tests.checks.catalogue import HERE, SAFE, Case
from tests.settings import INSTALLED_APPS

from security.uploads.serve import MediaView

DJANGOS = "django.core.files.uploadhandler"
MEMORY = f"{DJANGOS}.MemoryFileUploadHandler"
TEMPORARY = f"{DJANGOS}.TemporaryFileUploadHandler"
SAFE_HANDLER = "security.uploads.handlers.SafeUploadHandler"
OURS = (path("media/<path:path>", MediaView.as_view()),)
PLAIN = (path("media/<path:path>", serve, {"document_root": SAFE["MEDIA_ROOT"]}),)

UPLOADS = {
    "bulwark.E018": Case(
        "upload_fields.check_upload_pictures",
        {"SECURITY_UPLOADS": {"TYPES": ["pdf", "webp"]}},
        {"SECURITY_UPLOADS": {"TYPES": ["pdf", "webp"], "REENCODE": False}},
        without="PIL.Image",
    ),
    "bulwark.E019": Case(
        "uploads.check_safe_handler",
        {"FILE_UPLOAD_HANDLERS": [MEMORY, SAFE_HANDLER, TEMPORARY]},
        {"FILE_UPLOAD_HANDLERS": [SAFE_HANDLER, MEMORY, TEMPORARY]},
    ),
    "bulwark.E021": Case(
        "upload_roots.check_published",
        {"ROOT_URLCONF": OURS, "MEDIA_ROOT": ""},
        {"MEDIA_ROOT": "/srv/shop/media"},
    ),
    "bulwark.W055": Case(
        "uploads.check_upload_mode",
        {"FILE_UPLOAD_PERMISSIONS": None},
        {"FILE_UPLOAD_PERMISSIONS": 0o644},
    ),
    "bulwark.W056": Case(
        "uploads.check_upload_folder",
        {"MEDIA_ROOT": "/srv/shop/static/uploads"},
        {"MEDIA_ROOT": "/srv/shop/media"},
    ),
    "bulwark.W057": Case(
        "uploads.check_upload_code", {"MEDIA_ROOT": "/srv"}, {"MEDIA_ROOT": "/srv/shop/media"}
    ),
    "bulwark.W058": Case(
        "uploads.check_upload_urls",
        {"MEDIA_URL": "static/media/", "STATIC_URL": "/static/"},
        {"MEDIA_URL": "https://media.example.net/static/media/"},
    ),
    "bulwark.W059": Case(
        "uploads.check_upload_limits",
        {"DATA_UPLOAD_MAX_NUMBER_FIELDS": None},
        {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1000},
    ),
    "bulwark.W060": Case(
        "uploads.check_upload_memory",
        {"FILE_UPLOAD_HANDLERS": [MEMORY]},
        {
            "FILE_UPLOAD_HANDLERS": [MEMORY, TEMPORARY],
        },
    ),
    "bulwark.W064": Case(
        "upload_fields.check_upload_fields",
        {"INSTALLED_APPS": [*INSTALLED_APPS, "gallery"]},
        {"INSTALLED_APPS": INSTALLED_APPS},
    ),
    "bulwark.W065": Case(
        "upload_addresses.check_upload_domain", {"MEDIA_URL": "/media/"}, {"ROOT_URLCONF": OURS}
    ),
    "bulwark.W066": Case(
        "upload_addresses.check_upload_view", {"ROOT_URLCONF": PLAIN}, {"ROOT_URLCONF": OURS}
    ),
    "bulwark.W067": Case(
        "upload_server.check_upload_root",
        {"MEDIA_ROOT": "/var/www/html/media"},
        {"MEDIA_ROOT": "/srv/shop/media"},
    ),
    "bulwark.W068": Case(
        "upload_server.check_upload_files",
        {"MEDIA_ROOT": HERE / "uploaded"},
        {"MEDIA_ROOT": HERE / "templates"},
    ),
}
