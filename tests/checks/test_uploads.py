from __future__ import annotations

from pathlib import Path

import django
import pytest
from tests.checks.catalogue import OURS, ids, say
from tests.checks.more_cases import mail
from tests.meta.tree import ROOT
from tests.settings import TEMPLATES

import security

HANDLERS = "django.core.files.uploadhandler"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"
ALERTS = {"SECURITY_REPORTS": {"ALERT_EMAILS": ["security@shop.example"]}}

HERE = Path(security.__file__).parent
CLASSES = "tests.checks.classes"
OURS_FIRST = "security.uploads.handlers.SafeUploadHandler"


def texts(found):
    return [str(message.msg) for message in found]


@pytest.mark.parametrize(
    ("mode", "is_data"),
    [(0o600, True), (0o640, True), (0o644, True), (0o664, False), (0o755, False), (0o666, False)],
    ids=oct,
)
def test_a_file_is_data_that_its_owner_alone_writes(settings, mode, is_data):
    found = texts(say(settings, "uploads.check_upload_mode", {"FILE_UPLOAD_PERMISSIONS": mode}))
    assert [f"(got {oct(mode)})" in text for text in found] == [True] * (not is_data)


@pytest.mark.parametrize(
    ("media", "static", "found"),
    [
        ("/srv/files", "/srv/files", ["bulwark.W056"]),
        ("/srv/files", "/srv/files/static", ["bulwark.W056"]),
        ("/srv/files-of-others", "/srv/files", []),
        ("", "/srv/files", []),
        ("/srv/files", None, []),
    ],
)
def test_uploads_and_static_files_lie_apart(settings, media, static, found):
    values = {"MEDIA_ROOT": media, "STATIC_ROOT": static}
    assert ids(say(settings, "uploads.check_upload_folder", values)) == found


@pytest.mark.parametrize(
    ("media", "what"),
    [
        (HERE / "uploads", "the code of 'security'"),
        (str(HERE.parent), "the code of '"),
        ("/srv/shop", "BASE_DIR"),
        ("/srv/pages/new", "the templates"),
        ("/srv/sources/media", "the sources of static files"),
        (Path("/srv/icons"), "the sources of static files"),
        (ROOT / "tests" / "media", "the code of ROOT_URLCONF"),
    ],
    ids=str,
)
def test_uploads_lie_apart_from_code(settings, media, what):
    engine = {**TEMPLATES[0], "DIRS": [None, "/srv/pages"]}
    static = [None, (), "/srv/sources", ("icons", Path("/srv/icons"))]
    values = {"MEDIA_ROOT": media, "TEMPLATES": [engine], "STATICFILES_DIRS": static}
    (found,) = texts(say(settings, "uploads.check_upload_code", values))
    assert found.startswith(f"MEDIA_ROOT must be apart from {what}")


def test_the_folder_of_the_project_may_be_its_package(settings):
    values = {"MEDIA_ROOT": ROOT / "tests" / "media", "BASE_DIR": ROOT / "tests"}
    assert say(settings, "uploads.check_upload_code", values) == []


@pytest.mark.parametrize("urls", ["urls_beside_manage", "no.such.module", "", None, ()], ids=repr)
def test_a_lone_module_of_urls_has_no_folder_of_its_own(settings, tmp_path, monkeypatch, urls):
    (tmp_path / "urls_beside_manage.py").write_text("urlpatterns = []\n", encoding="ascii")
    monkeypatch.syspath_prepend(tmp_path)
    values = {"MEDIA_ROOT": tmp_path / "media", "ROOT_URLCONF": urls}
    assert say(settings, "uploads.check_upload_code", values) == []


@pytest.mark.parametrize(
    "values",
    [{"MEDIA_ROOT": ""}, {"BASE_DIR": 3}, {"STATICFILES_DIRS": None}, {"STATICFILES_DIRS": [""]}],
    ids=repr,
)
def test_a_folder_that_is_not_there_holds_nothing(settings, values):
    assert say(settings, "uploads.check_upload_code", values) == []


@pytest.mark.parametrize(
    ("media", "static", "found"),
    [
        ("/static/", "/static/", ["bulwark.W058"]),
        ("/files/", "/files/static/", ["bulwark.W058"]),
        ("https://cdn.example.net/a/", "https://CDN.example.net/a/b/", ["bulwark.W058"]),
        ("/statics/", "/static/", []),
        ("/", "/static/", []),
        ("", "static/", []),
        ("https://media.example.net/", "https://static.example.net/", []),
        ("http://[", "/static/", []),
        ("/media/", None, []),
    ],
)
def test_addresses_lie_apart(settings, media, static, found):
    values = {"MEDIA_URL": media, "STATIC_URL": static}
    assert ids(say(settings, "uploads.check_upload_urls", values)) == found


def test_every_limit_that_is_gone_is_named(settings):
    names = [
        "DATA_UPLOAD_MAX_MEMORY_SIZE",
        "DATA_UPLOAD_MAX_NUMBER_FIELDS",
        "DATA_UPLOAD_MAX_NUMBER_FILES",
    ]
    found = texts(say(settings, "uploads.check_upload_limits", dict.fromkeys(names)))
    assert [text.split()[0] for text in found] == names


@pytest.mark.parametrize(
    ("paths", "got"),
    [([], "[]"), ([f"{HANDLERS}.TemporaryFileUploadHandler", "shop.Nothing"], "'shop.Nothing'")],
    ids=["none", "unknown"],
)
def test_what_is_no_handler_is_named(settings, paths, got):
    values = {"FILE_UPLOAD_HANDLERS": paths}
    (found,) = texts(say(settings, "uploads.check_upload_handlers", values))
    assert found == f"FILE_UPLOAD_HANDLERS must be made of upload handlers (got {got})."
    assert say(settings, "uploads.check_upload_memory", values) == []


@pytest.mark.parametrize(
    ("paths", "is_found"),
    [
        ([f"{HANDLERS}.TemporaryFileUploadHandler", OURS_FIRST], True),
        ([f"{HANDLERS}.MemoryFileUploadHandler", f"{CLASSES}.OwnHandler"], True),
        ([OURS_FIRST, f"{HANDLERS}.MemoryFileUploadHandler"], False),
        ([f"{CLASSES}.OwnHandler", f"{HANDLERS}.TemporaryFileUploadHandler"], False),
        ([f"{HANDLERS}.MemoryFileUploadHandler", "shop.Nothing"], False),
        ([f"{HANDLERS}.TemporaryFileUploadHandler"], False),
        ([], False),
    ],
)
def test_our_handler_is_the_first(settings, paths, is_found):
    found = say(settings, "uploads.check_safe_handler", {"FILE_UPLOAD_HANDLERS": paths})
    assert ids(found) == ["bulwark.E019"] * is_found
    if found:
        assert f"(got {paths[0]!r} before it)" in found[0].msg
        line = found[0].hint.removeprefix("Write ").removesuffix(".")
        place: dict[str, list[str]] = {}
        exec(line, place)  # noqa: S102
        assert place["FILE_UPLOAD_HANDLERS"] == paths[::-1]


def test_a_tool_may_be_there_for_debug(settings):
    values = {"MIDDLEWARE": [OURS, TOOLBAR], "DEBUG": True, "ALLOWED_HOSTS": []}
    assert say(settings, "leftovers.check_tools", values) == []


def test_old_keys_are_counted_and_not_shown(settings):
    keys = ["the-first-secret", "the-second-secret"]
    (found,) = say(settings, "leftovers.check_old_keys", {"SECRET_KEY_FALLBACKS": keys})
    assert found.msg.startswith("SECRET_KEY_FALLBACKS has 2 keys: ")
    assert "secret" not in f"{found.msg}{found.hint}".replace("SECRET_KEY", "")


@pytest.mark.parametrize(
    "values",
    [mail({"timeout": 5}), {**mail({}), "SECURITY_REPORTS": {}}],
    ids=["timeout", "no alerts"],
)
def test_mails_that_nobody_waits_for_are_fine(settings, values):
    assert say(settings, "leftovers.check_mail_timeout", ALERTS, values) == []


def test_mails_to_the_terminal_wait_for_nobody(settings):
    console = "django.core.mail.backends.console.EmailBackend"
    values = {name: value for name, value in mail({}).items() if name == "EMAIL_BACKEND"}
    values = dict.fromkeys(values, console) or {"MAILERS": {"default": {"BACKEND": console}}}
    assert say(settings, "leftovers.check_mail_timeout", ALERTS, values) == []


@pytest.mark.parametrize(
    ("mailers", "is_found"),
    [
        ({"default": {}}, True),
        ({"default": {"BACKEND": SMTP, "OPTIONS": {"host": "a"}}}, True),
        ({"default": {"OPTIONS": {"timeout": 10}}}, False),
        ({"default": {"BACKEND": "shop.mail.Backend"}}, False),
        ({}, False),
        (3, False),
    ],
    ids=repr,
)
def test_the_mailers_count_from_django_6_1_on(settings, mailers, is_found):
    found = say(settings, "leftovers.check_mail_timeout", ALERTS, {"MAILERS": mailers})
    told = [text for text in texts(found) if text.startswith('MAILERS["default"]["OPTIONS"]')]
    assert len(told) == (is_found and django.VERSION >= (6, 1))
