from __future__ import annotations

import re

import pytest
from tests.meta.tree import ROOT

from security.parsers_uploads import KEYS
from security.uploads import examine, handlers
from security.uploads.names import normalise
from security.uploads.rules import Rules
from security.uploads.sniff import HEAD
from security.uploads.types import TYPES

PAGE = (ROOT / "docs" / "uploads.md").read_text(encoding="utf-8")
SOURCES = ("examine", "clamav")


def rows(title: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_example_prints_what_the_page_says(capsys):
    code, printed = re.search(
        r"```python\n(from django\.core\.exceptions.+?)```\n\n```text\n(.+?)```", PAGE, re.DOTALL
    ).groups()
    exec(code, {})  # noqa: S102 - the example itself
    assert capsys.readouterr().out == printed


def test_every_rule_is_in_the_table_with_its_words():
    source = "".join(
        (ROOT / "src" / "security" / "uploads" / f"{name}.py").read_text(encoding="utf-8")
        for name in SOURCES
    )
    rules = {rule for rule in re.findall(r'"([a-z]+\.[a-z_]+)"', source) if "uploads" not in rule}
    table = {cells[0].strip("`"): cells[1] for cells in rows("Rules")}
    assert set(table) == rules
    flat = re.sub(r"\s+", " ", source)
    assert [words for words in table.values() if words not in flat] == []


def test_every_type_is_in_the_table():
    table = [
        (
            f"`{each.name}`",
            *(
                ", ".join(f"`{mark}{word}`" for word in words)
                for mark, words in ((".", each.extensions), ("", each.media_types))
            ),
        )
        for each in TYPES.values()
    ]
    assert [tuple(cells) for cells in rows("Types")] == table


def test_every_key_is_in_the_table_with_its_default():
    table = {cells[0].strip("`"): cells[1] for cells in rows("Settings")}
    assert set(table) == set(KEYS)
    rules = Rules()
    for key, name in KEYS.items():
        if key.startswith("MAX_"):
            assert table[key] == f"{getattr(rules.limits, name):,}"
    assert table["TYPES"] == ", ".join(f"`{name}`" for name in rules.types)


@pytest.mark.parametrize("number", range(5))
def test_every_name_in_the_table_is_normalised_so(number):
    sent, stored = (cell.strip("`") for cell in rows("Names")[number])
    assert normalise(sent) == stored


def test_the_page_tells_the_limits_of_the_handler():
    assert f"{handlers.MAX_DROPPED:,} more bytes" in PAGE
    assert f"after {HEAD:,} bytes" in PAGE
    assert "application/octet-stream" in examine.UNDECLARED
