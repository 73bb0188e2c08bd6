"""What ``manage.py check`` says of the uploads of a project, from its start to the last hint."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from tests.checks.projects import CLEAN, OURS, python

GALLERY = """
from pathlib import Path
INSTALLED_APPS += ["gallery"]
MEDIA_URL, MEDIA_ROOT = "/media/", BASE_DIR / "media"
SECURITY_PRESET = "strict"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "security.uploads.handlers.SafeUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
"""
MODELS = """
from django.db import models


class Photo(models.Model):
    picture = models.ImageField(upload_to="pictures")
    thumb = models.FileField(blank=True)
"""
SAFE = """
from django.db import models
from security.uploads import SafeFileField, SafeImageField


class Photo(models.Model):
    {}
    {}
"""
LOOK = """
import sys
import django
from django.core.management import call_command

django.setup()
call_command("check", "--deploy")
print(sys.modules.keys())
"""
URLS = """
from security.uploads.serve import MediaView
urlpatterns += [path("media/<path:path>", MediaView.as_view())]
"""


@pytest.fixture
def project(tmp_path):
    call_command("startproject", "shop", str(tmp_path))
    (tmp_path / "gallery").mkdir()
    (tmp_path / "gallery" / "__init__.py").touch()
    write(tmp_path, "gallery/models.py", MODELS)
    write(tmp_path, "shop/settings.py", OURS + GALLERY)
    return tmp_path


def write(project, name, text):
    with (project / name).open("a", encoding="ascii") as file:
        file.write(text)


def said(out):
    return re.findall(r"bulwark\.\w+", out)


def test_each_hint_takes_its_message_away(project):
    code, out = python(project, "manage.py", "check")
    assert (code, said(out)) == (1, ["bulwark.E019", "bulwark.W064", "bulwark.W064"])
    assert "gallery.Photo.picture, of class ImageField, stores" in out
    assert "gallery.Photo.thumb, of class FileField, stores" in out

    (line,) = re.findall(r"HINT: Write (FILE_UPLOAD_HANDLERS = .*)\.$", out, re.MULTILINE)
    write(project, "shop/settings.py", f"{line}\n")
    fields = re.findall(r"HINT: Write (\w+ = Safe.*?), from security.uploads", out)
    (project / "gallery" / "models.py").write_text(SAFE.format(*fields), encoding="ascii")
    code, out = python(project, "manage.py", "check", "--fail-level", "DEBUG")
    assert (code, out.startswith(CLEAN)) == (0, True)

    (project / "media").mkdir()
    (project / "media" / ".htaccess").touch()
    code, out = python(project, "manage.py", "check", "--deploy")
    assert (code, said(out)) == (0, ["bulwark.W065", "bulwark.W068"])
    assert 'Write MEDIA_URL = "/media/" and path("media/<path:path>", MediaView.as_view())' in out

    (project / "media" / ".htaccess").unlink()
    write(project, "shop/urls.py", URLS)
    code, out = python(project, "manage.py", "check", "--deploy", "--fail-level", "DEBUG")
    assert (code, out.startswith(CLEAN)) == (0, True)


def test_pictures_without_pillow_are_an_error_that_names_the_extra(project):
    more = "from security.uploads import SafeFileField\n\n\nclass Scan(models.Model):\n"
    write(project, "gallery/models.py", f"\n\n{more}    page = SafeFileField(types=['png'])\n")
    write(project, "shop/settings.py", 'import sys\nsys.modules["PIL"] = None\n')
    code, out = python(project, "manage.py", "check")
    assert code == 1
    assert "gallery.Scan.page has pictures made anew, and Pillow cannot be imported" in out
    assert 'Run python -m pip install "django-bulwark[uploads]"' in out


def test_a_project_without_uploads_imports_nothing_for_them(tmp_path):
    call_command("startproject", "shop", str(tmp_path))
    write(tmp_path, "shop/settings.py", f'{OURS}SECURITY_PRESET = "strict"\n')
    write(tmp_path, "look.py", LOOK)
    code, out = python(tmp_path, "look.py")
    assert (code, "'security.checks.upload_fields'" in out) == (0, True)
    costly = ("PIL", "publicsuffixlist", "security.uploads.fields", "security.uploads.handlers")
    assert [name for name in costly if f"'{name}'" in out] == []
