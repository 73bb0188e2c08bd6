import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.legacy import (
    P3P,
    DnsPrefetchControl,
    PermittedCrossDomainPolicies,
    XssProtection,
)

ALL = [P3P, XssProtection, PermittedCrossDomainPolicies, DnsPrefetchControl]


@pytest.mark.parametrize("kind", ALL)
@law
@given(data=st.data())
def test_a_value_is_read_back(kind, data):
    separators = ";" if kind is XssProtection else ""
    strategies.assert_round_trip(data.draw(strategies.values(kind)), separators=separators)


@pytest.mark.parametrize("kind", ALL)
@law
@given(value=any_text() | any_object())
def test_anything_is_read_or_refused(kind, value):
    strategies.assert_read_or_refused(kind, value)
    strategies.assert_read_or_refused(kind.parse, value)


@law
@given(any_object(), any_object())
def test_any_privacy_policy_is_taken_or_refused(policy, url):
    strategies.assert_read_or_refused(lambda given: P3P(*given), (policy, url))


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(kind, text):
    strategies.assert_too_long(kind.parse, text)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(kind, text):
    assert_refused(kind.parse, text[:-1] + "x")


def test_headers_have_their_names():
    assert [kind.name for kind in ALL] == [
        "P3P",
        "X-XSS-Protection",
        "X-Permitted-Cross-Domain-Policies",
        "X-DNS-Prefetch-Control",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (P3P("NON DSP"), 'policyref="/w3c/p3p.xml" CP="NON DSP"'),
        (P3P("NON", "https://a.example/p3p.xml"), 'policyref="https://a.example/p3p.xml" CP="NON"'),
        (XssProtection("sanitize"), "1"),
        (XssProtection("on"), "1; mode=block"),
        (XssProtection("off"), "0"),
        (PermittedCrossDomainPolicies("master-only"), "master-only"),
        (DnsPrefetchControl(True), "on"),
        (DnsPrefetchControl(False), "off"),
    ],
    ids=str,
)
def test_values_are_written_as_documented(value, text):
    assert str(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('PolicyRef="/p" , cp="NON"', P3P("NON", "/p")),
        ("1;Mode=Block", XssProtection("on")),
        (" 0\t", XssProtection("off")),
        ("None", PermittedCrossDomainPolicies("none")),
        ("ON", DnsPrefetchControl(True)),
    ],
)
def test_headers_are_read_in_any_case(text, value):
    assert type(value).parse(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (P3P, 'CP="NON"'),
        (P3P, 'policyref="/p"'),
        (P3P, 'policyref="" CP="NON"'),
        (XssProtection, ""),
        (XssProtection, "2"),
        (XssProtection, "0; mode=block"),
        (XssProtection, "1; mode=block; report=/x"),
        (XssProtection, "1; mode=block;"),
        (PermittedCrossDomainPolicies, "none, all"),
        (DnsPrefetchControl, "1"),
    ],
)
def test_other_headers_are_refused(kind, text):
    assert_refused(kind.parse, text)


@pytest.mark.parametrize("bad", ["", " ", "NON ", 'NON"', "NON\\", "NON;DSP", "A,B", "\n", None, 1])
def test_a_compact_policy_cannot_end_its_own_quotes(bad):
    assert_refused(P3P, bad)


@pytest.mark.parametrize("bad", ["", "/a b", '/a"', "/a\\", "/a;b", "/a,b", "/\n", None, 1])
def test_a_policy_url_cannot_end_its_own_quotes(bad):
    assert_refused(P3P, "NON", bad)


def test_a_policy_fits_in_a_header():
    assert_refused(P3P, "N" * 10_000, "/" + "p" * 10_000)


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (XssProtection, "1"),
        (XssProtection, "On"),
        (XssProtection, True),
        (XssProtection, None),
        (PermittedCrossDomainPolicies, "None"),
        (PermittedCrossDomainPolicies, None),
        (PermittedCrossDomainPolicies, ("none",)),
        (DnsPrefetchControl, "on"),
        (DnsPrefetchControl, 1),
        (DnsPrefetchControl, None),
    ],
    ids=str,
)
def test_other_values_are_refused(kind, bad):
    assert_refused(kind, bad)


def test_a_typo_gets_a_hint():
    assert assert_refused(XssProtection, "sanitise").hint == "Did you mean 'sanitize'?"
