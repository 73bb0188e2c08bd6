from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.urls import path
from tests.checks.catalogue import ids
from tests.meta.tree import ROOT

from security.checks.upload_roots import check_published
from security.uploads.roots import SQLITE
from security.uploads.serve import MediaView


@pytest.fixture
def site_of(tmp_path, settings, monkeypatch):
    """Return a project with code, a database and two folders; the process works in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("project/settings.py", "media/photo.png", "db.sqlite3", "data/db.sqlite3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"a secret")
    settings.BASE_DIR = tmp_path / "project"
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    return tmp_path


SITES = {
    "unset": ("", "project/settings.py"),
    "the project": (".", "project/settings.py"),
    "its parent": ("..", "{name}/project/settings.py"),
    "the code": ("project", "settings.py"),
}


@pytest.mark.parametrize("case", SITES)
def test_the_site_itself_is_not_sent(served, site_of, settings, case):
    root, name = SITES[case]
    settings.MEDIA_ROOT = str(site_of / root) if root else ""
    wire = served(storage=None)
    answer = wire(path=f"/media/{name.format(name=site_of.name)}")
    assert (answer.status, b"a secret" in answer.body) == (500, False)
    (message,) = check_published()
    assert message.id == "bulwark.E021"
    assert message.msg.startswith("MEDIA_ROOT must be a folder of its own")


def test_a_folder_with_the_database_is_not_sent(served, site_of, settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", SQLITE)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", site_of / "data/db.sqlite3")
    wire = served(storage=FileSystemStorage(site_of / "data"))
    answer = wire(path="/media/db.sqlite3")
    assert (answer.status, b"a secret" in answer.body) == (500, False)
    assert ids(check_published()) == ["bulwark.E021"]


def test_a_folder_of_its_own_is_sent(served, site_of, settings):
    settings.MEDIA_ROOT = str(site_of / "media")
    answer = served(storage=None)(path="/media/photo.png")
    assert (answer.status, answer.body) == (200, b"a secret")
    assert check_published() == []


def test_what_lies_in_an_app_is_found_without_base_dir(served, settings):
    del settings.BASE_DIR
    assert served(storage=FileSystemStorage(ROOT / "src"))(path="/media/a.png").status == 500


def test_a_storage_of_no_such_name_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match=r"MediaView\.storage must be one of 'default'"):
        path("media/<path:path>", MediaView.as_view(storage="elsewhere"))
