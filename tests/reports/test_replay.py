from __future__ import annotations

from datetime import date

import pytest

from security.policy.errors import PolicyError
from security.reports.evidence import Evidence, Violation, evidence
from security.reports.replay import Outcome, replay, summary

PAGE = "https://shop.example/basket/<int>/"
ALLOWED, BLOCKED, UNTOLD = Outcome.ALLOWED, Outcome.BLOCKED, Outcome.UNTOLD


def outcome(header: str, directive: str, blocked: str, **rest: object) -> tuple[Outcome, str]:
    violation = Violation(directive, blocked, **({"document": PAGE} | rest))  # type: ignore[arg-type]
    [found] = replay(header, [violation])
    assert found.violation is violation
    return found.outcome, found.why


def test_a_host_is_let_through_by_a_policy_that_names_it():
    url = "https://cdn.example/a.png"
    assert outcome("img-src cdn.example", "img-src", url) == (ALLOWED, "cdn.example")
    assert outcome("default-src 'self'", "img-src", url) == (BLOCKED, "")
    assert outcome("script-src 'none'", "img-src", url) == (ALLOWED, "")
    assert outcome("img-src 'self'", "img-src", "https://shop.example/x") == (ALLOWED, "'self'")


def test_the_directive_that_decides_is_named():
    [found] = replay("default-src 'none'", [Violation("worker-src", "blob", PAGE)])
    assert found.directive == "default-src"


@pytest.mark.parametrize("scheme", ["data", "data:", "data:image/png,x"])
def test_a_scheme_without_the_rest_is_a_url_of_it(scheme):
    assert outcome("img-src data:", "img-src", scheme) == (ALLOWED, "data:")
    assert outcome("img-src *", "img-src", scheme) == (BLOCKED, "")


def test_a_redirect_is_suspected_where_the_old_policy_allowed_the_url():
    policy = "img-src 'self' cdn.example"
    found, why = outcome(policy, "img-src", "https://cdn.example/a.png", policy=policy)
    assert found is UNTOLD
    assert "redirect" in why
    assert outcome("img-src *", "img-src", "https://cdn.example/", policy=policy)[0] is UNTOLD
    assert outcome("font-src *", "img-src", "https://cdn.example/", policy=policy)[0] is ALLOWED


def test_paths_cannot_be_judged_by_an_origin():
    policy = "frame-src https://cdn.example/embed/"
    found, why = outcome(policy, "frame-src", "https://cdn.example")
    assert found is UNTOLD
    assert "path" in why
    assert outcome(policy, "frame-src", "https://cdn.example/other/")[0] is BLOCKED
    assert outcome(policy, "frame-src", "https://cdn.example/embed/1")[0] is ALLOWED
    assert outcome(policy, "frame-src", "https://other.example")[0] is BLOCKED


STRICT = "script-src 'nonce-removed' 'strict-dynamic'; style-src 'nonce-removed'"


@pytest.mark.parametrize(
    ("directive", "blocked"),
    [
        ("script-src-elem", "inline"),
        ("script-src-elem", "https://cdn.example/a.js"),
        ("style-src-elem", "inline"),
        ("style-src-elem", "https://cdn.example/a.css"),
    ],
)
def test_what_had_no_nonce_is_blocked_still_and_what_needed_none_may_get_one(directive, blocked):
    assert outcome(STRICT, directive, blocked, policy=STRICT) == (BLOCKED, "")
    found, why = outcome(STRICT, directive, blocked, policy="default-src 'self'")
    assert (found, why) == (UNTOLD, "it runs if it carries the nonce")
    assert outcome(STRICT, directive, blocked)[0] is UNTOLD


@pytest.mark.parametrize("directive", ["script-src-attr", "style-src-attr"])
def test_an_attribute_gets_no_nonce(directive):
    assert outcome(STRICT, directive, "inline") == (BLOCKED, "")
    hashes = "default-src 'sha256-YWJj'"
    assert outcome(hashes, directive, "inline") == (BLOCKED, "")
    hashes += " 'unsafe-hashes'"
    assert outcome(hashes, directive, "inline")[0] is UNTOLD
    assert outcome(hashes, directive, "inline", policy=hashes)[0] is BLOCKED


def test_strict_dynamic_lets_in_what_nobody_knows():
    policy = "script-src 'sha256-YWJj' 'strict-dynamic'"
    url = "https://cdn.example/a.js"
    found, why = outcome(policy, "script-src-elem", url, policy="script-src 'self'")
    assert found is UNTOLD
    assert "loads it" in why
    assert outcome(policy, "script-src-elem", url, policy=policy)[0] is BLOCKED


def test_eval_is_told_for_certain():
    assert outcome("script-src 'unsafe-eval'", "script-src", "eval")[0] is ALLOWED
    assert outcome(STRICT, "script-src", "eval") == (BLOCKED, "")
    assert outcome("script-src 'wasm-unsafe-eval'", "script-src", "wasm-eval")[0] is ALLOWED


def test_who_framed_a_page_is_never_told():
    asked = ("frame-ancestors", "https://shop.example/")
    assert outcome("frame-ancestors 'self'", *asked)[0] is UNTOLD
    assert outcome("frame-ancestors 'none'", *asked)[0] is BLOCKED
    assert outcome("default-src 'none'", *asked)[0] is ALLOWED


@pytest.mark.parametrize("blocked", ["", "null"])
def test_what_a_browser_did_not_name_is_blocked_for_certain_by_none_alone(blocked):
    assert outcome("frame-src 'self'", "frame-src", blocked)[0] is UNTOLD
    assert outcome("frame-src 'none'", "frame-src", blocked)[0] is BLOCKED
    assert outcome("frame-src", "frame-src", blocked)[0] is BLOCKED
    assert outcome("img-src *, frame-src 'none'", "frame-src", blocked)[0] is BLOCKED
    assert outcome("img-src *", "frame-src", blocked)[0] is ALLOWED


def test_a_page_without_an_origin_does_not_tell_what_self_is():
    asked = ("img-src", "https://shop.example/a.png")
    assert outcome("img-src 'self'", *asked, document="about")[0] is UNTOLD
    assert outcome("img-src cdn.example", *asked, document="about")[0] is UNTOLD
    assert outcome("img-src https://cdn.example", *asked, document="about")[0] is BLOCKED


def test_old_browsers_say_self_of_the_page_itself():
    assert outcome("img-src 'self'", "img-src", "self")[0] is ALLOWED
    assert outcome("img-src 'none'", "img-src", "self")[0] is BLOCKED


def test_trusted_types_are_told():
    sink = ("require-trusted-types-for", "trusted-types-sink")
    assert outcome("require-trusted-types-for 'script'", *sink)[0] is BLOCKED
    assert outcome("require-trusted-types-for", *sink)[0] is ALLOWED
    assert outcome("default-src 'none'", *sink)[0] is ALLOWED
    made = ("trusted-types", "trusted-types-policy")
    assert outcome("trusted-types app", *made, sample="app")[0] is ALLOWED
    assert outcome("trusted-types app", *made, sample="other")[0] is BLOCKED
    assert outcome("trusted-types *", *made, sample="other")[0] is ALLOWED
    twice = {"sample": "app", "policy": "trusted-types app"}
    assert outcome("trusted-types app", *made, **twice)[0] is BLOCKED
    assert outcome("trusted-types app 'allow-duplicates'", *made, **twice)[0] is ALLOWED


def test_every_policy_of_a_header_has_to_allow():
    url = "https://cdn.example/a.png"
    assert outcome("img-src *, default-src 'self'", "img-src", url)[0] is BLOCKED


def test_a_policy_that_was_too_long_to_read_is_no_policy():
    url = "https://cdn.example/a.png"
    assert outcome("img-src *", "img-src", url, policy="img-src *" * 99_999)[0] is ALLOWED
    with pytest.raises(PolicyError):
        replay("a" * 300_000, [])


def test_groups_and_reports_are_counted():
    violations = [
        Violation("img-src", "https://cdn.example", PAGE, count=1_000),
        Violation("img-src", "https://other.example", PAGE, count=2),
        Violation("img-src", "data", PAGE),
        Violation("frame-ancestors", "", PAGE),
    ]
    counted = summary(replay("img-src cdn.example; frame-ancestors 'self'", violations))
    assert counted.groups == {ALLOWED: 1, BLOCKED: 2, UNTOLD: 1}
    assert counted.reports == {ALLOWED: 1_000, BLOCKED: 3, UNTOLD: 1}
    assert str(counted) == (
        "allowed: 1 groups, 1,000 reports; blocked: 2 groups, 3 reports; "
        "untold: 1 groups, 1 reports"
    )


def test_evidence_adds_up():
    first = Violation("img-src", "a", PAGE, count=3, pages=("/b/",), browsers=("Firefox",))
    second = Violation(
        "img-src",
        "a",
        PAGE,
        count=1_000,
        pages=("/a/", "/b/"),
        browsers=("Chrome", "Firefox"),
        visitors=7,
        first_seen=date(2026, 2, 27),
        last_seen=date(2026, 3, 1),
    )
    assert evidence([first, second]) == Evidence(1_003, ("/a/", "/b/"), ("Chrome", "Firefox"), 3, 7)
    assert str(evidence([first, second])) == (
        "1,003 reports, 2 pages, 2 browsers, 3 days, 7 visitors"
    )
    assert str(evidence([Violation("img-src", "a", PAGE)])) == "1 report, 1 page"
