from __future__ import annotations

import stat

import django
import pytest
from django.core.management import CommandError
from tests.authoring.shops import NONCE

from security.authoring import inline_files
from security.authoring.inline_files import ChangedMeanwhileError, write
from security.authoring.inline_plan import Change


def test_the_fix_writes_the_nonce_and_keeps_mode_and_line_ends(shop):
    path = shop.write("a.html", "\ufeff<style>\r\n</style><p>")
    path.chmod(0o640)
    assert shop.run("--fix") == (
        0,
        [
            "templates/a.html: changed",
            "1 template: no inline code is left that a strict policy blocks.",
        ],
        [],
    )
    assert shop.read("a.html") == f"\ufeff<style{NONCE}>\r\n</style><p>"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["a.html"]


def test_a_second_fix_writes_nothing(shop):
    path = shop.write("a.html", "<script></script>")
    shop.run("--fix")
    before = path.stat()
    assert shop.run("--fix")[0] == 0
    assert path.stat() == before


def test_a_fix_follows_a_link_to_its_file(shop, tmp_path_factory):
    real = tmp_path_factory.mktemp("elsewhere") / "real.html"
    real.write_text("<script></script>", encoding="utf-8")
    link = shop.write("a.html", "")
    link.unlink()
    link.symlink_to(real)
    assert shop.run("--fix")[0] == 0
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == f"<script{NONCE}></script>"


def test_a_dry_run_prints_a_diff_and_writes_nothing(shop):
    shop.write("a.html", "1\n2\n3\n4\n<script>\r\n</script>")
    code, out, err = shop.run("--fix", "--dry-run")
    assert (code, err) == (
        1,
        [
            "1 template, 1 with something left: 1 script.",
            "--fix mends 1, --extract 0; 0 need a hand.",
        ],
    )
    assert "\n".join(out).split("\n") == [
        "--- a/templates/a.html",
        "+++ b/templates/a.html",
        "@@ -2,5 +2,5 @@",
        " 2",
        " 3",
        " 4",
        "-<script>",
        f"+<script{NONCE}>",
        " </script>",
        "\\ No newline at end of file",
    ]
    assert shop.read("a.html") == "1\n2\n3\n4\n<script>\r\n</script>"


def test_links_are_fixed_when_asked_for(shop):
    shop.write("a.html", "<link rel=stylesheet>")
    assert shop.run("--fix")[0] == 0
    assert shop.read("a.html") == "<link rel=stylesheet>"
    assert shop.run("--fix", "--links")[0] == 0
    assert shop.read("a.html") == f"<link{NONCE} rel=stylesheet>"


def test_the_tag_of_django_needs_django_6_1(shop, monkeypatch):
    shop.write("a.html", "<script>")
    monkeypatch.setattr(django, "VERSION", (6, 0, 9, "final", 0))
    with pytest.raises(CommandError, match="--style tag must be used with Django"):
        shop.run("--fix", "--style", "tag")
    monkeypatch.setattr(django, "VERSION", (6, 1, 0, "final", 0))
    assert shop.run("--fix", "--style", "tag")[0] == 0
    assert shop.read("a.html") == "<script {% csp_nonce_attr %}>"


def test_a_fix_without_the_context_processor_says_so(shop, settings):
    settings.TEMPLATES[0]["OPTIONS"] = {}
    settings.TEMPLATES = list(settings.TEMPLATES)
    shop.write("a.html", "<script>")
    assert shop.run("--fix")[2] == [
        (
            "The templates of django get no csp_nonce: "
            "add 'security.context_processors.csp' to its context processors."
        )
    ]


def test_a_template_that_cannot_be_read_is_an_error_and_stops_no_other(shop):
    shop.write("a.html", "<script>")
    shop.write("b.html", "").write_bytes(b"\xff")
    code, out, err = shop.run("--fix")
    assert (code, out[0]) == (2, "templates/a.html: changed")
    assert err == ["templates/b.html must be text in utf-8 (got b'\\xff')."]


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path):
    path = tmp_path / "a.html"
    path.write_bytes(b"new")
    with pytest.raises(ChangedMeanwhileError):
        write(Change(path, b"old", b"fixed", "utf-8"))
    with pytest.raises(ChangedMeanwhileError):
        write(Change(path, None, b"fixed", "utf-8"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    assert path.read_bytes() == b"new"


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "a.html"
    path.write_bytes(b"old")

    def fail(number: int) -> None:
        raise OSError("full")

    monkeypatch.setattr(inline_files.os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        write(Change(path, b"old", b"fixed", "utf-8"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    assert path.read_bytes() == b"old"
