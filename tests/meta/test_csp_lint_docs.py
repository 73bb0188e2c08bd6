from __future__ import annotations

import re

import pytest
from tests.meta.tree import ROOT

from security import cli
from security.policy.csp.lint import Severity, Type

PAGE = (ROOT / "docs" / "csp_lint.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(BULWARK_\w+)` \| `([A-Z_]+)` \|", PAGE, re.MULTILINE))


def test_the_page_lists_every_type_of_our_own_with_its_severity():
    assert set(ROWS) == {kind for kind in Type if kind.startswith("BULWARK_")}
    ranks = [Severity[name] for name in ROWS.values()]
    assert ranks == sorted(ranks, reverse=True)


def test_the_page_lists_every_option(capsys):
    with pytest.raises(SystemExit):
        cli.main(["csp", "lint", "--help"])
    options = set(re.findall(r"^ +(--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert options == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))


def test_the_page_shows_what_the_command_prints(capsys):
    example = re.compile(r'^\$ bulwark csp lint "(.+)"\n(.+?)^\.\.\.$', re.MULTILINE | re.DOTALL)
    policy, shown = example.search(PAGE).groups()
    cli.main(["csp", "lint", policy])
    assert capsys.readouterr().out.startswith(shown)
