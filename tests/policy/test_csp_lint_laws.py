from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.strategies import any_text, law

from security.policy.csp.bypass import ANGULAR, JSONP
from security.policy.csp.finding import Finding, Severity
from security.policy.csp.lint import List, lint
from security.policy.csp.lint_syntax import KNOWN
from security.policy.csp.parse import KEYWORDS, MAX_POLICY, read

LONG = 16_384  # characters; what is not linear takes minutes even so

NAMES = st.sampled_from([*sorted(KNOWN), "fenced-frame-src", "scirpt-src", "constructor", "X:"])
SOURCES = st.sampled_from(
    [
        *sorted(KEYWORDS),
        *list(JSONP)[:9],
        *list(ANGULAR)[:9],
        *("'nonce-abc'", "'nonce-bm9uY2Vub25jZQ'", "'nonce-$'", "'sha256-YQ=='", "'sha1-YQ=='"),
        *("self", "nonce-abc", "sha256-YQ==", "https:", "data:", "*", "//*", "https://*:443"),
        *("*.com", "http://a.example", "127.0.0.1", "[::1]", "1.2.3.4.5", "%zz", "<", "a:b"),
        *("'script'", "script", "'allow-duplicates'", "main", "/csp/", "object-src", ","),
    ]
)
DIRECTIVES = st.builds(
    lambda name, values: " ".join([name, *values]), NAMES, st.lists(SOURCES, max_size=5)
)
POLICIES = st.lists(DIRECTIVES, max_size=6).map("; ".join)
LEVELS = st.sampled_from([1, 2, 3])

# Each repeats what some rule could go back over.
UNITS = [
    *("a", "a ", "a;", "a.", "a/", "../", "*", "*.", ":*", "[:", "%41", "%", "1.", "0", "0x", "@"),
    *("xn--a.", "'", "' ", "'a", "\\", "?", ",", "=", "-", "\x00", "\u3000", "\xe9", "\U0001f600"),
]
NUMBERED = [
    *("a%d ", "a%d;", "http://a%d.example/ ", "*.a%d ", "'nonce-%d' ", "'sha256-%d' ", "SELF%d "),
    *("none%d ", "nonce-%d ", "'unsafe-inlin%d' ", "scirpt-src%d;", "%d.1.1.1 "),
]
STARTS = ["", "script-src ", "script-src 'strict-dynamic' 'nonce-YQ' ", "sandbox ", "object-src //"]


def every_list(text: str, level: int = 3) -> tuple[Finding, ...]:
    return lint(text, level=level, lists=list(List), endpoints=["main"])


@law
@given(any_text() | POLICIES, LEVELS)
def test_no_text_makes_it_fail(text, level):
    for finding in every_list(text, level):
        assert finding.message
        assert finding.directive != ""
        assert finding.value != ""


@law
@given(POLICIES, LEVELS)
def test_nothing_is_said_twice_and_the_worst_is_said_first(text, level):
    found = every_list(text, level)
    places = [(one.type, one.directive, one.value) for one in found]
    assert len(set(places)) == len(places)
    assert list(found) == sorted(found, key=lambda one: one.severity, reverse=True)


@law
@given(st.lists(DIRECTIVES, max_size=6), st.sampled_from([";", " ;; ", ";\t; ", " ; "]))
def test_blanks_and_empty_directives_mean_nothing(directives, separator):
    assert every_list(separator.join([*directives, ""])) == every_list("; ".join(directives))


@law
@given(POLICIES)
def test_the_case_of_a_directive_means_nothing(text):
    parts = [part.split(" ") for part in text.split("; ")]
    shouted = "; ".join(" ".join([name.upper(), *values]) for name, *values in parts)
    assert every_list(shouted) == every_list(text)


@law
@given(POLICIES)
def test_a_value_that_is_found_stands_in_the_policy(text):
    policy = read(text)
    for finding in every_list(text):
        assert finding.value is None or finding.value in policy.values(finding.directive)


@law
@given(POLICIES)
def test_none_alone_for_scripts_and_plug_ins_leaves_no_way_round(text):
    first = "script-src 'none'; script-src-attr 'none'; script-src-elem 'none'"
    found = every_list(f"{first}; object-src 'none'; base-uri 'none'; {text}")
    assert [one for one in found if one.severity is Severity.HIGH] == []


@pytest.mark.parametrize("start", STARTS, ids=repr)
@pytest.mark.parametrize("unit", UNITS + NUMBERED, ids=ascii)
def test_a_long_text_is_read_to_its_end(start, unit):
    parts = [unit % n if "%d" in unit else unit for n in range(LONG // len(unit))]
    every_list((start + "".join(parts))[:LONG])


def test_a_text_beyond_the_limit_is_not_read():
    assert len(every_list("a;" * MAX_POLICY * 8)) == 1
