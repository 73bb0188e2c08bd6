from __future__ import annotations

import re

import pytest
from tests.meta.tree import ROOT

from security.grade.render import locations
from security.grade.render.locations import SETTINGS, Location, in_settings, place, settings_lines
from security.policy.errors import PolicyError

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
SOURCE = """\
import os
DEBUG = False
if os.environ.get("A"):
    SECURE_CSP = 1
else:
    SECURE_CSP: dict = {}
try:
    A = B = 1
except ImportError as error:
    with open("x") as STREAM: C, (D, *E) = 1
for name in ():
    match name:
        case 1:
            F = 1
def function():
    G = 1
class Class:
    H = 1
lower = 1
I: int
MIDDLEWARE = [
    "a",
]
MIDDLEWARE += ["b"]
DATABASES["default"] = 1
J = lambda: (K := 1)
"""


def lines(tmp_path, source):
    path = tmp_path / "settings.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return settings_lines(path)


def test_the_last_assignment_that_runs_with_the_file_counts(tmp_path):
    assert lines(tmp_path, SOURCE) == {
        "DEBUG": 2, "SECURE_CSP": 6, "A": 8, "B": 8, "C": 10, "D": 10, "E": 10, "F": 14,
        "MIDDLEWARE": 24, "J": 26,
    }  # fmt: skip


def test_the_file_is_not_run(tmp_path):
    assert lines(tmp_path, "raise SystemExit\nA = 1") == {"A": 2}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"a = ", "must be settings in Python (got 'SyntaxError')."),
        (b"\xff\xfe", "must be settings in Python (got 'SyntaxError')."),
        (b"a = 1\x00", "must be settings in Python (got 'SyntaxError')."),
        (b"(" * 5000, "must be settings in Python"),
        (b"a = " + b"-" * 100_000 + b"1", "must be settings in Python"),
        (b" " * 1_048_577, "must be at most 1,048,576 bytes long (got 'more')."),
    ],
    ids=["cut", "bytes", "nul", "deep", "minus", "long"],
)
def test_what_is_no_settings_file_is_refused(tmp_path, source, message):
    with pytest.raises(PolicyError) as caught:
        lines(tmp_path, source)
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        settings_lines(tmp_path / "absent")


@pytest.fixture
def locate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my settings.py").write_text(
        "SECURITY_PRESET = 'strict'\nSECURE_HSTS_SECONDS = 60\n"
        "SECURE_HSTS_INCLUDE_SUBDOMAINS = False\nSESSION_COOKIE_SECURE = False\n"
    )
    return in_settings("my settings.py")


@pytest.mark.parametrize(
    ("header", "hint", "line"),
    [
        ("Strict-Transport-Security", "", 2),
        ("Strict-Transport-Security", "Set SECURE_HSTS_INCLUDE_SUBDOMAINS = True.", 3),
        ("strict-transport-security", "Set SECURE_HSTS_PRELOAD = True.", 2),
        ("Strict-Transport-Security", "Set SESSION_COOKIE_SECURE = True.", 2),
        ("Set-Cookie", "Set SESSION_COOKIE_SECURE = True.", 4),
        ("Referrer-Policy", "Set SECURE_REFERRER_POLICY = 'same-origin'.", 1),
        ("", "Set SECURE_SSL_REDIRECT = True, unlike SESSION_COOKIE_SECURE.", 4),
        ("X-Unknown", "", 1),
    ],
)
def test_a_header_is_made_where_its_setting_stands(locate, header, hint, line):
    assert place(locate, header, hint) == Location("my%20settings.py", line)


def test_a_setting_is_found_by_its_name(locate):
    assert locate("SESSION_COOKIE_SECURE") == Location("my%20settings.py", 4)
    assert locate("SECURE_CSP") is None


def test_a_file_elsewhere_has_its_whole_address(tmp_path, monkeypatch):
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    path = tmp_path / "settings.py"
    path.write_text("")
    assert in_settings(path)("") == Location(path.as_uri(), 1)


def test_every_header_setting_of_the_documentation_is_known():
    section = PAGE.partition("\n## Headers\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE))
    known = {name for names in SETTINGS.values() for name in names}
    # What says where or to whom a header goes makes none.
    others = {"X_FRAME_OPTIONS_EXCLUDE_URLS", "SECURITY_CSP_APPS"}
    others |= {"SECURITY_CSP_CALLABLE", "SECURITY_CSP_ROLLOUT"}
    assert len(named) > 25
    assert named - known == others


def test_every_name_is_one_that_is_documented_or_of_django():
    known = {name for names in SETTINGS.values() for name in names} | {locations.PRESET}
    foreign = {name for name in known if f"`{name}`" not in PAGE}
    assert all(re.match(r"(SESSION|CSRF|LANGUAGE)_COOKIE_|CORS_", name) for name in foreign)
