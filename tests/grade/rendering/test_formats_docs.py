from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator
from tests.grade.exchanges import an_exchange
from tests.grade.rendering.test_schema import PARTS, SCHEMA
from tests.meta.tree import ROOT

from security import cli
from security.grade import baseline, changes, snapshot
from security.grade.card import grade
from security.grade.render import FORMATS, markdown, sarif

PAGE = (ROOT / "docs" / "grade_formats.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
SITE = re.search(
    r"^```json\n(.+?)^```$",
    (ROOT / "docs" / "grade.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)[1]


def example(title, kind):
    section = PAGE.partition(f"\n## {title}\n")[2]
    return re.search(rf"^```{kind}\n(.+?)^```$", section, re.MULTILINE | re.DOTALL)[1]


@pytest.fixture
def output(tmp_path, capsys):
    def output(form):
        site = tmp_path / "site.json"
        site.write_text(SITE)
        assert cli.main(["grade", "--recorded", str(site), "--format", form]) == 0
        return capsys.readouterr().out

    return output


def test_the_page_lists_every_format():
    section = PAGE.partition("\n## text\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(FORMATS)


@pytest.mark.parametrize("form", ["junit", "markdown", "html"])
def test_an_example_is_what_the_command_prints_shortened(output, form):
    kind = {"junit": "xml"}.get(form, form)
    lines = iter(output(form).splitlines())
    shown = [line for line in example(form, kind).splitlines() if line != "..."]
    assert len(shown) > 5
    assert [line for line in shown if line not in lines] == []


def test_the_example_of_sarif_is_one_of_the_results(output):
    results = json.loads(output("sarif"))["runs"][0]["results"]
    assert json.loads(example("sarif", "json")) in results


def test_the_example_of_json_is_true_shortened(output):
    whole, shown = json.loads(output("json"))[0], json.loads(example("json and jsonl", "json"))
    parts = {**SCHEMA, "$ref": "#/$defs/finding"}
    Draft202012Validator({"$defs": PARTS, "$ref": parts["$ref"]}).validate(shown["findings"][0])
    assert shown["findings"][0] in whole["findings"]
    for key in ("algorithm_version", "score", "grade"):
        assert shown["observatory"][key] == whole["observatory"][key]
    assert shown["observatory"]["tests"].items() <= whole["observatory"]["tests"].items()
    assert shown["securityheaders"]["grade"] == whole["securityheaders"]["grade"]


def test_the_example_of_a_baseline_is_what_is_told():
    old = [taken(f"https://shop.example/{name}") for name in ("", "cart/", "pay/")]
    new = [
        taken(f"https://shop.example/{name}", Cross_Origin_Opener_Policy="unsafe-none")
        for name in ("", "cart/", "pay/")
    ]
    told = baseline.render(baseline.compare(old, new))
    lines = iter(told.splitlines())
    shown = [line for line in example("Baseline", "text").splitlines() if line != "..."]
    assert [line for line in shown if line not in lines] == []
    assert shown[-1] == told.splitlines()[-1]


def taken(target, **headers):
    exchange = an_exchange(site={"target": target}, **headers)
    return baseline.snapshot(exchange, grade(exchange))


def test_the_page_tells_the_limits():
    for limit in (
        sarif.MAX_RESULTS,
        markdown.MAX_LENGTH,
        baseline.MAX_SITES,
        snapshot.MAX_VALUE,
        snapshot.MAX_FINDINGS,
    ):
        assert f"{limit:,}" in WORDS
    assert baseline.MAX_FILE == 64 * 2**20
    assert f"a new finding of `{changes.WORTH_A_STOP.name}` or worse" in WORDS


def test_the_page_tells_every_level_of_sarif():
    section = PAGE.partition("\n## sarif\n")[2]
    rows = re.findall(r"^\| `([A-Z]+)`.*?\| `(\w+)` \| ([\d.]+) \|$", section, re.MULTILINE)
    assert rows == [
        (severity.name, sarif._LEVELS[severity], sarif._RISKS[severity])
        for severity in sarif._LEVELS
    ]


def test_the_page_tells_every_key_of_the_file(tmp_path):
    baseline.write(tmp_path / "file", [taken("a")])
    item = json.loads((tmp_path / "file").read_text())
    for key in (*item, *item["sites"][0]):
        assert f"`{key}`" in PAGE.partition("\n## Baseline\n")[2]
