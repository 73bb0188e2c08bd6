from __future__ import annotations

import unicodedata

import pytest
from django.utils.text import get_valid_filename
from hypothesis import given
from hypothesis import strategies as st

from security.uploads.names import MAX_NAME, extension_of, normalise

CHANGED = {
    "photo.PNG": "photo.png",
    "x.php.png": "x-php.png",
    "x.png.php": "x-png.php",  # and no list of allowed types has php
    "../../etc/passwd": "passwd",
    "C:\\Users\\me\\scan.pdf": "scan.pdf",
    ".htaccess": "file.htaccess",
    "...png": "file.png",
    "-rf.txt": "rf.txt",
    "x.php\0.png": "x-php.png",
    "annual\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe": "annualgnp.exe",
    "in\N{ZERO WIDTH SPACE}voice.pdf": "invoice.pdf",
    "in\N{COMBINING GRAPHEME JOINER}voice\N{VARIATION SELECTOR-16}.pdf": "invoice.pdf",
    "\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}.pdf": "file.pdf",
    "a\N{HANGUL CHOSEONG FILLER}\N{KHMER VOWEL INHERENT AQ}\N{VARIATION SELECTOR-17}.txt": "a.txt",
    "a\r\nSet-Cookie: b.txt": "aSet-Cookie- b.txt",
    "\N{FULLWIDTH LATIN SMALL LETTER A}\N{FULLWIDTH SOLIDUS}b\N{FULLWIDTH FULL STOP}png": "b.png",
    "CON.txt": "file-CON.txt",
    "com\N{SUPERSCRIPT ONE}.txt": "file-com1.txt",
    "lpt9.csv": "file-lpt9.csv",
    '<img src=x onerror="alert(1)">.svg': "img src-x onerror-alert(1).svg".replace("(1)", "-1"),
    "image.png::$DATA": "image-png-DATA",
    "photo.png ": "photo-png",  # a name that Windows shortens has no extension
    "a%2fb;c&d.zip": "a-2fb-c-d.zip",
    "": "file",
    "noextension": "noextension",
    "\N{COMBINING ACUTE ACCENT}a.txt": "a.txt",
    "e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}.txt": "\xe9t\xe9.txt",
}


@pytest.mark.parametrize("sent", CHANGED, ids=ascii)
def test_a_name_becomes_one_that_is_safe_anywhere(sent):
    assert normalise(sent) == CHANGED[sent]


@pytest.mark.parametrize(
    "name", ["report.pdf", "R\xe9sum\xe9 2024_final.docx", "\u5831\u544a\u66f8.xlsx", "a-b_c.txt"]
)
def test_a_good_name_stays_as_it_is(name):
    assert normalise(name) == name


def test_a_long_name_is_cut_before_its_extension():
    name = normalise("\u5831" * 500 + ".png")
    assert name == "\u5831" * 32 + ".png"
    assert len(name.encode()) == MAX_NAME


@given(st.text())
def test_normalising_twice_changes_nothing(sent):
    assert normalise(normalise(sent)) == normalise(sent)


@given(st.text(st.sampled_from("a.\\/\0\u202e \u0301\u200b-_COM1\ufdfa"), max_size=300))
def test_a_name_is_bounded_visible_and_has_one_dot_at_most(sent):
    name = normalise(sent)
    assert 0 < len(name.encode()) <= MAX_NAME
    assert name.count(".") <= 1
    assert name[0] not in ".- "
    assert unicodedata.is_normalized("NFKC", name)
    assert not {unicodedata.category(char)[0] for char in name} & {"C", "S"}
    assert not set(name) & set("/\\:*?\"<>|%;&'`$!#\r\n")


@given(st.text(), st.sampled_from(["png", "PDF", "Docx"]))
def test_an_extension_that_was_sent_is_kept_in_lower_case(stem, extension):
    assert extension_of(f"{stem}.{extension}") == extension.lower()
    assert normalise(f"{stem}.{extension}").endswith(f".{extension.lower()}")


WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
PIECES = [".", ".txt", ".html", " ", "/", "\u200b", "\ufe0f", "\u24e3\u24e7\u24e3", "\u2024"]


@pytest.mark.parametrize(
    "name",
    [
        "x.html" + ".txt".translate(WIDE),
        "x.html\N{FULLWIDTH FULL STOP}\u24e3\u24e7\u24e3",
        "x.html.\u24e3\u24e7\u24e3",
        "x.html\N{ONE DOT LEADER}txt",
        "x.m\N{KELVIN SIGN}v",
        "x.t\N{VARIATION SELECTOR-16}xt",
    ],
    ids=ascii,
)
def test_an_extension_that_only_the_safe_name_has_is_none(name):
    assert normalise(name).endswith((".txt", ".mkv"))
    assert extension_of(name) == ""


@given(st.lists(st.sampled_from([*PIECES, ".txt".translate(WIDE)])).map("".join) | st.text())
def test_the_extension_is_that_of_every_name_that_is_stored(sent):
    extension = extension_of(sent)
    if not extension:
        return
    assert normalise(sent).endswith(f".{extension}")
    assert sent.lower().endswith(f".{extension}")
    assert get_valid_filename(sent).lower().endswith(f".{extension}")
