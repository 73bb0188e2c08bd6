from __future__ import annotations

import re

from tests.meta.tree import ROOT, pyproject

from security import __version__

PROJECT = pyproject()["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def pins(name: str) -> list[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="ascii")
    return [line.partition(";")[0].strip() for line in text.splitlines() if line[:1] != "#"]


def classified(prefix: str) -> set[str]:
    found = (re.fullmatch(rf"{prefix} :: (\d+\.\d+)", text) for text in PROJECT["classifiers"])
    return {match[1] for match in found if match}


def test_django_is_the_only_hard_dependency():
    assert PROJECT["dependencies"] == ["Django>=4.2"]


def test_the_extra_all_is_every_other_extra():
    extras = PROJECT["optional-dependencies"]
    others = ",".join(name for name in extras if name != "all")
    assert extras["all"] == [f"django-bulwark[{others}]"]


def test_the_matrix_runs_what_the_classifiers_promise(matrix):
    assert classified("Programming Language :: Python") == set(matrix.PYTHONS)
    assert classified("Framework :: Django") == set(matrix.DJANGOS)


def test_every_django_of_the_matrix_is_pinned_within_its_series(matrix):
    for series in matrix.DJANGOS:
        (pin,) = pins(f"django-{series}")
        assert pin.startswith(f"Django=={series}.")


def test_the_suite_runs_on_a_django_of_the_matrix(matrix):
    assert set(pins("base")) <= {pin for name in matrix.DJANGOS for pin in pins(f"django-{name}")}


def test_the_readme_lists_the_pairs_of_the_matrix(matrix):
    for django, pythons in matrix.DJANGOS.items():
        assert f"| {django} | {', '.join(pythons)} |" in README


def test_the_readme_names_targets_that_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="ascii")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake ((?:[a-z]+ )*[a-z]+)(?=[`\n ])", README))
    assert {word for words in named for word in words.split()} <= targets


def test_the_changelog_knows_the_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
