from __future__ import annotations

import sys
from importlib import import_module

import pytest
from tests.checks.catalogue import ids, say
from tests.settings import INSTALLED_APPS

FIELDS = "upload_fields.check_upload_fields"
PICTURES = "upload_fields.check_upload_pictures"
GALLERY = {"INSTALLED_APPS": [*INSTALLED_APPS, "gallery"]}
PDF = {"SECURITY_UPLOADS": {"TYPES": ["pdf"]}}
IMAGES = "types=['png', 'jpeg', 'gif', 'webp', 'avif']"


@pytest.fixture
def without_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)


def package(folder, name, line):
    """Write an app with one field."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").touch()
    (folder / name / "models.py").write_text(
        "from django.db import models\n"
        "from security.uploads import SafeFileField, SafeImageField\n\n\n"
        f"class Letter(models.Model):\n    file = {line}\n",
        encoding="ascii",
    )


def test_each_field_that_keeps_what_was_sent_is_named_with_what_mends_it(settings):
    said = {
        str(found.msg).partition(", of class ")[0]: found.hint
        for found in say(settings, FIELDS, GALLERY)
    }
    assert {label: hint.partition(", from ")[0] for label, hint in said.items()} == {
        "gallery.Photo.attachment": (
            "Write attachment = SafeFileField(max_length=200, upload_to=dated)"
        ),
        "gallery.Photo.picture": (
            "Write picture = SafeImageField(blank=True, upload_to='pictures')"
        ),
        "gallery.Photo.preview": f"Write validators=[UploadValidator({IMAGES})] into it",
        "gallery.Photo.voice": "Write validators=[UploadValidator()] into it",
        "gallery.Photo.original": "Write original = SafeFileField(...)",
    }
    assert said["gallery.Photo.picture"].endswith(f"validators=[UploadValidator({IMAGES})].")


def test_the_hint_of_each_field_can_be_run(settings):
    hints = [found.hint for found in say(settings, FIELDS, GALLERY)]
    place = {**vars(import_module("gallery.models"))}
    lines = [hint.removeprefix("Write ").partition(", from ")[0] for hint in hints]
    for line in (line for line in lines if "..." not in line and " into it" not in line):
        exec(line, place)  # noqa: S102
    validators = [line.removesuffix(" into it") for line in lines if " into it" in line]
    for line in validators:
        exec(line, place)  # noqa: S102
    assert len(validators) == 2
    assert type(place["picture"]).__name__ == "SafeImageField"


def test_the_fields_of_a_package_are_not_the_project_s_to_change(settings, tmp_path, monkeypatch):
    package(tmp_path / "site-packages", "bought", "models.FileField()")
    package(tmp_path, "own_letters", "models.FileField()")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    monkeypatch.syspath_prepend(tmp_path)
    found = say(settings, FIELDS, {"INSTALLED_APPS": [*INSTALLED_APPS, "bought", "own_letters"]})
    assert [str(each.msg).partition(",")[0] for each in found] == ["own_letters.Letter.file"]


@pytest.mark.usefixtures("without_pillow")
@pytest.mark.parametrize(
    ("line", "changes", "is_found"),
    [
        ("SafeFileField()", {}, True),
        ("SafeFileField()", PDF, False),
        ("SafeFileField(types=['pdf', 'gif'])", PDF, True),
        ("SafeFileField(types=['pdf'])", {}, False),
        ("SafeFileField(types=['gif'], reencode=False)", {}, False),
        ("SafeFileField(types=['gif'])", {"SECURITY_UPLOADS": {"REENCODE": False}}, False),
        ("SafeImageField()", PDF, True),
        ("models.ImageField()", {}, False),
    ],
)
def test_a_field_with_pictures_wants_pillow(
    settings, tmp_path, monkeypatch, line, changes, is_found
):
    name = tmp_path.name  # another app for each case: Python imports a name once
    package(tmp_path, name, line)
    monkeypatch.syspath_prepend(tmp_path)
    found = say(settings, PICTURES, changes, {"INSTALLED_APPS": [*INSTALLED_APPS, name]})
    assert ids(found) == ["bulwark.E018"] * is_found
    for message in found:
        assert message.msg.startswith(f"{name}.Letter.file has pictures made anew, and Pillow")
        assert 'pip install "django-bulwark[uploads]"' in message.hint
        assert ('SECURITY_UPLOADS["REENCODE"] = False' in message.hint) == bool(changes)


@pytest.mark.usefixtures("without_pillow")
@pytest.mark.parametrize("value", [{}, {"MAX_SIZE": 1000}, PDF["SECURITY_UPLOADS"], {"TYPES": ()}])
def test_a_setting_that_says_nothing_of_pictures_wants_nothing(settings, value):
    assert say(settings, PICTURES, {"SECURITY_UPLOADS": value}) == []


def test_with_pillow_there_is_nothing_to_say(settings):
    assert say(settings, PICTURES, {"SECURITY_UPLOADS": {"TYPES": ["png"]}}) == []
