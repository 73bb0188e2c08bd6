import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.isolation import (
    CrossOriginEmbedderPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    OriginAgentCluster,
)

REPORTING = [CrossOriginOpenerPolicy, CrossOriginEmbedderPolicy]
ALL = [*REPORTING, CrossOriginResourcePolicy, OriginAgentCluster]


@pytest.mark.parametrize("kind", ALL)
@law
@given(data=st.data())
def test_a_policy_is_read_back(kind, data):
    separators = ";" if kind in REPORTING else ""
    strategies.assert_round_trip(data.draw(strategies.values(kind)), separators=separators)


@pytest.mark.parametrize("kind", ALL)
@law
@given(value=any_text() | any_object())
def test_anything_is_read_or_refused(kind, value):
    strategies.assert_read_or_refused(kind, value)
    strategies.assert_read_or_refused(kind.parse, value)


@pytest.mark.parametrize("kind", REPORTING)
@law
@given(value=any_text() | any_object())
def test_any_endpoint_is_taken_or_refused(kind, value):
    strategies.assert_read_or_refused(lambda name: kind("unsafe-none", name), value)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(kind, text):
    strategies.assert_too_long(kind.parse, text)


def test_headers_have_their_names():
    assert [kind.name for kind in ALL] == [
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Embedder-Policy",
        "Cross-Origin-Resource-Policy",
        "Origin-Agent-Cluster",
    ]
    assert [kind.report_only_name for kind in REPORTING] == [
        "Cross-Origin-Opener-Policy-Report-Only",
        "Cross-Origin-Embedder-Policy-Report-Only",
    ]


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        (CrossOriginOpenerPolicy("noopener-allow-popups"), "noopener-allow-popups"),
        (CrossOriginOpenerPolicy("same-origin", "main"), 'same-origin;report-to="main"'),
        (CrossOriginEmbedderPolicy("credentialless"), "credentialless"),
        (CrossOriginEmbedderPolicy("require-corp", "main"), 'require-corp;report-to="main"'),
        (CrossOriginResourcePolicy("same-site"), "same-site"),
        (OriginAgentCluster(True), "?1"),
        (OriginAgentCluster(False), "?0"),
    ],
    ids=str,
)
def test_policies_are_written_as_their_specification_says(policy, text):
    assert str(policy) == text


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        (' same-origin; report-to="main"; x', CrossOriginOpenerPolicy("same-origin", "main")),
        ("same-origin; report-to=main", CrossOriginOpenerPolicy("same-origin")),
        ('same-origin; report-to="Main Group"', CrossOriginOpenerPolicy("same-origin")),
        ('require-corp;report-to="*"', CrossOriginEmbedderPolicy("require-corp", "*")),
        ("\tcross-origin ", CrossOriginResourcePolicy("cross-origin")),
        ("?1;x", OriginAgentCluster(True)),
    ],
)
def test_headers_are_read_as_browsers_read_them(text, policy):
    assert type(policy).parse(text) == policy


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CrossOriginOpenerPolicy, ""),
        (CrossOriginOpenerPolicy, "Same-Origin"),
        (CrossOriginOpenerPolicy, '"same-origin"'),
        (CrossOriginOpenerPolicy, "same-origin, same-origin"),
        (CrossOriginOpenerPolicy, "require-corp"),
        (CrossOriginEmbedderPolicy, "?1"),
        (CrossOriginEmbedderPolicy, "same-origin"),
        (CrossOriginResourcePolicy, "Same-Origin"),
        (CrossOriginResourcePolicy, "same-origin, same-origin"),
        (CrossOriginResourcePolicy, "same-origin; x"),
        (OriginAgentCluster, "1"),
        (OriginAgentCluster, "true"),
        (OriginAgentCluster, "?2"),
        (OriginAgentCluster, ""),
    ],
)
def test_headers_that_browsers_ignore_are_refused(kind, text):
    assert_refused(kind.parse, text)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("bad", [None, "", 1, ("same-origin",), "same-origin\n", b"same-origin"])
def test_other_values_are_refused(kind, bad):
    assert_refused(kind, bad)


@pytest.mark.parametrize("kind", REPORTING)
@pytest.mark.parametrize("bad", ["", "Main", "a b", 1, "a" * 16_384], ids=lambda bad: str(bad)[:9])
def test_an_endpoint_has_a_name_that_the_header_can_carry(kind, bad):
    assert_refused(kind, "unsafe-none", bad)


def test_a_typo_gets_a_hint():
    error = assert_refused(CrossOriginOpenerPolicy, "same-origin-allow-popup")
    assert error.hint == "Did you mean 'same-origin-allow-popups'?"
