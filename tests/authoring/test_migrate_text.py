from __future__ import annotations

import ast

import pytest
from tests.authoring.migration import OURS, QUIET, by_hand, run

from security.authoring.migrate import migrate
from security.authoring.migrate_source import MAX_SOURCE
from security.policy.errors import PolicyError


def test_a_project_without_any_of_it_stays_as_it_is():
    text = 'DEBUG = True\nMIDDLEWARE = ["a.b"]\n'
    migration = run(text)
    assert (migration.after, migration.diff("x"), migration.notes) == (text, "", ())


def test_comments_stay_where_the_settings_go():
    migration = run(
        "A = 1\n\n# Our policy\nCSP_IMG_SRC = (  # images\n"
        "    \"'self'\",\n    'data:',  # icons\n)\n\n\nB = 2\n",
        **QUIET,
    )
    assert migration.after == (
        "A = 1\n\n# Our policy\n# images\n# icons\nSECURE_CSP = {\n"
        '    "default-src": ["\'self\'", CSP.NONCE],\n    "img-src": ["\'self\'", "data:"],\n'
        "}\n\n\nB = 2\n"
    ).replace("A = 1", "from security.csp import CSP\n\nA = 1")


def test_settings_far_apart_leave_no_gaps():
    text = "A = 1\n\nCSP_REPORT_ONLY = True\n\nB = 2\n\nCSP_INCLUDE_NONCE_IN = []\n\nC = 3\n"
    assert run(text, **QUIET).after == (
        'A = 1\n\nSECURE_CSP_REPORT_ONLY = {\n    "default-src": ["\'self\'"],\n}\n\n'
        "B = 2\n\nC = 3\n"
    )


@pytest.mark.parametrize("end", ["", "\n"])
def test_without_old_settings_the_new_ones_come_last(end):
    text = "MIDDLEWARE = ['django_permissions_policy.PermissionsPolicyMiddleware']"
    after = run(text + end).after
    assert after.startswith(f"MIDDLEWARE = ['{OURS}']\n\nSECURE_CONTENT_TYPE_NOSNIFF = False\n")
    assert after.endswith("SECURE_CROSS_ORIGIN_OPENER_POLICY = None\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_stay_as_they_are(newline):
    text = f"A = 1{newline}CSP_INCLUDE_NONCE_IN = []{newline}B = 2"
    after = run(text, **QUIET).after
    assert after.count(newline) == after.count("\n") == 4
    assert after.endswith("B = 2")


def test_a_diff_says_where_a_file_has_no_last_line_end():
    diff = run("CSP_INCLUDE_NONCE_IN = []", **QUIET).diff("a.py")
    assert diff.startswith("--- a.py\n+++ a.py\n@@ -1 +1,3 @@\n")
    assert "-CSP_INCLUDE_NONCE_IN = []\n\\ No newline at end of file\n+SECURE_CSP = {" in diff


def test_columns_are_counted_in_characters():
    text = (
        'TITLE = "\N{SNOWMAN}"; LIST = ["\N{SNOWMAN}", "csp.context_processors.nonce"]\n'
        "CSP_INCLUDE_NONCE_IN = []\n"
    )
    engines = [{"OPTIONS": {"context_processors": ["csp.context_processors.nonce"]}}]
    after = run(text, TEMPLATES=engines, **QUIET).after
    assert '["\N{SNOWMAN}", "security.context_processors.csp"]' in after


def test_changes_in_place_go_with_the_setting():
    text = (
        "CSP_IMG_SRC: list = ['']\nCSP_IMG_SRC[0] = 'a.example'\n"
        "CSP_IMG_SRC.append('b.example')\nCSP_INCLUDE_NONCE_IN = []\n"
    )
    migration = run(text, **QUIET)
    assert migration.after.startswith("SECURE_CSP = {")
    assert migration.added[0][1]["img-src"] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "text",
    [
        "if True:\n    CSP_REPORT_ONLY = True\n",
        "CSP_REPORT_ONLY = A = True\n",
        "A = 1; CSP_REPORT_ONLY = True\n",
        "CSP_REPORT_ONLY = True; A = 1\n",
        "CSP_REPORT_ONLY, A = True, 1\n",
        "for CSP_REPORT_ONLY in (True,):\n    pass\n",
    ],
)
def test_what_is_set_in_another_way_is_left_with_its_middleware(text):
    text += 'MIDDLEWARE = ["csp.middleware.CSPMiddleware"]\n'
    migration = run(text)
    assert migration.after == text
    assert "CSP_REPORT_ONLY of django-csp 3: set within a block" in by_hand(migration)[0]


def test_what_another_file_sets_is_left_with_its_middleware():
    text = 'MIDDLEWARE = ["csp.middleware.CSPMiddleware"]\nCSP_REPORT_ONLY = True\n'
    migration = run(text, CSP_IMG_SRC=["data:"])
    assert migration.after == text
    assert by_hand(migration)[0].startswith("CSP_IMG_SRC of django-csp 3: not set in this file")


def test_a_setting_that_is_read_elsewhere_stays():
    text = "CSP_IMG_SRC = ['data:']\nCSP_INCLUDE_NONCE_IN = []\nCOPY = CSP_IMG_SRC\n"
    migration = run(text, **QUIET)
    assert "CSP_IMG_SRC = ['data:']\n" in migration.after
    assert "CSP_INCLUDE_NONCE_IN" not in migration.after
    assert any("line 3 reads it" in note for note in by_hand(migration))
    ast.parse(migration.after)


def test_a_computed_value_is_pointed_out():
    text = "HOST = 'a.example'\nCSP_IMG_SRC = [HOST]\nCSP_INCLUDE_NONCE_IN = []\n"
    notes = by_hand(run(text, **QUIET))
    assert [note[:36] for note in notes] == ["CSP_IMG_SRC is computed in line 2: i"]


def test_a_policy_that_is_there_already_is_not_overwritten():
    text = 'SECURE_CSP = {"default-src": "*"}\nCSP_INCLUDE_NONCE_IN = []\n'
    migration = run(text, **QUIET)
    assert "SECURE_CSP" not in dict(migration.added)
    assert any("SECURE_CSP is set already" in note for note in by_hand(migration))


def test_of_two_packages_with_one_header_the_first_counts():
    text = (
        "MIDDLEWARE = ['csp.middleware.CSPMiddleware',"
        " 'security.middleware.ContentSecurityPolicyMiddleware']\n"
        "CSP_IMG_SRC = ['data:']\nCSP_INCLUDE_NONCE_IN = []\n"
        "CSP_DICT = {'default-src': ['none']}\n"
    )
    migration = run(text)
    assert dict(migration.added)["SECURE_CSP"]["img-src"] == ["data:"]
    assert "what django-security had is not written." in " ".join(by_hand(migration))


@pytest.mark.parametrize("bad", ["x = (", "\0", "def f(:\n", "(" * 5_000], ids=ascii)
def test_what_is_no_python_is_refused(bad):
    with pytest.raises(PolicyError, match="a Python file"):
        migrate({}, bad)


def test_a_text_has_a_limit():
    with pytest.raises(PolicyError, match=f"at most {MAX_SOURCE}"):
        migrate({}, "#" * (MAX_SOURCE + 1))


def test_settings_that_moved_first_are_not_overwritten_by_defaults():
    text = 'MIDDLEWARE = ["csp.middleware.CSPMiddleware"]\nINSTALLED_APPS = ["csp"]\n'
    migration = run(text, SECURE_CSP={"img-src": ["data:"]})
    assert "SECURE_CSP" not in dict(migration.added)
    assert OURS in migration.after
    assert by_hand(migration) == []


def test_a_file_of_settings_alone_says_where_the_rest_goes():
    notes = by_hand(run("CSP_INCLUDE_NONCE_IN = []\n"))
    assert [note[:40] for note in notes] == [
        "Put 'security.middleware.SecurityMiddlew",
        "Add 'security' where INSTALLED_APPS is m",
    ]
