from __future__ import annotations

import re

from tests.meta.tree import ROOT

from security.grade.advice.advise import MAX_ROUNDS, WORTH_A_PRESET
from security.grade.advice.markup import MAX_LOOKED_AT
from security.grade.advice.risks import RISKS
from security.grade.advice.settings_file import MAX_SETTINGS

PAGE = (ROOT / "docs" / "grade_advice.md").read_text(encoding="utf-8")


def block(kind):
    return re.search(rf"^```{kind}\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]


def test_the_example_gives_what_the_page_shows():
    place = {}
    exec(block("python"), place)  # noqa: S102
    assert place["patch"] == block("diff")
    assert f"`grades` is `{place['grades']}`" in PAGE


def test_the_page_tells_what_every_suggested_setting_may_break():
    rows = dict(
        re.findall(
            r"^\| `(\S[^`]*)` \| (.+) \|$", PAGE.partition("## What may break")[2], re.MULTILINE
        )
    )
    assert rows == {name: risk.text for name, risk in RISKS.items()}


def test_the_page_tells_the_limits():
    assert f"{MAX_LOOKED_AT:,} characters" in PAGE
    assert f"{MAX_SETTINGS:,} characters" in PAGE
    assert (MAX_ROUNDS, WORTH_A_PRESET) == (4, 3)
    assert "up to four" in PAGE
    assert "three things or more" in PAGE
