from __future__ import annotations

import ast
import re

import pytest
from django.conf import global_settings
from tests.meta.tree import ROOT, files, label, python_files

from security import parsers
from security.conf import declared
from security.policy.csp import NONCE
from security.policy.presets import PRESETS

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ID = re.compile(r"bulwark\.[EW]\d{3}")
PAGES = [path for path in files() if path.suffix == ".md"]
EXAMPLES = [
    (path, block) for path in PAGES for block in BLOCK.findall(path.read_text(encoding="utf-8"))
]
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| `(.*?)` \|", SETTINGS, re.MULTILINE))


def test_the_settings_page_lists_what_is_read_and_nothing_else():
    assert set(ROWS) == set(declared())


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_settings_page_tells_the_default(name):
    default = declared()[name].default
    assert ROWS[name] in {repr(default), repr(getattr(global_settings, name, default))}


def test_every_check_has_an_id_of_its_own_and_a_row_in_the_docs():
    given = [
        found
        for path in python_files("src")
        for found in re.findall(r'(?<![a-z_])id="([^"]+)"', path.read_text(encoding="utf-8"))
    ]
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert sorted(given) == sorted(set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)))
    assert all(ID.fullmatch(found) for found in given)


@pytest.mark.parametrize(("page", "text"), EXAMPLES, ids=lambda value: getattr(value, "stem", ""))
def test_an_example_of_settings_is_what_the_start_accepts(page, text):
    tree = ast.parse(text)
    if any(isinstance(node, ast.ClassDef | ast.FunctionDef) for node in tree.body):
        return  # views are compiled only
    if "security.grade.fetch" in text:
        return  # it asks a site, and has a test with one
    place = {
        "INSTALLED_APPS": [],
        "DEBUG": False,
        "MIDDLEWARE": [],
        "TEMPLATES": [{"OPTIONS": {"context_processors": []}}],
    }
    exec(compile(tree, label(page), "exec"), place)  # noqa: S102
    for name in place.keys() & declared().keys():
        declared()[name].read(place[name])
    known = {*declared(), *dir(global_settings)}
    assert [
        name for name in place if name.startswith(("SECURE_", "SECURITY_")) and name not in known
    ] == []


def test_the_presets_page_shows_the_strict_policy():
    policy = str(parsers.csp(PRESETS["strict"]["SECURE_CSP"])).replace(NONCE, "'nonce-...'")
    page = (ROOT / "docs" / "presets.md").read_text(encoding="utf-8")
    assert policy in page.replace("\n", " ")


def test_the_presets_page_lists_every_setting_of_a_preset():
    page = (ROOT / "docs" / "presets.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert listed == {name for preset in PRESETS.values() for name in preset}


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_to_a_file_finds_it(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
