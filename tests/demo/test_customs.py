"""The customs house without a browser: who sees what, and how much is kept."""

from __future__ import annotations

import json
import re
import stat
import sys

import pytest
from demo.customs.samples import SAMPLES
from tests.demo.running import ROOT, environment
from tests.demo.visitor import Visitor

FILE = re.compile(r'src="(/customs/files/[^"]+)"')
LINK = re.compile(r'href="(/customs/private/[^"]+)"')


@pytest.fixture
def stranger(shop):
    return Visitor(shop["https"], shop["authority"])


def send(visitor, slug, **fields):
    sample = SAMPLES[slug]
    return visitor.upload("/customs/", sample.name, sample.content, field="file", **fields)


def test_what_is_kept_is_for_its_sender_only(visitor, stranger, folder):
    (address,) = FILE.findall(send(visitor, "smuggled-sunset-png").text)
    kept = visitor.get(address)
    assert (kept.status, kept.headers["Content-Type"]) == (200, "image/png")
    assert kept.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "script" not in kept.text
    assert stranger.get(address).status == 404
    file = folder / "media" / address.removeprefix("/customs/files/")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_sealed_file_opens_by_its_link_alone(visitor, stranger):
    (address, *_) = LINK.findall(send(visitor, "honest-harbour-svg", is_private="on").text)
    path, _, signature = address.partition("?")
    assert stranger.get(address).status == 200
    assert {
        stranger.get(path).status,
        visitor.get(path).status,
        visitor.get(path.replace("private", "files")).status,
        stranger.get(f"{path}?{signature[:-1]}").status,
        stranger.get(address.replace("svg?", "png?")).status,
    } == {404}


def test_a_refused_file_is_told_and_not_kept(visitor, folder):
    before = set(folder.glob("media/customs/*"))
    page = send(visitor, "smuggled-ballast-zip")
    assert 'id="sample-smuggled-ballast-zip" data-verdict="refused"' in page.text
    assert "archive.unpacked" in page.text
    assert set(folder.glob("media/customs/*")) == before


def test_no_file_is_no_arrival(visitor):
    page = visitor.upload("/customs/", "", b"", field="other")
    assert "This field is required." in page.text
    assert "verdict-title" not in page.text


def test_a_name_is_shown_as_text(visitor):
    page = visitor.upload("/customs/", "<b>1<b>.php", b"x", field="file")
    assert "&lt;b&gt;1&lt;b&gt;.php" in page.text
    assert "<b>1<b>" not in page.text


def test_a_visitor_may_take_everything_away(visitor):
    (address,) = FILE.findall(send(visitor, "honest-harbour-svg").text)
    assert visitor.get(address).status == 200
    assert "Throw away" not in visitor.post("/customs/clear/", page="/customs/").text
    assert visitor.get(address).status == 404


def test_a_sample_is_saved_and_opens_nowhere(visitor):
    page = visitor.get("/customs/samples/smuggled-portrait-png/")
    assert page.headers["Content-Disposition"] == 'attachment; filename="smuggled-portrait.png"'
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert visitor.get("/customs/samples/no-such-wreck/").status == 404


START = f"""
import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "src")!r}]
import django; django.setup()
from datetime import timedelta
from django.core.files.base import ContentFile
from django.utils import timezone
from demo import prepare
from demo.customs import hold
from demo.customs.models import Arrival
prepare.build_tables()

def arrive(visitor, letters=10, days=0):
    received = timezone.now() - timedelta(days=days)
    row = Arrival(visitor=visitor, name="a.txt", received=received)
    row.file.save("a.txt", ContentFile(b"a" * letters))

def held(folder="media/customs"):
    files = sorted(file.stat().st_size for file in (hold_root / "customs").iterdir())
    return [[row.visitor, row.file.size] for row in Arrival.objects.all()], files

from django.conf import settings
hold_root = settings.MEDIA_ROOT
import json
"""


def held_after(folder, code):
    """Run code with the models of the demo; return the rows, newest first, and the files."""
    from subprocess import run

    variables = environment(folder) | {"DJANGO_SETTINGS_MODULE": "demo.settings"}
    command = [sys.executable, "-c", f"{START}\n{code}\nprint(json.dumps(held()))"]
    done = run(command, env=variables, capture_output=True, text=True, check=True, timeout=60)
    rows, files = json.loads(done.stdout)
    return rows, files


def test_the_newest_of_a_visitor_are_kept_and_nobody_else_s_are_touched(tmp_path):
    code = """
hold.MAX_OF_VISITOR = 2
arrive("ann", 1); arrive("bob", 2); arrive("ann", 3); arrive("ann", 4)
hold.make_room("ann")"""
    rows, files = held_after(tmp_path, code)
    assert (rows, files) == ([["ann", 4], ["ann", 3], ["bob", 2]], [2, 3, 4])


def test_all_visitors_together_have_so_many_bytes(tmp_path):
    code = """
hold.MAX_BYTES_OF_ALL = 10
arrive("ann", 4); arrive("bob", 5); arrive("cyd", 5)
hold.make_room("cyd")"""
    rows, files = held_after(tmp_path, code)
    assert (rows, files) == ([["cyd", 5], ["bob", 5]], [5, 5])


def test_a_day_later_a_file_is_gone(tmp_path):
    code = 'arrive("ann", 1, days=2); arrive("bob", 2); hold.make_room("bob")'
    assert held_after(tmp_path, code) == ([["bob", 2]], [2])


def test_a_start_deletes_what_no_row_knows(tmp_path):
    code = """
arrive("ann", 1)
(hold_root / "customs" / "0-lost.txt").write_text("lost")
prepare.build_tables()"""
    assert held_after(tmp_path, code) == ([["ann", 1]], [1])
