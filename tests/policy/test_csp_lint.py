from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from security import policy
from security.policy.csp import ContentSecurityPolicy
from security.policy.csp.lint import MAX_POLICY, RULES, Finding, List, Severity, Type, lint
from security.policy.csp.lint_subject import subject
from security.policy.csp.parse import read
from security.policy.errors import PolicyError
from security.policy.presets import PRESETS

SAMPLE = json.loads(
    (Path(__file__).parents[1] / "data" / "csp_evaluator-sample.json").read_text(encoding="utf-8")
)
CASES = {case["id"]: case for case in SAMPLE["cases"]}
VERDICTS = {
    "findings": (3, List.DEFAULT),
    "findings_csp2": (2, List.DEFAULT),
    "findings_csp1": (1, List.DEFAULT),
    "strict_findings": (3, List.STRICT),
    "reporting_findings": (3, List.REPORTING),
}
ALL_RULES = [(name, rule) for name, rules in RULES.items() for rule in rules]
EXAMPLE = re.compile(r"(?P<severity>[A-Z_]+): ``(?P<policy>.+)``")
GOOD = "'nonce-bm9uY2Vub25jZQ'"

# Beside the examples of the rules, these bring out every type.
FURTHER = {
    Type.CONTROL_CHARACTER: "img-src a.example\nb.example",
    Type.FORM_ACTION_WILDCARD: "form-action https:",
    Type.FRAME_ANCESTORS_MISSING: "default-src 'none'",
    Type.HEADER_OVER_4_KB: "img-src " + "a" * 4096,
    Type.HEADER_OVER_8_KB: "img-src " + "a" * 8192,
    Type.NONCE_CHARSET: "script-src 'nonce-abcdefgh$'",
    Type.NOT_ASCII: "script-src \u2018self\u2019",
    Type.POLICY_TOO_LONG: "x" * (MAX_POLICY + 1),
    Type.REPORTING_DESTINATION_MISSING: "default-src 'none'",
    Type.TRUSTED_TYPES_UNRESTRICTED: "require-trusted-types-for 'script'",
}


def found(text: str, *kinds: Type, **options: object) -> list[tuple[str, str | None, str | None]]:
    """Return the severity, directive and value of the findings of some types."""
    return [
        (one.severity.name, one.directive, one.value)
        for one in lint(text, lists=list(List), **options)
        if one.type in kinds
    ]


def evaluators(findings: tuple[Finding, ...]) -> set[tuple[str, ...]]:
    return {
        (one.type, one.severity.name, one.directive, one.value)
        for one in findings
        if not one.type.startswith("BULWARK_")
    }


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_findings_are_those_of_csp_evaluator(case, verdict):
    if case.get(verdict) is None:
        return  # the tool failed, or was not asked
    level, name = VERDICTS[verdict]
    wanted = {(f["type"], f["severity"], f["directive"], f["value"]) for f in case[verdict]}
    assert evaluators(lint(case["csp"], level=level, lists=[name])) == wanted


@pytest.mark.parametrize("case", [case for case in CASES.values() if case["error"]], ids=str)
def test_where_csp_evaluator_fails_an_unusable_source_is_found(case):
    assert found(case["csp"], Type.INVALID_SOURCE)


@pytest.mark.parametrize("host", ["%zz", "https://", "<script>", "a.example:port", "1.2.3.4.5"])
def test_a_host_that_no_url_has_is_a_finding_and_no_exception(host):
    assert found(f"script-src {host}", Type.INVALID_SOURCE) == [("SYNTAX", "script-src", host)]
    assert found(f"script-src {host}", Type.SCRIPT_ALLOWLIST_BYPASS) == []


@pytest.mark.parametrize(("name", "rule"), ALL_RULES, ids=lambda one: getattr(one, "__name__", one))
def test_the_docstring_of_a_rule_shows_a_policy_that_it_catches(name, rule):
    example = EXAMPLE.fullmatch(rule.__doc__)
    if example is None:
        return  # an example that a docstring cannot show
    findings = list(rule(subject(read(example["policy"]), 3, None)))
    assert [one.severity.name for one in findings][:1] == [example["severity"]]
    assert set(findings) <= set(lint(example["policy"], lists=[name]))


def test_every_type_can_be_found():
    examples = [EXAMPLE.fullmatch(rule.__doc__) for _, rule in ALL_RULES]
    policies = [example["policy"] for example in examples if example] + list(FURTHER.values())
    assert {one.type for text in policies for one in lint(text, lists=list(List))} == set(Type)


@pytest.mark.parametrize(("kind", "text"), FURTHER.items(), ids=lambda one: str(one)[:30])
def test_a_type_is_found_in_its_example(kind, text):
    assert kind in {one.type for one in lint(text, lists=list(List))}


def test_the_worst_comes_first():
    severities = [one.severity for one in lint("script-src 'unsafe-inline' self; img-src *")]
    assert severities == sorted(severities, reverse=True)
    assert Severity.HIGH > Severity.SYNTAX > Severity.MEDIUM > Severity.INFO > Severity.NONE


def test_the_severities_are_those_of_csp_evaluator_in_its_order():
    names = [severity.name for severity in sorted(Severity, reverse=True)]
    assert names == SAMPLE["about"]["severities_high_to_low"]


def test_every_message_ends_as_a_sentence():
    examples = [*FURTHER.values(), *(case["csp"] for case in CASES.values())]
    messages = {one.message for text in examples for one in lint(text, lists=list(List))}
    assert [text for text in messages if text[-1] not in ".?"] == []


def test_the_policy_of_the_strict_preset_has_no_weakness():
    compiled = ContentSecurityPolicy.from_mapping(PRESETS["strict"]["SECURE_CSP"]).compile()
    text = "bm9uY2Vub25jZW5vbmNlMQ".join(compiled.parts)
    assert [one for one in lint(text) if one.severity > Severity.INFO] == []


def test_a_list_or_level_that_does_not_exist_is_refused():
    with pytest.raises(PolicyError, match=r"must be one of 'default', .* \(got 'defualt'\)"):
        lint("", lists=["defualt"])
    with pytest.raises(PolicyError, match=r"must be a level of CSP: 1, 2 or 3 \(got 4\)"):
        lint("", level=4)


def test_a_list_that_is_named_twice_is_asked_once():
    assert lint("", lists=["default", "default"]) == lint("", lists=["default"])


def test_of_a_policy_beyond_the_limit_only_the_length_is_found():
    (one,) = lint("x" * (MAX_POLICY + 1))
    assert (one.type, one.severity) == (Type.POLICY_TOO_LONG, Severity.HIGH)
    assert one.message.startswith("262,145 characters: ")


def test_a_header_is_measured_in_bytes():
    text = "img-src " + "\u00e4" * 2044
    assert len(text) < 4096 == len(text.encode())
    assert found(text, Type.HEADER_OVER_4_KB) == []
    assert found(text + "a", Type.HEADER_OVER_4_KB) == [("MEDIUM_MAYBE", None, None)]


@pytest.mark.parametrize("value", ["*", "http:", "https:", "https://*", "*:443", "https://*:*/x"])
def test_every_way_to_name_all_hosts_is_seen(value):
    assert found(f"frame-ancestors {value}", Type.FRAME_ANCESTORS_WILDCARD) == [
        ("MEDIUM", "frame-ancestors", value)
    ]
    assert found(f"form-action {value}", Type.FORM_ACTION_WILDCARD) == [
        ("MEDIUM_MAYBE", "form-action", value)
    ]


@pytest.mark.parametrize("value", ["'self'", "*.example", "https://*.example:*", "data:"])
def test_a_source_that_names_some_hosts_is_no_wildcard(value):
    kinds = (Type.FRAME_ANCESTORS_WILDCARD, Type.FORM_ACTION_WILDCARD, Type.WILDCARD_HOST)
    assert found(f"frame-ancestors {value}; form-action {value}; script-src {value}", *kinds) == []


def test_a_wildcard_with_a_port_is_a_wildcard():
    kinds = (Type.WILDCARD_HOST, Type.PLAIN_WILDCARD)
    assert found("script-src https://*:443", *kinds) == [("HIGH", "script-src", "https://*:443")]
    assert found("script-src https://*", *kinds) == [("HIGH", "script-src", "https://*")]


@pytest.mark.parametrize("name", ["default-src", "script-src", "script-src-elem", "style-src"])
@pytest.mark.parametrize("trusted", [GOOD, "'sha256-abc='"])
def test_unsafe_inline_beside_a_nonce_or_hash_is_seen(name, trusted):
    assert found(f"{name} 'unsafe-inline' {trusted}", Type.NONCE_BESIDE_UNSAFE_INLINE) == [
        ("INFO", name, "'unsafe-inline'")
    ]


@pytest.mark.parametrize(
    ("endpoints", "severity"), [(None, "INFO"), ([], "MEDIUM"), (["other"], "MEDIUM")]
)
def test_report_to_wants_an_endpoint_of_its_name(endpoints, severity):
    kind = Type.REPORT_TO_WITHOUT_ENDPOINT
    text = "report-to main"
    assert found(text, kind, endpoints=endpoints) == [(severity, "report-to", "main")]
    assert found(text, kind, endpoints=["main"]) == []
    assert found(f"{text} third", kind, endpoints=endpoints) == [(severity, "report-to", "main")]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("trusted-types a", [Type.TRUSTED_TYPES_NOT_REQUIRED]),
        ("require-trusted-types-for 'script'", [Type.TRUSTED_TYPES_UNRESTRICTED]),
        ("require-trusted-types-for 'script'; trusted-types *", [Type.TRUSTED_TYPES_UNRESTRICTED]),
        (
            "require-trusted-types-for 'script'; trusted-types a 'allow-duplicates'",
            [Type.TRUSTED_TYPES_UNRESTRICTED],
        ),
        ("require-trusted-types-for script", [Type.INVALID_VALUE]),
        ("require-trusted-types-for 'script'; trusted-types a 'none'", []),
        ("default-src 'none'", []),
    ],
)
def test_a_gap_in_trusted_types_is_seen(text, kinds):
    ours = {Type.TRUSTED_TYPES_NOT_REQUIRED, Type.TRUSTED_TYPES_UNRESTRICTED, Type.INVALID_VALUE}
    assert [one.type for one in lint(text) if one.type in ours] == kinds


@pytest.mark.parametrize("word", ['"self"', "`self`", "self'", "SELF", "a_b.example:x", "*.*", ","])
def test_a_source_that_no_browser_reads_is_found(word):
    assert found(f"script-src {word}", Type.INVALID_SOURCE) == [("SYNTAX", "script-src", word)]


@pytest.mark.parametrize("word", ["a.example", "*.a.example:*", "https:", "localhost:3000", "a/b/"])
def test_a_source_that_browsers_read_is_none(word):
    assert found(f"img-src {word}", Type.INVALID_SOURCE) == []


def test_a_report_goes_to_a_path_or_to_a_url_with_a_host():
    assert found("report-uri / /csp ?a https://r.example", Type.INVALID_SOURCE) == []
    assert found("report-uri https://r.example:x/", Type.INVALID_SOURCE) == [
        ("SYNTAX", "report-uri", "https://r.example:x/")
    ]


def test_a_typing_error_gets_a_suggestion():
    messages = [one.message for one in lint("scirpt-src 'unsafe-inlin'")]
    assert "Browsers ignore this directive. Did you mean 'script-src'?" in messages
    assert "Browsers ignore this word. Did you mean \"'unsafe-inline'\"?" in messages


def test_only_the_first_typing_errors_cost_a_search():
    names = "; ".join(f"scirpt-src{number}" for number in range(9))
    messages = [one.message for one in lint(names) if one.type == Type.UNKNOWN_DIRECTIVE]
    assert sum("Did you mean" in message for message in messages) == 3


def test_a_bare_word_is_a_name_where_no_source_is_due():
    for text in ("reflected-xss block", "report-to self", "trusted-types none"):
        (one,) = (f for f in lint(text) if f.type == Type.INVALID_KEYWORD)
        assert one.message.startswith("Bare, this is a name.")


def test_what_only_csp_evaluator_does_not_know_is_called_so():
    text = "fenced-frame-src 'self'; script-src 'trusted-types-eval'"
    messages = {one.type: one.message for one in lint(text)}
    assert "browsers that do apply it" in messages[Type.UNKNOWN_DIRECTIVE]
    assert "browsers that do apply it" in messages[Type.INVALID_KEYWORD]


def test_the_blank_that_is_not_ascii_is_named():
    (one,) = (f for f in lint("img-src\u00a0'self'") if f.type == Type.NOT_ASCII)
    assert (one.directive, one.value) == (None, None)
    assert r"'\xa0'" in one.message


def test_the_linter_is_pure():
    folder = Path(policy.__file__).parent / "csp"
    assert not [p.name for p in folder.glob("lint*.py") if "django" in p.read_text("ascii")]
