from __future__ import annotations

import re

import pytest
from tests.meta.tree import files, label, python_files

MAX_LINES = 400  # of any file in src; a table is no file to read
MAX_LINES_UNEXPLAINED = 300
TABLES: set[str] = set()
LONG: dict[str, str] = {}  # file: why it is over 300 lines

HOSTS = re.compile(
    r"pypi\.(?:org|python)|pythonhosted|registry\.npmjs|npmjs\.org/|"
    r"(?:deb|security|ftp)\.debian\.org|proxy\.golang|crates\.io"
)
PATHS = re.compile(r"(?<![\w.])/(?:root|work|Users|opt/pypi|tmp/bash_jobs)/|versions/\d+\.\d+")
INDEX_LINES = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|--hash=")
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def lines_with(pattern: re.Pattern[str], *folders: str) -> list[str]:
    return [
        f"{label(path)}:{number}: {line.strip()}"
        for path in files(*folders)
        if path.name != "test_source.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("path", python_files(), ids=label)
def test_source_is_ascii(path):
    assert path.read_bytes().isascii()


@pytest.mark.parametrize("path", python_files("src"), ids=label)
def test_a_file_can_be_read_in_one_sitting(path):
    lines = path.read_bytes().count(b"\n")
    allowed = MAX_LINES if label(path) in LONG else MAX_LINES_UNEXPLAINED
    assert lines <= allowed or label(path) in TABLES


def test_every_excuse_for_length_is_still_needed():
    long = {label(p) for p in python_files("src") if p.read_bytes().count(b"\n") > 300}
    assert set(LONG) | TABLES <= long


def test_no_file_names_a_registry_host():
    assert lines_with(HOSTS) == []


def test_no_file_names_a_path_of_one_machine():
    assert lines_with(PATHS) == []


def test_no_requirement_has_an_index_or_a_hash():
    assert lines_with(INDEX_LINES, "requirements", "scripts", ".ci") == []


def test_nothing_is_left_to_do():
    assert lines_with(LEFT_OVER, "src", "tests", "scripts", "demo", "benchmarks", "docs") == []


@pytest.mark.parametrize("path", files("requirements"), ids=label)
def test_every_requirement_is_pinned(path):
    wanted = [line for line in path.read_text(encoding="ascii").splitlines() if line[:1] != "#"]
    loose = [line for line in wanted if not re.match(r"[\w.-]+==[\w.]+(?: ?;.*)?$", line)]
    assert (bool(wanted), loose) == (True, [])


def test_a_distribution_has_the_same_pin_in_every_file():
    pins = {
        line.partition(";")[0].strip()
        for path in files("requirements")
        for line in path.read_text(encoding="ascii").splitlines()
        if line[:1] != "#" and not line.startswith("Django==")
    }
    names = [pin.partition("==")[0].lower() for pin in pins]
    assert sorted(names) == sorted(set(names))
