from __future__ import annotations

import io
import shutil
import subprocess
import tokenize

import hypothesis.strategies as st
import pytest
from hypothesis import given
from tests.grade.advising.settings_texts import (
    ADVICE,
    OURS,
    PROJECT,
    an_advice,
    executed,
    files,
    suggestions,
)

from security.grade.advice.change import Assign, Relist
from security.grade.advice.patch import MAX_PATH, diff, patched, snippet
from security.grade.advice.settings_file import MAX_SETTINGS
from security.policy.errors import PolicyError

HEADING = "# Suggested by the grader of django-bulwark\n"


def wanted(before, advice):
    """Return what the settings have to be: those of the file, as the edits change them."""
    values = {}
    for edit in advice.edits:
        if isinstance(edit, Assign):
            values[edit.setting] = edit.value
        else:
            values[edit.setting] = edit.apply(list(before.get(edit.setting, ())))
    return values


def listed(value):
    return list(value) if isinstance(value, tuple) else value


def holds(text, advice):
    before, after = executed(text), executed(patched(text, advice))
    values = wanted(before, advice)
    assert {name: listed(after[name]) for name in values} == values
    others = before.keys() - values.keys() - {"__builtins__"}
    assert {name for name in others if name.isupper()} <= after.keys()


def comments(text):
    tokens = tokenize.generate_tokens(io.StringIO(text, "").readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


@given(files(), suggestions())
def test_the_patched_file_compiles_and_gives_the_wanted_values(text, advice):
    holds(text, advice)


@given(files(), suggestions())
def test_no_comment_is_lost(text, advice):
    after = comments(patched(text, advice))
    for comment in comments(text):
        assert comment in after


@given(files(), suggestions())
def test_a_second_time_nothing_but_what_is_computed_changes(text, advice):
    once = patched(text, advice)
    assert executed(patched(once, advice)).keys() >= executed(once).keys()
    holds(once, advice)


def apply_with_git(folder, text):
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    done = subprocess.run(
        ["git", "apply", "-"], cwd=folder, input=text.encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def apply_with_patch(folder, text):
    command = ["patch", "--batch", "--binary", "-p1"]
    done = subprocess.run(
        command, cwd=folder, input=text.encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stdout


WAYS = {"git": apply_with_git, "patch": apply_with_patch}
TEXTS = {
    "of-startproject": PROJECT,
    "with-windows-lines": PROJECT.replace("\n", "\r\n"),
    "without-last-newline": PROJECT.rstrip("\n"),
    "with-a-byte-order-mark": "\ufeff" + PROJECT,
    "computed": f"{PROJECT}\nif not DEBUG:\n    MIDDLEWARE += ['z.Z']\nINSTALLED_APPS += ['y']\n",
    "with-other-letters": PROJECT.replace("DEBUG = True", "DEBUG = True  # th\u00e9 \u2028 \x0c"),
    "empty": "",
}


@pytest.mark.parametrize("program", WAYS)
@pytest.mark.parametrize("name", TEXTS)
def test_the_programs_apply_the_patch(program, name, tmp_path):
    assert shutil.which(program), f"the test needs the program {program}"
    path = tmp_path / "shop" / "settings.py"
    path.parent.mkdir()
    path.write_bytes(TEXTS[name].encode())
    WAYS[program](tmp_path, diff(TEXTS[name], ADVICE, "shop/settings.py"))
    assert path.read_bytes().decode() == patched(TEXTS[name], ADVICE)
    holds(TEXTS[name].removeprefix("\ufeff"), ADVICE)


@given(files(), suggestions(), st.booleans())
def test_a_patch_has_the_form_of_a_unified_diff(text, advice, windows):
    text = text.replace("\n", "\r\n") if windows else text
    lines = diff(text, advice).split("\n")
    if patched(text, advice) == text:
        assert lines == [""]
    else:
        assert lines[:2] == ["--- a/settings.py", "+++ b/settings.py"]
        assert lines[2].startswith("@@ -")
        assert {line[:1] for line in lines[3:]} <= {" ", "+", "-", "\\", "@", ""}


def test_a_list_is_changed_in_place_and_django_middleware_replaced():
    assert diff(PROJECT, ADVICE) == (
        """--- a/settings.py
+++ b/settings.py
@@ -11,16 +11,16 @@
     "django.contrib.sessions",
     "django.contrib.messages",
     "django.contrib.staticfiles",
+    "security",
 ]
~
 MIDDLEWARE = [
-    "django.middleware.security.SecurityMiddleware",
+    "security.middleware.SecurityMiddleware",
     "django.contrib.sessions.middleware.SessionMiddleware",
     "django.middleware.common.CommonMiddleware",
     "django.middleware.csrf.CsrfViewMiddleware",
     "django.contrib.auth.middleware.AuthenticationMiddleware",
     "django.contrib.messages.middleware.MessageMiddleware",
-    "django.middleware.clickjacking.XFrameOptionsMiddleware",
 ]
~
 ROOT_URLCONF = "shop.urls"
@@ -28,4 +28,8 @@
 # Internationalization
 LANGUAGE_CODE = "en-us"
~
-SESSION_COOKIE_SECURE = False  # for runserver
+SESSION_COOKIE_SECURE = True  # for runserver
+
+# Suggested by the grader of django-bulwark
+SECURITY_PRESET = "strict"
+PERMISSIONS_POLICY = {"camera": [], "geolocation": [], "microphone": []}
""".replace("~", " ")
    )


IN_PLACE = {
    "MIDDLEWARE = []": 'MIDDLEWARE = ["x"]',
    "MIDDLEWARE = ()": 'MIDDLEWARE = ("x",)',
    "MIDDLEWARE = ['a', 'out', 'b']": "MIDDLEWARE = ['x', 'a', 'b']",
    'MIDDLEWARE = ("out",)  # c': 'MIDDLEWARE = ("x",)  # c',
    "MIDDLEWARE = [\n  'a', 'out',\n  'b',\n]": "MIDDLEWARE = [\n  'x',\n  'a', \n  'b',\n]",
    "MIDDLEWARE = [\n  # first\n  'a',\n  'out',  # why\n]": (
        "MIDDLEWARE = [\n  # first\n  'x',\n  'a',\n  # why\n]"
    ),
    "MIDDLEWARE: list[str] = ['a']": "MIDDLEWARE: list[str] = ['x', 'a']",
    "MIDDLEWARE = ['x', 'a']": "MIDDLEWARE = ['x', 'a']",
}


@pytest.mark.parametrize("text", IN_PLACE)
def test_a_list_that_is_written_out_stays_where_it_is(text):
    advice = an_advice(Relist("MIDDLEWARE", "x", ("out",), is_first=True))
    assert patched(f"{text}\n", advice) == f"{IN_PLACE[text]}\n"


def test_an_item_that_shares_its_line_gets_company():
    text = "INSTALLED_APPS = [\n    'a', 'b',\n]\n"
    after = patched(text, an_advice(Relist("INSTALLED_APPS", "security")))
    assert after == "INSTALLED_APPS = [\n    'a', 'b', 'security',\n]\n"


APPENDED = {
    "another-name": "MIDDLEWARE = ['a']\nOTHER = MIDDLEWARE",
    "augmented": "MIDDLEWARE = ['a']\nMIDDLEWARE += ['b']",
    "computed": "MIDDLEWARE = ['a'] + ['b']",
    "conditional": "MIDDLEWARE = ['a']\nif True:\n    MIDDLEWARE = ['b', *MIDDLEWARE]",
    "in-parentheses": "MIDDLEWARE = [\n  ('a'),\n  'b',\n]",
    "indirect": "MIDDLEWARE = ['a']\nglobals()['MIDDLEWARE'].append('b')",
    "method": "MIDDLEWARE = ['a']\nMIDDLEWARE.append('b')",
    "only-sometimes": "import sys\nif sys.path:\n    MIDDLEWARE = ['a']",
    "star-import": "MIDDLEWARE = ['a']\nfrom string import *",
    "twice": "MIDDLEWARE = ['a']\nMIDDLEWARE = ['b']",
    "with-a-number": "MIDDLEWARE = [\n  1,\n]",
    "with-the-last-in-parentheses": "MIDDLEWARE = [\n  'b',\n  ('a'),\n]",
    "with-a-name": "NAME = 'a'\nMIDDLEWARE = [NAME]",
    "without": "DEBUG = False",
}


@pytest.mark.parametrize("name", APPENDED)
def test_a_list_that_is_computed_gets_lines_at_the_end(name):
    text = f"{APPENDED[name]}\n"
    advice = an_advice(Relist("MIDDLEWARE", "x", ("a",), is_first=True))
    assert patched(text, advice).startswith(f"{text}\n{HEADING}MIDDLEWARE = [\n")
    holds(text, advice)


ASSIGNED = {
    "A = 1  # c": "A = True  # c",
    "A = (\n  1\n)": "A = (\n  True\n)",
    "A: bool = False": "A: bool = True",
    "A = 1; B = 2": "A = True; B = 2",
    "A = 'x' 'y'\nB = A": "A = True\nB = A",
    "\u00e9 = 1; A = None": "\u00e9 = 1; A = True",
    "A = True": "A = True",
}


@pytest.mark.parametrize("text", ASSIGNED)
def test_a_value_that_is_written_out_is_replaced_where_it_stands(text):
    assert patched(f"{text}\n", an_advice(Assign("A", True))) == f"{ASSIGNED[text]}\n"


@pytest.mark.parametrize(
    "text",
    ["A = not 1", "A = B = 1", "if 1:\n    A = 1", "A = [\n  1,  # c\n]", "A = 1\ndel A", "B = 1"],
)
def test_a_value_that_is_computed_gets_a_line_at_the_end(text):
    advice = an_advice(Assign("A", True))
    assert patched(f"{text}\n", advice) == f"{text}\n\n{HEADING}A = True\n"


@pytest.mark.parametrize(
    "text",
    ["def", "\x00", "A = (", "#" * (MAX_SETTINGS + 1), "(" * 5000 + ")" * 5000, "A = '\ud800'"],
)
def test_what_is_no_python_is_refused(text):
    with pytest.raises(PolicyError, match=r"must be (a Python file|at most)"):
        patched(text, ADVICE)


@pytest.mark.parametrize("path", ["", "a\nb", 'a"b', "a\\b", "a" * (MAX_PATH + 1)])
def test_a_path_that_no_patch_can_name_is_refused(path):
    with pytest.raises(PolicyError, match="must be a path"):
        diff("", ADVICE, path)


def test_lines_for_a_file_that_is_not_at_hand_change_any_file():
    after = executed(PROJECT + snippet(ADVICE))
    for name, value in wanted(executed(PROJECT), ADVICE).items():
        assert listed(after[name]) == value
    assert snippet(an_advice()) == ""
    assert OURS in snippet(ADVICE)
