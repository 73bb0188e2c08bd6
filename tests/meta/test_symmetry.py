from __future__ import annotations

import pytest
from tests.meta.tree import ROOT, SOURCE, files

POLICY = SOURCE / "security" / "policy"
NOUNS = sorted(
    path.stem
    for path in POLICY.iterdir()
    if path.name[0] != "_" and (path.suffix == ".py" or (path / "__init__.py").is_file())
)
# What several policies stand on means nothing to a reader: the page that tells its effect.
INNER = {
    "automaton": "patterns",
    "errors": "settings",
    "exemptions": "patterns",
    "expiry": "sessions",
    "fields": "settings",
    "forwarded": "proxies",
    "grammar": "settings",
    "hsts_plan": "hsts",
    "origins": "settings",
    "permissions_features": "permissions",
    "structured": "settings",
}
TABLES = {"permissions_features": "permissions"}  # tested with the policy that reads them

# A policy that is a folder: each of its parts, and the test module of the part that it serves.
PARTS = sorted(
    (path.parent.name, path.stem)
    for path in POLICY.glob("*/*.py")
    if path.name[0] != "_" and path.parent.name in NOUNS
)
SERVES = {
    ("csp", "compose"): "csp_services",
    ("csp", "document"): "csp",
    ("csp", "finding"): "csp_lint",
    ("csp", "rollout"): "csp",
    ("csp", "source"): "csp",
    ("csp", "vocabulary"): "csp",
}


@pytest.mark.parametrize("noun", NOUNS)
def test_every_policy_has_its_test_module(noun):
    assert (ROOT / "tests" / "policy" / f"test_{TABLES.get(noun, noun)}.py").is_file()


@pytest.mark.parametrize("part", PARTS, ids=".".join)
def test_every_part_of_a_policy_has_its_test_module(part):
    policy, noun = part
    name = SERVES.get(part, f"{policy}_{noun.partition('_')[0]}")  # lint_hosts is part of lint
    assert (ROOT / "tests" / "policy" / f"test_{name}.py").is_file()


@pytest.mark.parametrize("noun", NOUNS)
def test_every_policy_has_its_page(noun):
    pages = {path.stem for path in files("docs") if path.suffix == ".md"}
    assert INNER.get(noun, noun) in pages


def test_every_page_of_a_header_has_its_policy():
    pages = {path.stem for path in files("docs/headers")} - {"index"}
    assert pages - set(NOUNS) == set()
