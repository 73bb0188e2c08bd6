from __future__ import annotations

import re

import pytest
from tests.checks.cases import ERRORS, FIRST_WARNINGS
from tests.checks.catalogue import HERE, say
from tests.checks.more_cases import MORE
from tests.meta.tree import ROOT, python_files

from security import checks

DOCS = ROOT / "docs"
PAGE = (DOCS / "checks.md").read_text(encoding="utf-8")
CASES = {**ERRORS, **FIRST_WARNINGS, **MORE}
GIVEN = [
    found
    for path in python_files("src/security/checks")
    for found in re.findall(r'(?<![a-z_])id="([^"]+)"', path.read_text(encoding="utf-8"))
]
ROWS = {
    code: (level, text)
    for code, level, text in re.findall(r"^\| `([^`]+)` \| (\w+) \| (.*) \|$", PAGE, re.MULTILINE)
}
LEVELS = {20: "info", 30: "warning", 40: "error"}

# What can be pasted: a setting, a change to one, a command, a dotted path, a row of urls.py, a tag,
# a decorator.
PASTE = re.compile(
    r"""\b[A-Z][A-Z_]{3,}(?:\["\w+"\])*\ \+?=\ \S
    |\b[A-Z][A-Z_]{3,}\.(?:insert|remove)\(
    |\bmanage\.py\ \w+|"bulwark\ \w+
    |["'][a-z_]+(?:\.\w+)+["']
    |path\(" | \{%\ \w+ | "[A-Z_]+":\ | @[a-z_]+\(""",
    re.VERBOSE,
)
# Their hint is that of what refused the value: a parser, a cache, the URLconf, a sink.
PASSED_ON = {"bulwark.E001", "bulwark.E005", "bulwark.E007", "bulwark.E009", "bulwark.E020"}
MUST_BE = re.compile(r"[A-Z][A-Z_]+(?:\[.+?\])* must (?:not )?\w.* \(got .+\)[.:].*", re.DOTALL)


@pytest.fixture
def said(settings, monkeypatch):
    """Return the first message with an id, as a project gets it."""
    monkeypatch.syspath_prepend(HERE / "apps")

    def of(code):
        case = CASES[code]
        case.keep_out(monkeypatch)
        found = say(settings, case.check, case.spoiled)
        return next(each for each in found if each.id == code)

    return of


def test_an_id_is_given_once():
    assert sorted(GIVEN) == sorted(set(GIVEN))


def test_the_numbers_have_no_gap():
    for letter in "EW":
        numbers = sorted(int(code[-3:]) for code in GIVEN if f".{letter}" in code)
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_id_has_a_case_and_a_row():
    assert set(CASES) == set(GIVEN)
    assert set(ROWS) == set(GIVEN)


def test_the_page_tells_which_are_said_without_deploy():
    always = {f"{check.__module__}.{check.__name__}" for check in checks.ALWAYS}
    listed = re.search(r"every error, and (.*?)\.\n", PAGE, re.DOTALL)
    assert listed
    said = {f"bulwark.{code}" for code in re.findall(r"`(W\d+)`", listed[1])}
    assert {c for c in CASES if f"security.checks.{CASES[c].check}" in always} == {
        *said,
        *(code for code in CASES if ".E" in code),
    }


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_text_has_the_form_of_the_house(said, code):
    text = str(said(code).msg)
    assert text.isascii()
    assert "\n" not in text
    assert text.endswith(".")
    assert text.count("{") == text.count("}")
    if " must " in text:
        assert MUST_BE.fullmatch(text)


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_hint_can_be_pasted(said, code):
    hint = said(code).hint
    assert hint
    assert code in PASSED_ON or PASTE.search(hint)
    assert hint.endswith((".", ")", "?")) or code in PASSED_ON


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_row_tells_the_level_and_leads_to_a_page(said, code):
    level, text = ROWS[code]
    assert level == LEVELS[said(code).level]
    assert code[len("bulwark.")] == ("E" if level == "error" else "W")
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]*))?\)", text)
    assert links
    assert [name for name, _ in links if not (DOCS / name).is_file()] == []
    assert ". [" in text
