from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.uploads.made import SAMPLES, branded, zipped

from security.uploads.sniff import agrees, is_html, looks_like, may_become, sniff, sniff_head
from security.uploads.types import TYPES

WEB_PAGES = [
    b"<!DOCTYPE html>",
    b"<!doctype HTML ",
    b"\n\t <html>",
    b"<HTML lang=en>",
    b"<head>",
    b"<script>alert(1)</script>",
    b"<script\nsrc=//evil.example>",
    b"<script/x>",
    b"<iframe src=x>",
    b"<h1>",
    b"<div>",
    b"<font >",
    b"<table>",
    b"<a href=x>",
    b"<style>",
    b"<title>",
    b"<body onload=x>",
    b"<br>",
    b"<b>",
    b"<p>",
    b"<!-- -->",
    b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    b"\xef\xbb\xbf<html>",
]
PLAIN = [b"<", b"a < b", b"<bold>", b"<paragraph>", b"5 <p> 6", b"<email@shop.example>", b"<h12>"]
OTHERS = {
    "an executable": b"MZ\x90\x00\x03",
    "ELF": b"\x7fELF\x02\x01",
    "HEIC": branded(b"heic", b"mif1", b"heic"),
    "QuickTime": branded(b"qt  ", b"qt  "),
    "a PDF behind a page": b"\n\n%PDF-1.7\0",
    "RIFF sound": b"RIFF\x24\0\0\0WAVEfmt ",
    "UTF-16": "text".encode("utf-16"),
    "an MPEG frame without a rate": b"\xff\xfb\xf0\x00",
    "a box longer than the file": b"\0\0\xff\xffftypisom\0\0\0\0",
}

PACKED = {"zip", "docx", "xlsx", "odt"}


@pytest.fixture
def alone(monkeypatch):
    """Run without puremagic, whether it is installed or not."""
    monkeypatch.setitem(sys.modules, "puremagic", None)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_type_is_told_by_its_content(name, alone):
    assert sniff(io.BytesIO(SAMPLES[name])) == name


@pytest.mark.parametrize("name", SAMPLES)
def test_a_first_chunk_speaks_for_its_own_type_or_for_what_it_may_hold(name, alone):
    possible = {other for other in SAMPLES if may_become(TYPES[other], SAMPLES[name])}
    assert possible == (PACKED if name in PACKED else {name})


def test_comma_separated_values_are_text(alone):
    assert agrees(TYPES["csv"], sniff(io.BytesIO(b"a,b\n1,2\n")))
    assert not agrees(TYPES["txt"], None)
    assert not agrees(TYPES["csv"], "svg")


@pytest.mark.parametrize("page", WEB_PAGES)
def test_what_a_browser_takes_for_a_page_is_html_and_no_text(page, alone):
    assert is_html(page)
    assert sniff_head(page) is None
    assert looks_like(page) == "HTML"


@pytest.mark.parametrize("text", PLAIN)
def test_text_with_angle_brackets_is_text(text, alone):
    assert not is_html(text)
    assert sniff_head(text) == "txt"


@pytest.mark.parametrize("name", OTHERS)
def test_other_types_are_not_among_ours(name, alone):
    assert sniff(io.BytesIO(OTHERS[name])) is None


@pytest.mark.parametrize(
    "head",
    [
        b"<?xml version='1.0' encoding='UTF-8'?>\n<!-- made by hand --><svg width='1'>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'>\n<svg:svg >",
        b"\xef\xbb\xbf\n <svg>",
    ],
)
def test_a_drawing_is_told_by_its_first_element(head, alone):
    assert sniff_head(head) == "svg"


@pytest.mark.parametrize("head", [b"<svgx>", b"<html><svg>", b" " * 5000 + b"<svg>"])
def test_what_holds_a_drawing_is_none(head, alone):
    assert sniff_head(head) != "svg"


def test_an_archive_with_two_kinds_of_office_file_is_an_archive(alone):
    both = zipped("[Content_Types].xml", "word/document.xml", "xl/workbook.xml")
    assert sniff(io.BytesIO(both)) == "zip"
    assert sniff(io.BytesIO(zipped("word/document.xml"))) == "zip"
    assert sniff(io.BytesIO(zipped(first=b"application/epub+zip"))) == "zip"


@pytest.mark.parametrize("name", ["docx", "xlsx", "odt", "zip"])
@pytest.mark.parametrize("kept", [4, 30, 37, 60, 100])
def test_a_broken_archive_is_told_as_far_as_it_goes(name, kept, alone):
    assert sniff(io.BytesIO(SAMPLES[name][:kept])) in {"zip", None, name}


@given(st.binary(max_size=300))
def test_any_content_has_an_answer(content):
    assert sniff(io.BytesIO(content)) in {*TYPES, None}
    looks_like(content)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damage_never_raises(name, data):
    content = bytearray(SAMPLES[name])
    for _ in range(3):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    assert sniff(io.BytesIO(bytes(content))) in {*TYPES, None}


@given(st.binary(max_size=40), st.sampled_from(WEB_PAGES))
def test_no_page_is_text(tail, page):
    assert sniff_head(page + tail) != "txt"


def test_puremagic_overrules_text_and_names_what_it_knows():
    rtf = b"{\\rtf1\\ansi Hello}"
    assert sniff_head(rtf) is None
    assert "RTF" in (looks_like(rtf) or "")
    assert sniff_head(b"BM is a car, and so is this text.") == "txt"
    assert looks_like(b"\x7fELF\x02\x01\x01\0" + bytes(56)) is not None


def test_without_puremagic_the_rest_is_text(alone):
    assert sniff_head(b"{\\rtf1\\ansi Hello}") == "txt"
    assert looks_like(b"\x7fELF\x02\x01\x01") is None
