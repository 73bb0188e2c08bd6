from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.db import models
from django.http import HttpResponse, JsonResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from tests.modes import connections, site
from tests.uploads.accepting.site import PAGE, described, sent, with_field, with_view
from tests.uploads.made import HTML, SAMPLES, png

from security.uploads import Refusal, Rules, SafeUploadHandler, UploadRefused, UploadValidator
from security.uploads.accepted import RefusedUpload, accept
from security.uploads.forms import SafeFileField
from security.uploads.handlers import MAX_DROPPED

__all__ = ["connections", "site"]

TEXT = SAMPLES["txt"]
HANDLERS = [
    "security.uploads.handlers.SafeUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOADS = {"TYPES": ["txt", "png", "docx", "mp4"], "MAX_SIZE": 200_000}
FIELDS = [forms.FileField, lambda: SafeFileField(types=["txt", "png", "docx"])]


@pytest.fixture(params=[0, 2_500_000], ids=["on disk", "in memory"], autouse=True)
def installed(request, tmp_path):
    """Install the handler, before Django's; let files go to a folder that can be looked at."""
    with override_settings(
        FILE_UPLOAD_HANDLERS=HANDLERS,
        FILE_UPLOAD_MAX_MEMORY_SIZE=request.param,
        FILE_UPLOAD_TEMP_DIR=tmp_path,
        SECURITY_UPLOADS=UPLOADS,
    ):
        yield
    assert list(tmp_path.iterdir()) == []


def post(site, field, *file):
    with with_field(field):
        return site.post(PAGE, sent(*file))


@pytest.mark.parametrize("make", FIELDS, ids=["plain", "safe"])
@pytest.mark.parametrize(
    "content",
    [TEXT, b"a" * 200_000, b"\n" * 65_536],
    ids=["short", "as long as allowed", "one chunk"],
)
def test_a_good_file_arrives_whole(site, make, content):
    file = post(site, make(), "a.txt", content, "text/plain").json()["file"]
    assert file["content"] == content.decode()


@pytest.mark.parametrize("make", FIELDS, ids=["plain", "safe"])
@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.php", b"<?php", "extension.not_allowed"),
        ("a.php\uff0etxt", b"<?php", "extension.not_allowed"),
        ("a.png", b"MZ" + bytes(100_000), "content.disagrees"),
        ("a.docx", png(), "content.disagrees"),
        ("a.txt", HTML, "content.html"),
        ("a.txt", HTML + b" " * 150_000, "content.html"),
        ("a.txt", b"a" * 200_001, "size.most"),
    ],
    ids=["extension", "full-width extension", "executable", "picture", "page", "long page", "size"],
)
def test_any_form_shows_why_the_handler_refused(site, make, name, content, rule):
    response = post(site, make(), name, content)
    assert response.status_code == 422
    assert [code for code, _ in response.json()["errors"]] == [rule]


def test_djangos_image_field_shows_it_too(site):
    response = post(site, forms.ImageField(), "a.png", HTML)
    assert [code for code, _ in response.json()["errors"]] == ["content.html"]


def test_an_empty_file_is_left_to_the_field(site):
    response = post(site, forms.FileField(), "a.txt", b"")
    assert response.json()["errors"] == [["empty", "The submitted file is empty."]]


def test_a_view_that_reads_a_refused_file_answers_400(site):
    def view(request):
        return HttpResponse(request.FILES["file"].read())

    with with_view(view):
        assert site.post(PAGE, sent("a.txt", HTML)).status_code == 400
        assert site.post(PAGE, sent("a.txt", TEXT)).content == TEXT


def test_a_plain_model_field_leaves_no_trace_of_a_refused_file(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    with isolate_apps():

        class Document(models.Model):
            file = models.FileField(upload_to="kept", storage=FileSystemStorage(folder))

            class Meta:
                app_label = "uploaded"

    def view(request):
        file = Document(file=request.FILES["file"]).file
        file.save(file.name, file.file, save=False)
        return HttpResponse(file.name)

    with with_view(view):
        assert site.post(PAGE, sent("a.html", HTML)).status_code == 400
        assert list(folder.iterdir()) == []
        assert site.post(PAGE, sent("a.txt", TEXT)).content == b"kept/a.txt"


def test_the_files_beside_a_refused_one_arrive(site):
    def view(request):
        found = request.FILES.getlist("file")
        kinds = [isinstance(file, RefusedUpload) for file in found]
        return JsonResponse({"kinds": kinds, "last": described(found[2])["content"]})

    one, bad = (sent("a.txt", content)["file"] for content in (TEXT, HTML + TEXT * 5000))
    three = sent("c.txt", b"three")["file"]
    with with_view(view):
        answer = site.post(PAGE, {"file": [one, bad, three]})
    assert answer.json() == {"kinds": [False, True, False], "last": "three"}


def test_what_is_too_much_to_drop_ends_the_request(site):
    def view(request):
        return HttpResponse(f"{len(request.FILES)} {request.POST.get('after')}")

    with with_view(view):
        for name, content in [
            ("a.php", bytes(MAX_DROPPED + 1)),
            ("a.txt", HTML + b" " * MAX_DROPPED),
            ("a.txt", b"a" * (MAX_DROPPED + 200_001)),
        ]:
            assert site.post(PAGE, sent(name, content)).status_code == 400


def test_what_is_left_of_an_ended_request_is_not_parsed_again(site):
    def view(request):
        try:
            return HttpResponse(f"{request.FILES}")
        except UploadRefused:
            return JsonResponse({"post": request.POST, "files": len(request.FILES)})

    with with_view(view):
        answer = site.post(PAGE, {**sent("a.php", bytes(MAX_DROPPED + 1)), "after": "1"})
    assert answer.json() == {"post": {}, "files": 0}


def test_one_view_may_ask_for_less(site):
    def view(request):
        chosen = SafeUploadHandler(request, types=["png"])
        request.upload_handlers.insert(0, chosen)
        try:
            return HttpResponse(str(request.FILES["file"].size))
        except ValidationError as error:
            return HttpResponse(error.code)

    with with_view(view):
        assert site.post(PAGE, sent("a.txt", TEXT)).content == b"extension.not_allowed"
        assert site.post(PAGE, sent("a.png", png())).content == str(len(png())).encode()


def test_the_words_of_a_field_are_used_for_what_the_handler_refused(site):
    words = {"extension.not_allowed": "Only %(allowed)s, please."}
    answer = post(site, SafeFileField(types=["txt"], error_messages=words), "a.php", b"<?php")
    assert answer.json()["errors"] == [
        ["extension.not_allowed", "Only .txt, .png, .docx, .mp4, .m4v, please."]
    ]


def test_a_handler_without_a_request_refuses_as_well():
    handler = SafeUploadHandler()
    handler.new_file("file", "a.php", "text/plain", None)
    assert handler.receive_data_chunk(b"<?php", 0) is None
    with pytest.raises(UploadRefused):
        handler.receive_data_chunk(bytes(MAX_DROPPED), 5)


def test_code_that_hands_on_a_refused_file_is_refused():
    refused = RefusedUpload("a.txt", "text/plain", Refusal("content.html", "No."))
    for use in (UploadValidator(types=["txt"]), lambda file: accept(file, Rules())):
        with pytest.raises(UploadRefused) as caught:
            use(refused)
        assert caught.value.code == "content.html"


def test_a_bad_option_stops_the_handler():
    with pytest.raises(ImproperlyConfigured, match=r'SafeUploadHandler\["types"\]'):
        SafeUploadHandler(types="png")


def test_a_refused_file_gives_nothing_away():
    refused = RefusedUpload("/etc/passwd", "text/plain", Refusal("content.html", "No."))
    assert bool(refused)
    for use in (
        lambda: refused.size,
        lambda: len(refused),
        refused.open,
        lambda: refused.read(1),
        lambda: refused.seek(0),
        lambda: list(refused.chunks()),
        lambda: InMemoryStorage().save("a.txt", refused),
        lambda: list(refused),
        lambda: refused.multiple_chunks(1),
        lambda: refused.file,
    ):
        with pytest.raises(ValidationError, match=r"No\."):
            use()
    refused.close()
