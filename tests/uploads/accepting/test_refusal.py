from __future__ import annotations

import ast

import pytest
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from tests.meta.tree import ROOT

from security.uploads.accepted import UploadRefused
from security.uploads.limits import MIB, Limits
from security.uploads.refusal import Refusal, Size

TOO_LARGE = "The file is larger than %(most)s, the most that is allowed here."
TOO_MANY = "The picture has more than %(limit)s pixels."


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1000, "1000 bytes"),
        (1024, "1 KB"),
        (1_000_000, "976.6 KB"),
        (10 * MIB, "10 MB"),
        (5_000_000, "4.8 MB"),
        (2 * 1024**3, "2 GB"),
        (2**60, "1024 PB"),
    ],
)
def test_a_size_is_said_as_people_say_it(size, said):
    assert str(Size(size)) == f"{Size(size)}" == said


@given(st.integers(0, 70).flatmap(lambda bits: st.integers(0, 2**bits)))
def test_a_size_is_what_django_says_without_a_zero_behind_the_point(size):
    said = filesizeformat(size).replace("\N{NO-BREAK SPACE}", " ").replace(".0 ", " ")
    assert str(Size(size)) == said


def test_a_size_is_still_the_number_of_bytes():
    refusal = Refusal("size.most", TOO_LARGE, most=Size(10 * MIB))
    assert refusal.params == {"most": 10_485_760}


@pytest.mark.parametrize(
    ("language", "sizes", "pixels"),
    [
        (
            "en",
            "The file is larger than 10 MB, the most that is allowed here.",
            "The picture has more than 50,000,000 pixels.",
        ),
        (
            "de",
            "Die Datei ist gr\u00f6\u00dfer als 10 MB. Mehr ist hier nicht erlaubt.",
            "Das Bild hat mehr als 50.000.000 Pixel.",
        ),
        (
            "fr",
            "Le fichier d\u00e9passe 10 Mio, le maximum autoris\u00e9 ici.",
            "L\u2019image compte plus de 50\u00a0000\u00a0000 pixels.",
        ),
    ],
)
def test_sizes_and_numbers_are_written_as_the_visitor_writes_them(language, sizes, pixels):
    with translation.override(language):
        large = UploadRefused(Refusal("size.most", TOO_LARGE, most=Size(10 * MIB)))
        many = UploadRefused(Refusal("picture.pixels", TOO_MANY, limit=Limits().max_pixels))
        assert [*large.messages, *many.messages] == [sizes, pixels]


@pytest.mark.parametrize(("language", "said"), [("en", "9.5 MB"), ("de", "9,5 MB")])
def test_a_size_keeps_the_point_of_the_language(language, said):
    with translation.override(language):
        refused = UploadRefused(Refusal("size.most", "%(most)s", most=Size(19 * MIB // 2)))
        assert refused.messages == [said]


def test_no_text_makes_a_visitor_count_bytes():
    counted = [
        node.value
        for path in sorted((ROOT / "src" / "security" / "uploads").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ")s bytes" in node.value
    ]
    assert counted == []
