from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st
from tests.grade.advising.settings_texts import ADVICE, DJANGO, OURS, VALUES

from security.grade.advice.change import (
    WIDTH,
    Advice,
    Assign,
    Relist,
    settings_overrides,
    written,
)

NESTED = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
)


@given(NESTED, st.integers(0, 60))
def test_what_is_written_is_the_value(value, column):
    text = written(value, column)
    assert text.isascii()
    assert ast.literal_eval(text) == value


def test_what_is_too_long_for_a_line_gets_a_line_for_each_item():
    value = {f"feature-{number}": ["'self'"] for number in range(4)}
    assert Assign("PERMISSIONS_POLICY", value).source == (
        "PERMISSIONS_POLICY = {\n"
        '    "feature-0": ["\'self\'"],\n'
        '    "feature-1": ["\'self\'"],\n'
        '    "feature-2": ["\'self\'"],\n'
        '    "feature-3": ["\'self\'"],\n'
        "}"
    )
    assert len(Assign("A", ["a" * 20] * 3).source) <= WIDTH


def test_an_item_moves_to_its_place_and_others_go():
    first = Relist("MIDDLEWARE", OURS, DJANGO, is_first=True)
    assert first.apply([DJANGO[0], "a", OURS, DJANGO[1]]) == [OURS, "a"]
    assert first.apply(first.apply(["a"])) == [OURS, "a"]
    assert Relist("INSTALLED_APPS", "security").apply(["a", "b"]) == ["a", "b", "security"]


def test_overrides_hold_the_whole_lists_of_the_project():
    installed = {"MIDDLEWARE": (DJANGO[0], "a"), "INSTALLED_APPS": ["a"]}
    values = settings_overrides(Advice(ADVICE.changes, installed=installed))
    assert values["MIDDLEWARE"] == [OURS, "a"]
    assert values["INSTALLED_APPS"] == ["a", "security"]
    assert values["SECURITY_PRESET"] == "strict"
