from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.grade.rendering.cards import everything, written
from tests.meta.tree import ROOT

from security import cli
from security.grade.observatory_scores import EXPECTATIONS, GRADES
from security.grade.render import data

SCHEMA = json.loads((ROOT / "docs/grade.schema.json").read_text(encoding="utf-8"))
VALID = Draft202012Validator(SCHEMA)
PARTS = SCHEMA["$defs"]


def faults(cards):
    return [f"{error.json_path}: {error.message}" for error in VALID.iter_errors(cards)]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("number", [0, -1])
def test_every_array_keeps_to_it(number):
    assert faults(json.loads(written(data.write_array, [[], everything()][number]))) == []


def test_the_command_s_array_keeps_to_it(capsys):
    sample = Path("tests/data/observatory-sample.json")
    cli.main(["grade", "--recorded", str(sample), "--format=json"])
    assert faults(json.loads(capsys.readouterr().out)) == []


def test_every_line_keeps_to_it():
    lines = written(data.write_lines, everything()).splitlines()
    assert faults([json.loads(line) for line in lines]) == []


def places(value):
    """Yield each object with each of its keys."""
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from places(child)
    if isinstance(value, dict):
        yield from ((value, key) for key in list(value) if key.islower() and "-" not in key)


def test_no_key_may_be_missing_and_no_other_stand_there():
    cards = json.loads(written(data.write_array, everything()[:3]))
    assert faults(cards) == []
    for item, key in list(places(cards)):
        if "pass" in item or key in {"tests", "findings"} or "severity" in item or "score" in item:
            kept = item.pop(key)
            assert faults(cards) != [], key
            item[key] = kept
    cards[0]["more"] = 1
    assert faults(cards) != []


def test_it_knows_every_grade_and_the_worth_of_every_result():
    graded, test = PARTS["graded"]["properties"], PARTS["test"]["properties"]["score_modifier"]
    worth = [known.modifier for known in EXPECTATIONS.values()]
    assert graded["grade"]["enum"] == list(GRADES)
    assert (test["minimum"], test["maximum"]) == (min(worth), max(worth))
