from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from security.uploads.storage import SafeBlobHeaders, SafeUploadHeaders

SAVED = {
    "ContentType": "application/octet-stream",
    "ContentDisposition": 'attachment; filename="page.html"',
    "CacheControl": "private, no-store",
}


class ObjectStorage(FileSystemStorage):
    """Keeps beside each file what S3Storage sends with it, found out as S3Storage does."""

    object_parameters: dict[str, str] = {}  # noqa: RUF012  # as in django-storages

    def get_object_parameters(self, name):
        return self.object_parameters.copy()

    def _save(self, name, content):
        parameters = self.get_object_parameters(name)
        if "ContentType" not in parameters:
            parameters["ContentType"] = getattr(content, "content_type", None) or "text/html"
        saved = super()._save(name, content)
        super()._save(f"{saved}.json", ContentFile(json.dumps(parameters)))
        return saved


class Uploads(SafeUploadHeaders, ObjectStorage):
    pass


def stored(storage, name):
    """Upload a file as a page, and return what is stored beside it."""
    content = ContentFile(b"<script>")
    content.content_type = "text/html"
    with storage.open(f"{storage.save(name, content)}.json") as file:
        return json.load(file)


def test_a_page_is_stored_as_bytes_to_save(tmp_path):
    assert stored(ObjectStorage(tmp_path), "old.html") == {"ContentType": "text/html"}
    assert stored(Uploads(tmp_path), "page.html") == SAVED


def test_a_picture_is_stored_as_one(tmp_path):
    assert stored(Uploads(tmp_path), "deep/\u00e9t\u00e9.png") == {
        "ContentType": "image/png",
        "ContentDisposition": "inline; filename=\"_t_.png\"; filename*=UTF-8''%C3%A9t%C3%A9.png",
        "CacheControl": "private, no-store",
    }


def test_no_setting_opens_what_is_closed(tmp_path):
    class Careless(Uploads):
        object_parameters = {  # noqa: RUF012
            "ContentType": "text/html",
            "ContentDisposition": "inline",
            "CacheControl": "max-age=60",
            "ACL": "private",
        }

    extra = {"CacheControl": "max-age=60", "ACL": "private"}
    assert stored(Careless(tmp_path), "page.html") == SAVED | extra
    assert Careless.object_parameters["ContentType"] == "text/html"  # nobody changed it


def test_a_project_chooses(tmp_path):
    class Public(Uploads):
        inline = ("svg",)
        cache_control = "public, max-age=600"

    found = stored(Public(tmp_path), "a.svg")
    assert (found["ContentType"], found["CacheControl"]) == ("image/svg+xml", "public, max-age=600")
    assert stored(Public(tmp_path), "a.png")["ContentType"] == "application/octet-stream"


@pytest.mark.parametrize("name", ["page.html", "page.html.gz", "a.svgz", "a", "x.png/y.htm"])
def test_other_clouds_have_other_names_for_the_same(tmp_path, name):
    class Blobs(SafeBlobHeaders, ObjectStorage):
        pass

    found = Blobs(tmp_path).get_object_parameters(name)
    assert found.keys() == {"content_type", "content_disposition", "cache_control"}
    assert found["content_type"] == "application/octet-stream"
    assert found["content_disposition"].startswith("attachment; ")
