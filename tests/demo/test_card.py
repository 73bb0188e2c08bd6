from __future__ import annotations

import pytest
from demo.card import LEAST_SCORE, PageCard, is_clean, render
from demo.terminal import Style

from security.grade.card import grade
from security.grade.exchange import Chain, Exchange, Hop, Reply

BEST = {
    "Content-Type": "text/html; charset=utf-8",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; script-src 'nonce-abcdefgh'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
WAY = Chain((Hop("http://shop.test/", 301), Hop("https://shop.test/", 200)))
PLAIN = Style(is_colourful=False)


def a_card(*, without="", **headers):
    """Grade the best of answers, but for one header left out and others replaced."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = tuple((name, value) for name, value in (BEST | named).items() if name != without)
    return PageCard("Home", "/", 200, grade(Exchange("shop.test", Reply(200, lines), http=WAY)))


def test_a_page_is_clean_with_a_plus_twice_and_points_enough():
    assert is_clean([a_card()])


@pytest.mark.parametrize(
    "changes",
    [
        {"without": "Permissions-Policy"},  # costs the second grade only
        {
            "Cross_Origin_Embedder_Policy": "unsafe-none",
            "Cross_Origin_Resource_Policy": "cross-origin",
            "Referrer_Policy": "unsafe-url",
        },  # A+, and fewer points than promised
    ],
    ids=["header", "points"],
)
def test_one_page_that_falls_short_makes_the_check_fail(changes):
    card = a_card(**changes)
    assert card.grades.observatory.grade == "A+"
    assert not is_clean([a_card(), card])


def test_a_missing_page_without_headers_makes_the_check_fail():
    missing = PageCard("Missing", "/no/", 404, grade(Exchange("a.test", Reply(404))))
    assert not is_clean([a_card(), missing])


def test_nothing_graded_is_not_clean():
    assert not is_clean([])


def test_the_card_names_each_fault_once_with_its_pages():
    text = render([a_card(), a_card(without="Content-Security-Policy")], PLAIN)
    assert text.count("-25  csp-not-implemented") == 1
    assert "Content-Security-Policy is missing" in text
    assert f"Not every page is A+ twice with {LEAST_SCORE} points or more." in text
    assert "\033" not in text
    assert max(map(len, text.splitlines())) <= 80
