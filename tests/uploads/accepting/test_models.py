from __future__ import annotations

from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.http import JsonResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from tests.modes import connections, site
from tests.uploads.accepting.site import PAGE, answered, sent, with_view
from tests.uploads.made import HTML, SAMPLES, png

from security.uploads import SafeFileField, SafeImageField, UploadRefused, UploadValidator

__all__ = ["connections", "site"]

TEXT = SAMPLES["txt"]


@pytest.fixture
def document(transactional_db, tmp_path):
    """Return a model with a table of its own, and a storage in the test's folder."""
    storage = FileSystemStorage(tmp_path)
    with isolate_apps():

        class Document(models.Model):
            file = SafeFileField(upload_to="kept", storage=storage, types=["txt", "png"])
            picture = SafeImageField(
                storage=storage, blank=True, width_field="width", height_field="height"
            )
            width = models.IntegerField(null=True)
            height = models.IntegerField(null=True)
            plain = models.FileField(
                storage=storage, blank=True, validators=[UploadValidator(types=["txt"])]
            )

            class Meta:
                app_label = "uploaded"

        with connection.schema_editor() as editor:
            editor.create_model(Document)
        yield Document
        with connection.schema_editor() as editor:
            editor.delete_model(Document)


def stored(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("memory", [0, 2_500_000], ids=["on disk", "in memory"])
def test_a_model_form_stores_what_it_accepted(site, document, tmp_path, memory):
    form_class = forms.modelform_factory(document, fields=["file"])

    def view(request):
        form = form_class(request.POST, request.FILES)
        if not form.is_valid():
            return answered(form)
        saved = form.save()
        return JsonResponse({"name": document.objects.get(pk=saved.pk).file.name})

    with with_view(view), override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=memory):
        accepted = site.post(PAGE, sent("my.notes.TXT", TEXT, "text/plain"))
        refused = site.post(PAGE, sent("notes.txt", HTML, "text/plain"))
    assert accepted.json() == {"name": "kept/my-notes.txt"}
    assert refused.json()["errors"][0][0] == "content.html"
    assert stored(tmp_path) == {"kept/my-notes.txt": TEXT}


@pytest.mark.parametrize("name", ["x.html\uff0e\u24e3\u24e7\u24e3", "x.php\uff0etxt"], ids=ascii)
def test_a_validated_plain_field_stores_no_other_extension(site, document, tmp_path, name):
    form_class = forms.modelform_factory(document, fields=["plain"])

    def view(request):
        form = form_class(request.POST, {"plain": request.FILES["file"]})
        if form.is_valid():
            form.save()
        return JsonResponse({"errors": form.errors.get_json_data().get("plain", [])})

    with with_view(view):
        refused = site.post(PAGE, sent(name, TEXT, "text/plain")).json()["errors"]
        accepted = site.post(PAGE, sent("notes.TXT", TEXT, "text/plain")).json()["errors"]
    assert [error["code"] for error in refused] == ["extension.not_allowed"]
    assert accepted == []
    assert stored(tmp_path) == {"notes.TXT": TEXT}


def test_nothing_is_stored_unexamined_even_without_any_validation(document, tmp_path):
    for name, content in [("a.txt", HTML), ("a.html", HTML), ("a.png", TEXT)]:
        with pytest.raises(UploadRefused):
            document(file=SimpleUploadedFile(name, content)).save()
        with pytest.raises(UploadRefused):
            document().file.save(name, ContentFile(content))
    assert stored(tmp_path) == {}


def test_code_may_store_a_file_of_its_own(document, tmp_path):
    path = tmp_path / "source.text"
    path.write_bytes(TEXT)
    kept = document()
    with path.open("rb") as source:
        kept.file.save("../from here.txt", File(source))
    path.unlink()
    assert (
        document.objects.get().file.name == "kept/from_here.txt"
    )  # the storage has a taste of its own
    assert list(stored(tmp_path).values()) == [TEXT]


def test_text_is_stored_as_utf8(document, tmp_path):
    document().file.save("a.txt", ContentFile("gr\xfc\xdf dich"))
    assert stored(tmp_path) == {"kept/a.txt": "gr\xfc\xdf dich".encode()}
    with pytest.raises(UploadRefused):
        document().file.save("a.txt", ContentFile(HTML.decode()))


def test_a_picture_is_stored_made_anew_with_its_size(document, tmp_path):
    upload = SimpleUploadedFile("me.png", png(3, 2, text=b"at home"), "image/png")
    kept = document(file=SimpleUploadedFile("a.txt", TEXT), picture=upload)
    kept.save()
    assert (kept.width, kept.height) == (3, 2)
    content = stored(tmp_path)["me.png"]
    assert content.startswith(b"\x89PNG")
    assert b"at home" not in content
    kept.picture.close()


def test_full_clean_asks_no_more_of_a_picture_than_what_stores_it(document):
    hidden = png(after=b"and more")
    kept = document(file=SimpleUploadedFile("a.png", hidden, "image/png"))
    kept.full_clean(exclude=["width", "height"])
    kept.save()
    with kept.file.open() as file:
        assert b"and more" not in file.read()


def test_full_clean_reports_and_leaves_what_is_stored_alone(document):
    kept = document(file=SimpleUploadedFile("a.txt", TEXT))
    kept.full_clean(exclude=["width", "height"])
    kept.save()
    again = document.objects.get()
    again.file.storage.delete(again.file.name)
    again.full_clean(exclude=["width", "height"])  # it is stored: nobody opens it
    again.file = SimpleUploadedFile("b.txt", HTML)
    again.plain = SimpleUploadedFile("c.png", png())
    with pytest.raises(ValidationError) as caught:
        again.full_clean(exclude=["width", "height"])
    codes = {name: [error.code for error in each] for name, each in caught.value.error_dict.items()}
    assert codes == {"file": ["content.html"], "plain": ["extension.not_allowed"]}


def test_a_form_examines_once_and_the_model_not_again(document, monkeypatch):
    from security.uploads import accepted, validators

    counted = []

    def counting(*arguments):
        counted.append(arguments[1])
        return accepted_examine(*arguments)

    accepted_examine = accepted.examine
    monkeypatch.setattr(accepted, "examine", counting)
    monkeypatch.setattr(validators, "check", counting)
    form_class = forms.modelform_factory(document, fields=["file"])
    form = form_class({}, {"file": SimpleUploadedFile("a.txt", TEXT)})
    form.save()
    assert counted == ["a.txt"]


@pytest.mark.parametrize(
    ("field", "kwargs"),
    [
        (
            SafeFileField(upload_to="a", types=["pdf"], max_size=5, reencode=False),
            {"upload_to": "a", "types": ["pdf"], "max_size": 5, "reencode": False},
        ),
        (SafeImageField(max_pixels=9), {"upload_to": "", "max_pixels": 9}),
    ],
    ids=["file", "image"],
)
def test_a_migration_makes_the_same_field(field, kwargs):
    _, path, args, given = field.deconstruct()
    assert path == f"security.uploads.fields.{type(field).__name__}"
    assert (args, given) == ([], kwargs)
    text, imports = MigrationWriter.serialize(field)
    scope: dict[str, object] = {}
    exec("\n".join(sorted(imports)), scope)  # noqa: S102 - as a migration is run
    again = eval(text, scope)  # noqa: S307
    assert again.deconstruct() == field.deconstruct()
    assert again.options == field.options
    assert field.clone().options == field.options


def test_another_form_field_may_be_asked_for():
    field = SafeFileField(types=["pdf"])
    assert type(field.formfield(form_class=forms.FileField)) is forms.FileField
    assert field.formfield().options == {"types": ["pdf"]}
