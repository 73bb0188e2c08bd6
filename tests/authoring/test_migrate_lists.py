from __future__ import annotations

import pytest
from tests.authoring.migration import OURS, QUIET, by_hand, run

from security.authoring.migrate import migrate

OLD = "'csp.middleware.CSPMiddleware'"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"['a', {OLD}, 'b']", f"['a', '{OURS}', 'b']"),
        (f"({OLD},)", f"('{OURS}',)"),
        (f"[\n    'a',\n    {OLD},  # csp\n]", f"[\n    'a',\n    '{OURS}',  # csp\n]"),
        (
            f"[\n    {OLD},\n    'django_permissions_policy.PermissionsPolicyMiddleware',\n]",
            f"[\n    '{OURS}',\n]",
        ),
        (
            f"[{OLD}, 'a', 'django_permissions_policy.PermissionsPolicyMiddleware']",
            f"['{OURS}', 'a']",
        ),
        (f"['a'] + [{OLD}]", f"['a'] + ['{OURS}']"),
        (f"['{OURS}', {OLD}]", f"['{OURS}']"),
        (f"('{OURS}', {OLD})", f"('{OURS}',)"),
    ],
)
def test_ours_takes_the_place_of_the_first(before, after):
    assert f"MIDDLEWARE = {after}\n" in run(f"MIDDLEWARE = {before}\n").after


def test_an_item_that_shares_its_line_is_left():
    text = f"MIDDLEWARE = [\n    '{OURS}', {OLD},\n]\n"
    assert any("shares its line" in note for note in by_hand(run(text)))


def test_a_list_that_is_made_elsewhere_is_pointed_out():
    migration = migrate({"MIDDLEWARE": ["csp.middleware.CSPMiddleware"]}, "A = 1\n")
    notes = by_hand(migration)
    assert any(f"Put {OURS!r} in the place of csp.middleware" in note for note in notes)
    assert any("Add 'security' where INSTALLED_APPS is made" in note for note in notes)


def test_what_other_files_list_is_pointed_out():
    settings = {
        "MIDDLEWARE": [
            "csp.middleware.CSPMiddleware",
            "django_permissions_policy.PermissionsPolicyMiddleware",
        ],
        "INSTALLED_APPS": ["csp"],
        "TEMPLATES": [
            {"OPTIONS": {"context_processors": ["csp.context_processors.nonce"]}},
            {"OPTIONS": None},
            "engine",
        ],
    }
    notes = " ".join(by_hand(migrate(settings, f"MIDDLEWARE = [{OLD}]\n")))
    assert "Take django_permissions_policy.PermissionsPolicyMiddleware out, where" in notes
    assert "Take csp out, where INSTALLED_APPS is made." in notes
    assert "write 'security.context_processors.csp' where TEMPLATES has it" in notes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("['csp', 'a']", "['security', 'a']"),
        ("['csp', 'security']", "['security']"),
        ("['a']", "['a', \"security\"]"),
        ("('a',)", "('a', \"security\")"),
        ("[\n    'a',\n]", "[\n    'a',\n    \"security\",\n]"),
        ("[\n    'a'\n]", "[\n    'a',\n    \"security\",\n]"),
        ("[\n    'a',  # why\n]", "[\n    'a',\n    \"security\",  # why\n]"),
    ],
)
def test_the_app_is_installed(before, after):
    text = f"INSTALLED_APPS = {before}\nCSP_INCLUDE_NONCE_IN = []\n"
    assert f"INSTALLED_APPS = {after}\n" in run(text, MIDDLEWARE=[OURS]).after


def test_a_string_of_the_same_name_elsewhere_is_no_app():
    text = 'INSTALLED_APPS = ["csp"]\nLOGS = ["csp"]\nCSP_INCLUDE_NONCE_IN = []\n'
    assert 'LOGS = ["csp"]\n' in run(text, MIDDLEWARE=[OURS]).after


def test_nothing_is_sent_that_was_not():
    text = f"MIDDLEWARE = [{OLD}]\nINSTALLED_APPS = ['csp']\nCSP_INCLUDE_NONCE_IN = []\n"
    assert dict(run(text).added) == {
        "SECURE_CSP": {"default-src": ["'self'"]},
        "SECURE_CONTENT_TYPE_NOSNIFF": False,
        "X_FRAME_OPTIONS": None,
        "SECURE_REFERRER_POLICY": None,
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": None,
    }


def test_a_setting_that_nothing_read_so_far_is_pointed_out():
    text = f"MIDDLEWARE = [{OLD}]\nSECURE_HSTS_SECONDS = 60\nX_FRAME_OPTIONS = 'DENY'\n"
    notes = by_hand(run(text))
    assert [note for note in notes if "nothing read it so far" in note] == [
        "X_FRAME_OPTIONS is set, and nothing read it so far; SecurityMiddleware does.",
        "SECURE_HSTS_SECONDS is set, and nothing read it so far; SecurityMiddleware does.",
    ]


NONCED = 'CSP_INCLUDE_NONCE_IN = ["default-src"]\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import os\n\nA = os.sep\n",
            "import os\nfrom security.csp import CSP\n\nA = os.sep\n",
        ),
        ('"""Doc."""\n\nA = 1\n', '"""Doc."""\n\nfrom security.csp import CSP\n\nA = 1\n'),
        ("A = 1\n", "from security.csp import CSP\n\nA = 1\n"),
        ("from security.csp import CSP\n", "from security.csp import CSP\n"),
    ],
)
def test_the_nonce_is_imported(before, after):
    assert run(before + NONCED, **QUIET).after.startswith(after)


def test_another_csp_is_left_alone():
    after = run("CSP = 1\n" + NONCED, **QUIET).after
    assert after.startswith("from security.csp import CSP as Csp\n\nCSP = 1\n")
    assert "Csp.NONCE" in after


def test_another_name_for_ours_is_used():
    text = "from security.csp import CSP as C\n" + NONCED
    assert "[\"'self'\", C.NONCE]" in run(text, **QUIET).after


def test_an_import_that_is_still_needed_stays():
    text = "from csp.constants import SELF\nCSP_INCLUDE_NONCE_IN = []\nA = SELF\n"
    migration = migrate({**QUIET, "CSP_INCLUDE_NONCE_IN": [], "A": "'self'"}, text)
    assert migration.after.startswith("from csp.constants import SELF\n")
    assert "Line 1 imports SELF, which line 3 reads: rewrite it." in by_hand(migration)
