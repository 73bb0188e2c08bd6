from __future__ import annotations

import subprocess
import sys

import pytest

from security import uploads

NAMES = [
    "Examined",
    "FileType",
    "Limits",
    "Refusal",
    "Rules",
    "SafeFileField",
    "SafeImageField",
    "SafeUploadHandler",
    "TYPES",
    "UploadRefused",
    "UploadValidator",
]
EXTRAS = ("PIL", "puremagic", "publicsuffixlist", "defusedxml", "rest_framework")


def test_the_public_names_are_these():
    assert dir(uploads) == NAMES
    assert all(getattr(uploads, name) for name in NAMES)
    with pytest.raises(AttributeError, match="has no attribute 'SafeFile'"):
        _ = uploads.SafeFile


def test_a_site_starts_and_refuses_without_any_extra():
    code = f"""
import sys
for name in {EXTRAS}:
    sys.modules[name] = None
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["security"])
django.setup()
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from security import uploads
from security.uploads.forms import SafeFileField
assert all(getattr(uploads, name) for name in dir(uploads))
field = SafeFileField(types=["txt", "pdf"])
print(field.clean(SimpleUploadedFile("a.txt", b"text")).read())
try:
    field.clean(SimpleUploadedFile("a.pdf", b"text", "application/pdf"))
except ValidationError as error:
    print(error.code)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("b'text'\ncontent.disagrees\n", "")
