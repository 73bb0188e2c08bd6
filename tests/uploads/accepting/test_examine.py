from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.uploads.accepting.test_clamav import BAD, clamd
from tests.uploads.made import HTML, SAMPLES, png

from security.uploads import kinds
from security.uploads.examine import Examined, examine
from security.uploads.limits import Limits
from security.uploads.refusal import Refusal
from security.uploads.rules import Rules, Scanner
from security.uploads.types import TYPES

TEXT = SAMPLES["txt"]
EVERY = Rules(types=tuple(TYPES), reencode=False)


def rule_of(content: bytes, name: str, declared: str | None = None, rules: Rules = EVERY) -> str:
    with pytest.raises(Refusal) as caught:
        examine(io.BytesIO(content), name, declared, rules)
    return caught.value.rule


def test_what_is_accepted_comes_with_its_type_name_and_content():
    stream = io.BytesIO(TEXT)
    stream.seek(5)
    examined = examine(stream, "a/b c.TXT", "Text/Plain; charset=utf-8", EVERY)
    assert (examined.type, examined.name) == (TYPES["txt"], "b c.txt")
    assert examined.stream is stream
    assert examined.stream.read() == TEXT


def test_the_first_rule_that_is_broken_is_the_one_that_is_named():
    small = Rules(types=("png",), limits=Limits(max_size=30))
    assert rule_of(b"", "a.exe", "text/html") == "size.empty"
    assert rule_of(HTML, "a.exe", "text/html", small) == "size.most"
    assert rule_of(HTML[:30], "a.exe", "text/html", small) == "extension.not_allowed"
    assert rule_of(HTML[:30], "a.png", "text/html", small) == "declared.disagrees"
    assert rule_of(HTML[:30], "a.png", "image/png", small) == "content.html"
    assert rule_of(b"text", "a.png", "image/png", small) == "content.disagrees"


def test_all_endings_that_are_allowed_are_told():
    with pytest.raises(Refusal) as caught:
        examine(io.BytesIO(TEXT), "a.exe", None, EVERY)
    endings = ", ".join(f".{each}" for each in EVERY.extensions)
    assert str(caught.value) == f"The name of the file must end in one of these: {endings}."


@pytest.mark.parametrize(
    "declared", [None, "", "application/octet-stream", "text/csv", "text/plain"]
)
def test_a_client_that_declares_nothing_is_believed_nothing(declared):
    assert examine(io.BytesIO(b"a,b\n"), "a.csv", declared, EVERY).type is TYPES["csv"]


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "x", "text/plain, text/html"])
def test_a_declaration_of_anything_else_disagrees(declared):
    assert rule_of(TEXT, "a.txt", declared) == "declared.disagrees"


@pytest.mark.parametrize("content", SAMPLES)
@pytest.mark.parametrize("name", TYPES)
def test_extension_and_content_of_two_types_never_agree(name, content):
    if content != name and (name, content) != ("csv", "txt"):
        extension = TYPES[name].extensions[0]
        assert rule_of(SAMPLES[content], f"a.{extension}") == "content.disagrees"


def test_a_type_without_an_inspector_is_refused(monkeypatch):
    monkeypatch.setattr(kinds, "INSPECT_KEPT", {})
    assert rule_of(TEXT, "a.txt") == "type.unknown"


def test_an_inspector_that_fails_refuses_the_file_and_is_logged(monkeypatch, caplog):
    def broken(stream, limits):
        raise RecursionError

    monkeypatch.setattr(kinds, "INSPECT_KEPT", {"txt": broken})
    with caplog.at_level(logging.WARNING, "security.uploads"):
        assert rule_of(TEXT, "a.txt") == "content.broken"
    assert [record.getMessage() for record in caplog.records] == ["An inspector of txt failed."]


def test_a_lacking_package_is_no_fault_of_the_file(monkeypatch):
    def lacking(stream, limits):
        raise ImportError("Pillow")

    monkeypatch.setattr(kinds, "INSPECT_KEPT", {"txt": lacking})
    with pytest.raises(ImportError, match="Pillow"):
        examine(io.BytesIO(TEXT), "a.txt", None, EVERY)


def test_every_type_has_an_inspector_and_pictures_are_made_anew():
    assert set(kinds.INSPECT) == set(TYPES)
    assert {"png", "jpeg", "gif", "webp", "avif"} <= set(kinds.CLEAN)


def test_a_picture_made_anew_is_another_file():
    stream = io.BytesIO(png(text=b"at home"))
    examined = examine(stream, "a.png", "image/png", Rules())
    with examined.stream as made:
        content = made.read()
    assert content.startswith(b"\x89PNG")
    assert b"at home" not in content
    assert not stream.closed


def test_the_scanner_is_asked_about_what_was_sent(tmp_path):
    with clamd(tmp_path / "clamd.ctl") as scanner:
        rules = Rules(types=("txt",), scanner=scanner)
        assert rule_of(b"text " + BAD, "a.txt", rules=rules) == "virus.found"
    with clamd(tmp_path / "again.ctl") as scanner:
        rules = Rules(types=("txt",), scanner=scanner)
        assert examine(io.BytesIO(TEXT), "a.txt", None, rules).stream.read() == TEXT


def test_no_scanner_no_file(tmp_path):
    rules = Rules(types=("txt",), scanner=Scanner(path=str(tmp_path / "none")))
    assert rule_of(TEXT, "a.txt", rules=rules) == "virus.unchecked"


def outcome(content: bytes, name: str, declared: str | None) -> Examined | Refusal:
    try:
        return examine(io.BytesIO(content), name, declared, EVERY)
    except Refusal as refusal:
        return refusal


@given(st.binary(max_size=200), st.text(max_size=20), st.none() | st.text(max_size=20))
def test_nothing_raises_anything_but_a_refusal(content, name, declared):
    match outcome(content, name, declared):
        case Refusal() as refusal:
            assert str(refusal).endswith(".")
        case examined:
            assert examined.name.endswith(examined.type.extensions)


@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=60), st.integers(0, 200))
def test_damaged_files_raise_nothing_but_a_refusal(name, tail, kept):
    content = SAMPLES[name][:kept] + tail
    match outcome(content, f"a.{TYPES[name].extensions[0]}", None):
        case Refusal() as refusal:
            assert str(refusal).endswith(".")
        case examined:
            assert examined.type.name == name
