from __future__ import annotations

import re

import pytest
from tests.grade.exchanges import CASES
from tests.grade.test_rules import FINDINGS
from tests.meta.tree import ROOT

from security import cli
from security.grade import exchange
from security.grade.observatory_scores import ALGORITHM, GRADES

PAGE = (ROOT / "docs" / "grade.md").read_text(encoding="utf-8")


def test_the_page_lists_every_finding_with_its_severity_the_worst_first():
    rows = re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \| `([A-Z]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    order = sorted(FINDINGS.values(), key=lambda one: (-one.severity, one.id))
    assert rows == [(one.id, one.severity.name, one.message) for one in order]


def test_the_page_lists_every_option(capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    options = set(re.findall(r"^ +(--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert options == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))


def test_the_page_tells_the_algorithm_and_its_grades():
    assert f"Algorithm {ALGORITHM}," in PAGE
    words = " ".join(PAGE.split())
    for letter, least in GRADES.items():
        assert f"{letter} {least}" in words or letter in {"A+", "F"}
    assert "A+ from 100" in words


def test_the_page_tells_the_limits():
    for limit in (exchange.MAX_LINES, exchange.MAX_HEADERS, exchange.MAX_BODY):
        assert f"{limit:,}" in PAGE


def test_the_page_has_a_row_for_every_habit_of_the_tool():
    habits = re.search(r"\| habit .+?\n\n", PAGE, re.DOTALL)[0].count("\n|") - 1
    assert habits >= len({case["quirk"] for case in CASES if case.get("quirk")})


def test_the_page_shows_what_the_command_prints(capsys, tmp_path):
    site = tmp_path / "site.json"
    site.write_text(re.search(r"^```json\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1])
    shown = re.search(r"^\$ bulwark grade .+?\n(.+?)^\.\.\.$", PAGE, re.MULTILINE | re.DOTALL)[1]
    cli.main(["grade", "--recorded", str(site)])
    assert capsys.readouterr().out.startswith(shown)
