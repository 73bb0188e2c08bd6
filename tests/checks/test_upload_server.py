from __future__ import annotations

import os

import pytest
from tests.checks.catalogue import ids, say

from security.checks import upload_server

FILES = "upload_server.check_upload_files"
ROOT = "upload_server.check_upload_root"


def names(found):
    return [str(message.msg).partition("(got ")[2].removesuffix(").") for message in found]


@pytest.mark.parametrize(
    ("media", "is_found"),
    [
        ("/var/www/html", True),
        ("/usr/share/nginx/html/shop/media", True),
        ("/home/anna/public_html/media", True),
        ("/srv/shop/CGI-BIN", True),
        ("/var/www/shop/media", False),
        ("/var/www/html-of-others", False),
        ("/srv/cgi-bin.old/media", False),
        ("", False),
        (None, False),
    ],
)
def test_uploads_lie_outside_of_what_a_server_sends(settings, media, is_found):
    assert ids(say(settings, ROOT, {"MEDIA_ROOT": media})) == ["bulwark.W067"] * is_found


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        (".htaccess", True),
        ("a/b/.user.ini", True),
        ("Web.Config", True),
        ("shell.PHP", True),
        ("shell.php.png", True),
        ("run.cgi", True),
        ("page.shtml", True),
        ("report.pl.txt", False),
        ("cgi", False),
        ("php", False),
        ("picture.png", False),
        ("notes.htaccess", False),
        ("phpinfo.txt", False),
    ],
)
def test_files_are_told_by_their_names(settings, tmp_path, name, is_found):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert names(say(settings, FILES, {"MEDIA_ROOT": tmp_path})) == [repr(name)] * is_found


def test_three_files_are_named_and_the_others_counted(settings, tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.php").touch()
    assert names(say(settings, FILES, {"MEDIA_ROOT": str(tmp_path)})) == [
        "'0.php', '1.php', '2.php' and 2 more"
    ]


def test_the_first_entries_are_looked_at_and_no_more(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(upload_server, "MAX_ENTRIES", 20)
    deep = tmp_path / "folder"
    deep.mkdir()
    for number in range(18):
        (tmp_path / f"{number}.png").touch()
    (deep / "first.php").touch()  # entry 20: the folder nearest to the root comes first
    assert names(say(settings, FILES, {"MEDIA_ROOT": tmp_path})) == ["'folder/first.php'"]
    (tmp_path / "18.png").touch()
    assert say(settings, FILES, {"MEDIA_ROOT": tmp_path}) == []


def test_links_are_not_followed(settings, tmp_path):
    outside, media = tmp_path / "code", tmp_path / "media"
    outside.mkdir()
    media.mkdir()
    (outside / "index.php").touch()
    (media / "link").symlink_to(outside)
    (media / "loop").symlink_to(media)
    assert say(settings, FILES, {"MEDIA_ROOT": media}) == []


def test_what_is_no_folder_has_no_files(settings, tmp_path):
    (tmp_path / "file.php").touch()
    for root in (tmp_path / "nowhere", tmp_path / "file.php", ""):
        assert say(settings, FILES, {"MEDIA_ROOT": root}) == []


def test_a_name_that_is_no_text_is_shown_in_ascii(settings, tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff\n{x}.php"
    os.close(os.open(name, os.O_CREAT))
    (found,) = names(say(settings, FILES, {"MEDIA_ROOT": tmp_path}))
    assert found == "'\\udcff\\n{x}.php'"
