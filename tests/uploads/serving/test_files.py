from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage
from hypothesis import given
from hypothesis import strategies as st
from tests.uploads.serving.conftest import BYTES

from security.uploads.serve import MediaView, files
from security.uploads.serve.files import MAX_PATH, is_safe


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "none.png",
        "deep",
        "deep/",
        "deep/er",
        "photo.png/",
        "photo.png/x",
        "//photo.png",
        "/photo.png",
        "./photo.png",
        "deep/../photo.png",
        "deep//er/photo.JPEG",
        "../media/photo.png",
        "../secret.png",
        "..\\secret.png",
        "deep\\er\\photo.JPEG",
        ".hidden.png",
        ".git/config.png",
        "photo.png\x00.png",
        "photo\n.png",
        "n" * 300,
        "n/" * 600 + "n",
        "link.png",
        "folder/secret.png",
        "loop.png",
        "dangling.png",
        "to-hidden.png",
        "pipe.png",
        "closed/photo.png",
    ],
    ids=ascii,
)
def test_nothing_else_is_there(ask, root, name):
    outside = root.parent / "elsewhere"
    outside.mkdir()
    for place in (outside / "secret.png", root.parent / "secret.png"):
        place.write_bytes(b"secret")
    (root / "link.png").symlink_to(outside / "secret.png")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "loop.png").symlink_to(root / "loop.png")
    (root / "dangling.png").symlink_to(root / "nowhere.png")
    (root / "to-hidden.png").symlink_to(root / ".hidden.png")
    os.mkfifo(root / "pipe.png")
    answer = ask(name)
    assert answer.status == 404
    assert b"secret" not in answer.body


def test_a_link_inside_the_root_is_followed_and_so_is_one_to_the_root(ask, root, tmp_path):
    (root / "twin.png").symlink_to(root / "photo.png")
    (tmp_path / "alias").symlink_to(root, target_is_directory=True)
    answer = ask("twin.png", storage=FileSystemStorage(tmp_path / "alias"))
    assert (answer.status, answer.body) == (200, BYTES)


def test_a_file_that_is_swapped_for_a_link_is_not_sent(root):
    """Between the look and the opening somebody puts a link where the file was."""

    class Swapped(FileSystemStorage):
        def _open(self, name, mode="rb"):
            (root / "secret").write_bytes(b"secret")
            (root / "photo.png").unlink()
            (root / "photo.png").symlink_to(root / "secret")
            return super()._open(name, mode)

    with pytest.raises(files.NoSuchFileError):
        files.find(Swapped(root), "photo.png")


@given(st.text("./\\\x00\x1f\x85\udc80ab\u00e9 ", max_size=20))
def test_a_safe_name_stays_below_the_root(name):
    if is_safe(name):
        assert os.path.normpath(f"/uploads/{name}") == f"/uploads/{name}"
        assert all(not part.startswith(".") for part in name.split("/"))


def test_the_length_of_a_path_is_limited():
    assert is_safe("n" * MAX_PATH)
    assert not is_safe("n" * (MAX_PATH + 1))


class Remote(Storage):
    """What an object store looks like: no paths, errors of its own, a type beside the file."""

    stored = "image/png"
    error: Exception | None = None

    def _open(self, name, mode="rb"):
        if self.error:
            raise self.error
        file = ContentFile(BYTES, name)
        file.content_type = self.stored
        return file

    def get_modified_time(self, name):
        return datetime(2026, 9, 21, tzinfo=UTC)


def test_a_storage_without_paths_is_served(ask):
    answer = ask("photo.png", {"Range": "bytes=-5"}, storage=Remote())
    assert (answer.status, answer.body) == (206, BYTES[-5:])
    assert answer["last-modified"] == "Mon, 21 Sep 2026 00:00:00 GMT"


def test_a_stored_type_that_disagrees_is_saved(ask):
    class Page(Remote):
        stored = "text/html"

    assert ask("photo.png", storage=Page())["content-disposition"].startswith("attachment")


def test_a_storage_that_knows_no_time_is_served_without_a_validator(ask):
    class Timeless(Remote):
        def get_modified_time(self, name):
            raise NotImplementedError

    answer = ask("photo.png", {"If-None-Match": '"x"', "Range": "bytes=0-1"}, storage=Timeless())
    assert (answer.status, answer["etag"], answer["last-modified"]) == (206, None, None)


def test_a_file_that_cannot_seek_is_sent_whole(ask):
    class Unseekable(Remote):
        def _open(self, name, mode="rb"):
            reader, writer = os.pipe()
            os.write(writer, BYTES)
            os.close(writer)
            file = File(os.fdopen(reader, "rb"), name)
            file.size = len(BYTES)
            return file

    answer = ask("photo.png", {"Range": "bytes=0-1"}, storage=Unseekable())
    assert (answer.status, answer.body) == (200, BYTES)


@pytest.mark.parametrize(
    "error", [FileNotFoundError("no such key"), ValueError("bad name"), PermissionError(13, "no")]
)
def test_what_a_storage_does_not_have_is_not_there(ask, error):
    class Empty(Remote):
        pass

    Empty.error = error
    assert ask("photo.png", storage=Empty()).status == 404


def test_a_storage_that_is_down_is_no_missing_file(rf):
    class Down(Remote):
        error = ConnectionError("the store is down")

    with pytest.raises(ConnectionError):
        files.find(Down(), "photo.png")


def test_a_storage_that_fails_late_leaves_no_file_open(storage):
    closed = []

    class Late(Remote):
        def _open(self, name, mode="rb"):
            file = ContentFile(BYTES, name)
            file.close = lambda: closed.append(name)
            return file

        def get_modified_time(self, name):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        files.find(Late(), "photo.png")
    assert closed == ["photo.png"]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [("HEAD", {}, 200), ("GET", {"If-Modified-Since": "Mon, 21 Sep 2026 00:00:00 GMT"}, 304)],
)
def test_what_is_not_sent_is_not_fetched(ask, method, headers, status):
    class Distant(File):
        """A file as S3Storage opens it: the bytes come when somebody reads ``file``."""

        size, content_type = 100, "image/png"

        def __init__(self, name):
            self.name = name

        @property
        def file(self):
            raise AssertionError(self.name)

        def close(self):
            """There is nothing to close yet."""

    class Distance(Remote):
        def _open(self, name, mode="rb"):
            return Distant(name)

    assert ask("photo.png", headers, method=method, storage=Distance()).status == status


def test_a_storage_by_its_alias(ask, settings, root):
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "uploads": {"BACKEND": backend, "OPTIONS": {"location": str(root)}},
    }
    assert ask("photo.png", storage="uploads").body == BYTES
    assert ask("photo.png", storage=None).status == 404


def test_the_default_storage_serves_without_a_word(ask, settings, root):
    settings.MEDIA_ROOT = root
    assert ask("photo.png", storage=None).body == BYTES


def test_files_in_memory_are_served(ask):
    memory = InMemoryStorage()
    memory.save("a.png", ContentFile(BYTES))
    assert ask("a.png", storage=memory).body == BYTES


def test_a_storage_that_decrypts_is_asked_for_the_file(ask, root):
    class Reversed(FileSystemStorage):
        def _open(self, name, mode="rb"):
            with super()._open(name, mode) as file:
                return ContentFile(file.read()[::-1][:50], name)

    answer = ask("photo.png", storage=Reversed(root))
    assert (answer.body, answer["content-length"]) == (BYTES[::-1][:50], "50")


def test_a_file_that_became_shorter_ends_early(root):
    file = files.find(FileSystemStorage(root), "photo.png")
    pieces = files.Pieces(file.file, [files.Range(0, file.size + 50)])
    assert b"".join(pieces) == BYTES
    pieces.close()
    assert file.file.closed


def test_a_project_that_fails_leaves_no_file_open(rf, root):
    opened = []

    class Kept(FileSystemStorage):
        def _open(self, name, mode="rb"):
            opened.append(super()._open(name, mode))
            return opened[-1]

    class Failing(MediaView):
        def filename(self, path):
            raise RuntimeError(path)

    with pytest.raises(RuntimeError):
        Failing.as_view(storage=Kept(root))(rf.get("/"), path="photo.png")
    assert [file.closed for file in opened] == [True]
