from __future__ import annotations

import pytest
from tests.grade.exchanges import POLICY, an_exchange

from security.grade.card import grade
from security.grade.exchange import Exchange
from security.grade.securityheaders import HEADERS

CSP = "Content_Security_Policy"


def seen(exchange):
    return grade(exchange).securityheaders


def test_all_six_headers_and_https_give_the_best_grade():
    assert (seen(an_exchange()).grade, seen(an_exchange()).missing) == ("A+", ())


@pytest.mark.parametrize(("count", "letter"), list(enumerate(["A+", "A", "B", "C", "D", "E", "F"])))
def test_each_missing_header_costs_a_letter(count, letter):
    policy = "default-src 'none'"  # without frame-ancestors, which stands in for a header
    exchange = an_exchange(**{CSP: policy}, without=HEADERS[:count])
    assert (seen(exchange).grade, seen(exchange).missing) == (letter, HEADERS[:count])


def test_frame_ancestors_stands_in_for_x_frame_options():
    assert seen(an_exchange(without="X-Frame-Options")).missing == ()


def test_an_empty_header_is_missing():
    assert seen(an_exchange(Referrer_Policy="")).missing == ("Referrer-Policy",)


def test_without_https_the_header_for_https_is_missing():
    exchange = an_exchange(site={"is_secure": False})
    assert seen(exchange).missing == ("Strict-Transport-Security",)
    assert seen(exchange).warnings == ("no HTTPS",)


@pytest.mark.parametrize(
    ("policies", "warnings"),
    [
        (["script-src 'unsafe-inline'"], ("'unsafe-inline' in script-src",)),
        (["default-src 'unsafe-inline'"], ("'unsafe-inline' in default-src",)),
        (["script-src 'unsafe-inline' 'nonce-abc'"], ()),
        (["style-src 'unsafe-inline'"], ()),
        (["script-src 'unsafe-inline'", "script-src 'self'"], ()),
        ([f"script-src 'unsafe-inline' {'a' * 300_000}"], ()),
    ],
    ids=["script", "default", "nonce", "style", "both", "too long"],
)
def test_inline_scripts_are_a_warning(policies, warnings):
    rest = [("Content-Security-Policy", text) for text in policies[1:]]
    assert seen(an_exchange(**{CSP: policies[0]}, lines=rest)).warnings == warnings


def test_a_warning_caps_the_grade():
    assert seen(an_exchange(Referrer_Policy="origin, unsafe-url")).grade == "A"
    assert seen(an_exchange(Referrer_Policy="unsafe-url, origin")).grade == "A+"


def test_a_policy_that_only_reports_does_not_count():
    line = ("Content-Security-Policy-Report-Only", POLICY)
    exchange = an_exchange(without="Content-Security-Policy", lines=[line])
    assert seen(exchange).missing == ("Content-Security-Policy",)


def test_where_nothing_answers_there_is_no_grade():
    assert seen(Exchange("shop.test", None)).grade is None
