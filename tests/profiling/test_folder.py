from __future__ import annotations

import asyncio
import stat

import pytest
from django.http import HttpResponse
from tests.profiling.site import VIEWS, is_profiled, sync_view

from security.middleware.profiling import _ONE
from security.profiling import Ring


@pytest.mark.parametrize("kind", VIEWS)
def test_profiles_are_kept_as_pages(profile, settings, tmp_path, lines, kind):
    folder = tmp_path / "new" / "profiles"
    settings.SECURITY_PROFILING_FOLDER = str(folder)
    settings.SECURITY_PROFILING_KEEP = 2
    for _ in range(4):
        assert is_profiled(profile(VIEWS[kind]))
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".html"] * 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(file.read_text().startswith("<!DOCTYPE html>") for file in files)
    assert f"Saved as {files[-1].name}." in lines()[-1][1]
    assert not _ONE.locked()


def busy_view(request):
    for _ in range(60):
        sum(range(20_000))
    return HttpResponse()


async def async_busy_view(request):
    for _ in range(60):
        await asyncio.sleep(0)
        sum(range(20_000))
    return HttpResponse()


@pytest.mark.parametrize("view", [busy_view, async_busy_view])
def test_the_view_is_on_the_page(profile, settings, tmp_path, view):
    settings.SECURITY_PROFILING_FOLDER = tmp_path
    profile(view)
    (file,) = tmp_path.iterdir()
    assert view.__name__ in file.read_text()


def test_a_folder_that_cannot_be_written_to_harms_no_request(profile, settings, tmp_path, lines):
    (tmp_path / "file").touch()
    settings.SECURITY_PROFILING_FOLDER = tmp_path / "file" / "folder"
    response = profile(sync_view)
    assert (response.content, is_profiled(response)) == (b"ok", True)
    assert lines()[0] == (
        "WARNING",
        "SECURITY_PROFILING_FOLDER cannot be written to: Not a directory",
    )


def test_a_ring_leaves_what_is_not_its_own(tmp_path):
    ring = Ring(str(tmp_path), keep=1)
    for name in ("notes.html", "20000101.html", "20000101T000000000000Z-01234567.part"):
        (tmp_path / name).write_text("x")
    ring.save("first")
    last = ring.save("second")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["notes.html", "20000101.html", last.name]
    )
    assert last.read_text() == "second"


def test_a_page_is_saved_whole_or_not_at_all(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        Ring(str(tmp_path), keep=1).save("x" * 100_000 + "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_process_removed_is_no_error(tmp_path, monkeypatch):
    ring = Ring(str(tmp_path), keep=1)
    first = ring.save("first")
    entries = [*tmp_path.iterdir()]
    first.unlink()
    monkeypatch.setattr("pathlib.Path.iterdir", lambda self: iter([*entries, newer]))
    newer = tmp_path / "29991231T000000000000Z-01234567.html"
    ring._prune()
