from __future__ import annotations

import argparse
import sys

import pytest

from security.authoring import migrate_command
from security.authoring.migrate_source import MAX_SOURCE

LISTS = "INSTALLED_APPS = ['security']\nMIDDLEWARE = ['security.middleware.SecurityMiddleware']\n"
TEXT = "CSP_IMG_SRC = ['data:']\nCSP_INCLUDE_NONCE_IN = []\n"
AFTER = 'SECURE_CSP = {\n    "default-src": ["\'self\'"],\n    "img-src": ["data:"],\n}\n'


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Stand in an empty project, whose modules are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def bulwark(*arguments):
    parser = argparse.ArgumentParser()
    migrate_command.add_arguments(parser)
    return migrate_command.run(parser.parse_args(arguments))


@pytest.mark.parametrize("name", ["conf_of_a_site", "site_conf/parts.py", "site_conf.parts"])
def test_a_module_and_a_file_are_read_alike(here, capsys, name):
    file = here / (name if name.endswith(".py") else name.replace(".", "/") + ".py")
    file.parent.mkdir(exist_ok=True)
    file.write_text(LISTS + TEXT)
    assert bulwark(name) == 0
    out, err = capsys.readouterr()
    label = file.relative_to(here).as_posix()
    assert out.startswith(f"--- {label}\n+++ {label}\n@@ -1,4 +1,6 @@\n INSTALLED_APPS")
    assert err.startswith("To know:\n- In views")
    assert file.read_text() == LISTS + TEXT


def test_what_is_left_to_do_comes_first_and_in_the_exit_code(here, capsys):
    (here / "conf_b.py").write_text(LISTS + TEXT + "CSP_EXCLUDE_URL_PREFIXES = ('/x/',)\n")
    assert bulwark("conf_b") == 1
    assert capsys.readouterr().err.startswith(
        "Left to do by hand:\n- CSP_EXCLUDE_URL_PREFIXES left ('/x/',)"
    )


def test_a_second_module_of_the_same_place_is_found(here):
    for name in ("conf_l", "conf_m"):
        (here / f"{name}.py").write_text(LISTS + TEXT)
        assert bulwark(name) == 0


def test_a_project_without_any_of_it_is_told_so(here, capsys):
    (here / "conf_c.py").write_text("DEBUG = False\n")
    assert bulwark("conf_c") == 0
    assert capsys.readouterr() == ("", "Nothing of another package was found.\n")


def test_write_puts_the_new_text_in_place_and_keeps_the_mode(here):
    file = here / "conf_d.py"
    text = (
        "# -*- coding: latin-1 -*-\nNAME = '\N{LATIN SMALL LETTER E WITH ACUTE}'\n" + LISTS + TEXT
    )
    file.write_bytes(text.replace("\n", "\r\n").encode("latin-1"))
    file.chmod(0o640)
    assert bulwark("conf_d.py", "--write") == 0
    written = file.read_bytes().decode("latin-1")
    assert written == text.replace(TEXT, AFTER).replace("\n", "\r\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in here.iterdir() if path.suffix == ".py"] == ["conf_d.py"]


def test_a_write_that_fails_leaves_the_file(here, monkeypatch):
    file = here / "conf_e.py"
    file.write_text(TEXT)
    monkeypatch.setattr(migrate_command.Path, "replace", lambda *paths: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bulwark("conf_e.py", "--write")
    assert file.read_text() == TEXT
    assert [path.name for path in here.iterdir() if path.name[0] == "."] == []


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("absent_conf", None, "must be a settings module"),
        ("absent/conf.py", None, "cannot be read"),
        ("absent_conf.parts", None, "cannot be imported"),
        ("..", None, "cannot be imported"),
        ("json", None, None),
        ("conf_f.py", "from .base import *\n", "its imports are relative"),
        ("conf_g", "1 / 0\n", "raised ZeroDivisionError"),
        ("conf_h.py", "A = (\n", "raised SyntaxError"),
        ("conf_i.py", "# coding: klingon\n", "cannot be read"),
        ("conf_j.py", "#" * (MAX_SOURCE + 1), "at most"),
    ],
)
def test_what_cannot_be_read_is_named(here, capsys, name, text, reason):
    if text is not None:
        (here / (name if name.endswith(".py") else f"{name}.py")).write_text(text)
    code = bulwark(name)
    out, err = capsys.readouterr()
    assert out == ""
    assert (code, reason is None or reason in err) == (0 if reason is None else 2, True)


def test_settings_that_come_from_another_file_are_left_where_they_are(here, capsys):
    (here / "conf_k_base.py").write_text(TEXT)
    (here / "conf_k.py").write_text("from conf_k_base import *\n\nDEBUG = True\n")
    assert bulwark("conf_k") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "CSP_IMG_SRC, CSP_INCLUDE_NONCE_IN of django-csp 3: not set in this file" in err
