from __future__ import annotations

import pytest
from tests.authoring.migration import csp

from security.authoring import migrate_csp3, migrate_csp4
from security.policy.csp import NONCE


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("'self' data:", ["'self'", "data:"]),
        (("'self'", "'self'"), ["'self'"]),
        ({"b.example", "a.example"}, ["a.example", "b.example"]),
        ([], ["'none'"]),
        ("", ["'none'"]),
    ],
)
def test_a_value_is_read_as_the_header_had_it(raw, value):
    for translate, settings in (
        (migrate_csp3.translate, {"CSP_IMG_SRC": raw}),
        (migrate_csp4.translate, {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"img-src": raw}}}),
    ):
        assert csp(translate, **settings)[0]["SECURE_CSP"]["img-src"] == value


@pytest.mark.parametrize(("raw", "value"), [(True, True), ([True], True), ([], True)])
def test_a_directive_without_value_stays_one(raw, value):
    policy = csp(CSP_UPGRADE_INSECURE_REQUESTS=raw)[0]["SECURE_CSP"]
    assert policy["upgrade-insecure-requests"] is value


@pytest.mark.parametrize("raw", [None, False, [False]])
def test_what_was_not_sent_is_not_written(raw):
    assert list(csp(CSP_BLOCK_ALL_MIXED_CONTENT=raw)[0]["SECURE_CSP"]) == ["default-src"]


def test_the_nonce_goes_where_it_went():
    policy, _ = csp(
        CSP_DEFAULT_SRC=["'none'"],
        CSP_SCRIPT_SRC=["'none'"],
        CSP_STYLE_SRC=["a.example"],
        CSP_INCLUDE_NONCE_IN=["script-src", "style-src", "img-src"],
    )
    assert policy["SECURE_CSP"] == {
        "default-src": ["'none'"],
        "script-src": [NONCE],
        "style-src": ["a.example", NONCE],
        "img-src": [NONCE],
    }


def test_the_nonce_goes_into_no_directive_without_sources():
    policy, notes = csp(
        CSP_UPGRADE_INSECURE_REQUESTS=True,
        CSP_INCLUDE_NONCE_IN=["upgrade-insecure-requests", "scirpt-src"],
    )
    assert policy["SECURE_CSP"]["upgrade-insecure-requests"] is True
    assert notes[0] == "CSP_INCLUDE_NONCE_IN names 'scirpt-src', which is no directive: left out."


def test_a_nonce_that_nobody_reads_is_told():
    change = migrate_csp3.translate(
        {
            "CSP_SCRIPT_SRC": ["'strict-dynamic'"],
            "CSP_INCLUDE_NONCE_IN": ["script-src"],
        }
    )
    assert "gets 'none' in place of 'strict-dynamic'" in " ".join(n.text for n in change.notes)


def test_a_key_that_was_never_read_is_told():
    change = migrate_csp4.translate({"CONTENT_SECURITY_POLICY": {"DIRECTIVE": {}}})
    assert "has 'DIRECTIVE', which django-csp never read" in change.notes[0].text


def test_no_default_is_added_where_the_project_has_none_on_purpose():
    config = {"DIRECTIVES": {"default-src": None, "img-src": ["data:"]}}
    policy, _ = csp(migrate_csp4.translate, CONTENT_SECURITY_POLICY=config)
    assert policy == {"SECURE_CSP": {"img-src": ["data:"]}}


@pytest.mark.parametrize("empty", [{}, None])
def test_an_empty_setting_of_django_csp_4_sends_nothing(empty):
    assert csp(migrate_csp4.translate, CONTENT_SECURITY_POLICY=empty)[0] == {}


def test_a_typo_that_was_dropped_in_silence_is_named():
    config = {"DIRECTIVES": {"scirpt-src": ["data:"]}}
    policy, notes = csp(migrate_csp4.translate, CONTENT_SECURITY_POLICY=config)
    assert "scirpt-src" not in policy["SECURE_CSP"]
    assert "Did you mean 'script-src'?" in notes[0]


@pytest.mark.parametrize("bad", [["self"], ["'none'", "a.example"], ["a; script-src *"]])
def test_what_the_start_refuses_is_named(bad):
    _, notes = csp(CSP_IMG_SRC=bad)
    assert notes[0].startswith('SECURE_CSP["img-src"]')
    assert notes[0].endswith("The start refuses it; mend it.")


def test_a_url_that_is_not_known_yet_is_left():
    class Lazy:
        def __repr__(self):
            return "<lazy>"

    policy, notes = csp(CSP_REPORT_URI=Lazy())
    assert "report-uri" not in policy["SECURE_CSP"]
    assert notes[0].startswith("CSP_REPORT_URI is <lazy> (Lazy is no text)")


def test_paths_that_had_no_policy_are_named():
    _, notes = csp(CSP_EXCLUDE_URL_PREFIXES=("/admin/",))
    assert "left ('/admin/',) without a policy" in notes[0]
    config = {"EXCLUDE_URL_PREFIXES": ["/x"], "DIRECTIVES": {}, "REPORT_PERCENTAGE": 10}
    _, notes = csp(migrate_csp4.translate, CONTENT_SECURITY_POLICY_REPORT_ONLY=config)
    assert '{"SECURE_CSP_REPORT_ONLY": None}' in notes[0]


@pytest.mark.parametrize("bad", [3, ["DIRECTIVES"], "default-src 'self'"], ids=repr)
def test_what_is_no_dictionary_is_left_out(bad):
    policy, notes = csp(migrate_csp4.translate, CONTENT_SECURITY_POLICY=bad)
    assert policy == {}
    assert "and no dictionary" in notes[0]
