from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    file.chmod(0o755)
    return file


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Return an empty machine: one folder on PATH, and no pyenv."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return folder


def test_django_6_runs_on_python_3_12_and_later_only(matrix):
    assert {pair.python for pair in matrix.pairs() if pair.django[0] == "6"} == {"3.12", "3.13"}


def test_a_name_that_starts_no_python_is_passed_over(matrix, machine):
    program(machine, "python3.12", "exit 127")
    assert matrix.interpreters() == {}


def test_a_python_of_another_version_is_passed_over(matrix, machine):
    program(machine, "python3.11", "echo CPython 3.10.9")
    assert matrix.interpreters() == {}


def test_a_python_among_those_of_pyenv_is_found(matrix, machine):
    folder = Path(os.environ["HOME"], ".pyenv", "versions", "3.13.7", "bin")
    file = program(folder, "python3.13", "echo CPython 3.13.7")
    assert matrix.interpreters() == {"3.13": file}


def test_a_pair_without_interpreter_is_named_as_left_out(matrix, machine, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["matrix.py", "--only", "py3.13-django6.1"])
    assert matrix.main() == 0
    assert capsys.readouterr().out == "\npy3.13-django6.1  left out, for want of a Python 3.13\n"


def test_a_choice_of_no_pair_at_all_fails(matrix, machine, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["matrix.py", "--only", "py2.7"])
    assert matrix.main() == 1


def test_a_pair_whose_suite_fails_makes_the_matrix_fail(matrix, machine, monkeypatch, capsys):
    program(machine, "python3.13", "echo CPython 3.13.7")
    monkeypatch.setattr(matrix, "run_suite", lambda *arguments: False)
    monkeypatch.setattr(sys, "argv", ["matrix.py", "--only", "py3.13-django6.1"])
    assert matrix.main() == 1
    assert "py3.13-django6.1  failed in 0 s" in capsys.readouterr().out


def test_tests_that_know_no_django_run_once_for_each_python(matrix, machine, monkeypatch):
    for python in ("3.12", "3.13"):
        program(machine, f"python{python}", f"echo CPython {python}.0")
    runs = []
    monkeypatch.setattr(matrix, "run_suite", lambda *given: runs.append(given) or True)
    monkeypatch.setattr(sys, "argv", ["matrix.py", "--only", "django6"])
    assert matrix.main() == 0
    assert {str(pair): "policy" not in without for pair, *_, without in runs} == {
        "py3.12-django6.0": True,
        "py3.12-django6.1": False,
        "py3.13-django6.0": True,
        "py3.13-django6.1": False,
    }


def test_what_make_test_ran_is_left_out_where_that_is_said(matrix, machine, monkeypatch, capsys):
    program(machine, "python3.13", "echo CPython 3.13.0")
    runs = []
    monkeypatch.setattr(matrix, "run_suite", lambda *given: runs.append(given) or True)
    monkeypatch.setattr(matrix, "here", lambda: matrix.Pair("3.13", "5.2"))
    monkeypatch.setattr(sys, "argv", ["matrix.py", "--only", "py3.13", "--after-test"])
    assert matrix.main() == 0
    everything = {*matrix.PURE, *matrix.STORED, *matrix.WHOLE}
    assert {str(pair): everything - set(without) for pair, *_, without in runs} == {
        "py3.13-django6.1": {*matrix.STORED, *matrix.WHOLE},
    }
    said = capsys.readouterr().out
    assert "py3.13-django5.2  left out, since `make test` ran it" in said
    assert "py3.13-django6.0  left out, since another Python has this Django" in said


def test_each_python_and_each_django_runs_after_make_test(matrix):
    ran = {("5.2", "3.11"), *matrix.AFTER_TEST.items()}
    assert {django for django, _ in ran} == set(matrix.DJANGOS)
    assert {python for _, python in ran} == set(matrix.PYTHONS)
    assert all(python in matrix.DJANGOS[django] for django, python in ran)


def test_a_changed_pin_or_python_changes_the_fingerprint(matrix, machine):
    environments = sys.modules["environments"]
    old = program(machine, "old", "echo CPython 3.11.1")
    new = program(machine, "new", "echo CPython 3.11.2")
    prints = {
        environments.fingerprint(python, [name])
        for python in (old, new)
        for name in ("django-4.2", "django-5.2")
    }
    assert len(prints) == 4
