import json
from dataclasses import replace
from pathlib import Path

import pytest
from demo.card import LEAST_SCORE, PageCard, is_clean, render
from demo.card_headers import HEADERS, grade_headers
from demo.card_rules import ORIGIN, Exchange, Reply, is_gradable, judge
from demo.card_scores import MODIFIERS, grade, score
from demo.terminal import Style
from hypothesis import given
from hypothesis import strategies as st

SUBSET = Path(__file__).resolve().parent.parent / "data" / "observatory-subset.json"
CASES = json.loads(SUBSET.read_text())["cases"]
GRADED = [case for case in CASES if case["results"]]

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
SESSION = "__Host-sessionid=1; Path=/; Secure; HttpOnly; SameSite=Lax"
PLAIN = Style(is_colourful=False)


def an_exchange(*, without="", body="", **headers):
    """Build the best of answers, but for one header left out and others replaced."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {name: value for name, value in (BEST | named).items() if name != without}
    return Exchange(
        host="shop.test",
        reply=Reply(200, tuple(lines.items()), body),
        chain=("http://shop.test/", "https://shop.test/"),
    )


def recorded(case):
    preflight = case["preflight"]
    return Exchange(
        host=case["host"],
        reply=Reply(case["status"], tuple(map(tuple, case["headers"])), case["body"]),
        is_secure=case["https"],
        is_trusted=bool(case["certificate"]),
        chain=tuple(case["chain"]),
        is_chain_trusted=case["chain_certificate"] is not False,
        preflight=preflight and Reply(preflight["status"], tuple(map(tuple, preflight["headers"]))),
    )


def results(exchange):
    return {verdict.test: verdict.result for verdict in judge(exchange)}


def points(exchange):
    return score(verdict.modifier for verdict in judge(exchange))


def a_card(exchange):
    return PageCard("Home", "/", 200, judge(exchange), grade_headers(exchange))


@pytest.mark.parametrize("case", GRADED, ids=lambda case: case["id"])
def test_the_verdict_on_a_recorded_site_is_the_observatory_s(case):
    exchange = recorded(case)
    assert results(exchange) == case["results"]
    assert (points(exchange), grade(points(exchange))) == (case["score"], case["grade"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_the_observatory_does_not_grade_is_not_graded(case):
    assert is_gradable(case["status"]) is (case["results"] is not None)


def test_the_best_of_answers_gets_every_bonus_but_cookies_and_integrity():
    assert points(an_exchange()) == 150


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (
            {"Content_Security_Policy": "default-src 'self' 'unsafe-inline'"},
            "csp-implemented-with-unsafe-inline",
        ),
        ({"Content_Security_Policy": "script-src 'strict-dynamic'"}, "csp-header-invalid"),
        (
            {"Content_Security_Policy": "default-src 'none'; default-src 'self'"},
            "csp-header-invalid",
        ),
        (
            {"Content_Security_Policy": "default-src 'none'; report-to a; report-to b"},
            "csp-implemented-but-duplicate-directives",
        ),
        (
            {
                "without": "Content-Security-Policy",
                "Content_Security_Policy_Report_Only": "default-src 'none'",
            },
            "csp-not-implemented-but-reporting-enabled",
        ),
        (
            {"Strict_Transport_Security": "max-age=15551999"},
            "hsts-implemented-max-age-less-than-six-months",
        ),
        ({"Strict_Transport_Security": "max-age=9, max-age=9"}, "hsts-header-invalid"),
        (
            {"Set_Cookie": "sessionid=1; Secure; SameSite=Lax"},
            "cookies-session-without-httponly-flag",
        ),
        (
            {"Set_Cookie": "csrftoken=1; Secure; HttpOnly"},
            "cookies-anticsrf-without-samesite-flag",
        ),
        ({"Set_Cookie": SESSION}, "cookies-secure-with-httponly-sessions-and-samesite"),
        ({"Cross_Origin_Opener_Policy": '"same-origin"'}, "coop-header-invalid"),
        ({"X_Content_Type_Options": "nosniff;"}, "x-content-type-options-header-invalid"),
        ({"without": "X-Frame-Options"}, "x-frame-options-not-implemented"),
        ({"Referrer_Policy": "no-referrer, unsafe-url"}, "referrer-policy-unsafe"),
        (
            {"body": "<script src=//cdn.test/a.js integrity=sha256-x></script>"},
            "sri-implemented-but-external-scripts-not-loaded-securely",
        ),
        (
            {"body": "<script src=/a.js></script>"},
            "sri-not-implemented-but-all-scripts-loaded-from-secure-origin",
        ),
    ],
)
def test_a_changed_answer_changes_the_verdict(changes, result):
    assert result not in results(an_exchange()).values()
    assert result in results(an_exchange(**changes)).values()


def test_half_a_year_of_hsts_is_enough():
    exchange = an_exchange(Strict_Transport_Security="max-age=15552000")
    result = "hsts-implemented-max-age-at-least-six-months"
    assert results(exchange)["strict-transport-security"] == result


@pytest.mark.parametrize(
    ("chain", "result"),
    [
        ((), "redirection-not-needed-no-http"),
        (("http://shop.test/",), "redirection-missing"),
        (("http://shop.test/", "https://shop.test:8443/"), "redirection-to-https"),
        (("http://shop.test/", "https://www.shop.test/"), "redirection-off-host-from-http"),
        (
            ("http://shop.test/", "http://shop.test/a", "https://shop.test/a"),
            "redirection-not-to-https-on-initial-redirection",
        ),
        (("http://shop.test/", "http://shop.test/a"), "redirection-not-to-https"),
    ],
)
def test_the_way_from_http_is_judged(chain, result):
    assert results(replace(an_exchange(), chain=chain))["redirection"] == result


@pytest.mark.parametrize(
    ("status", "headers", "result"),
    [
        (200, {"Access-Control-Allow-Origin": "*"}, "public-access"),
        (
            200,
            {"Access-Control-Allow-Origin": ORIGIN, "Access-Control-Allow-Credentials": "true"},
            "universal-access",
        ),
        (200, {"Access-Control-Allow-Origin": "https://a.test"}, "restricted-access"),
    ],
)
def test_the_preflight_is_judged(status, headers, result):
    exchange = replace(an_exchange(), preflight=Reply(status, tuple(headers.items())))
    test = "cross-origin-resource-sharing"
    assert results(exchange)[test] == f"{test}-implemented-with-{result}"


def test_a_failed_preflight_counts_for_nothing():
    preflight = Reply(403, (("Access-Control-Allow-Origin", "*"),))
    exchange = replace(an_exchange(), preflight=preflight)
    test = "cross-origin-resource-sharing"
    assert results(exchange)[test] == f"{test}-not-implemented"


def test_a_cookie_that_a_jar_refuses_does_not_count():
    exchange = an_exchange(Set_Cookie=f"{SESSION}; Domain=shop.test")
    assert results(exchange)["cookies"] == "cookies-not-found"


def test_a_cookie_set_by_a_redirect_counts():
    exchange = replace(an_exchange(), earlier_cookies=("login=1; Secure; SameSite=Lax",))
    assert results(exchange)["cookies"] == "cookies-session-without-httponly-flag"


@pytest.mark.parametrize(
    ("modifiers", "points"),
    [((-10, 25), 115), ((-11, 25), 89), ((-60, -60), 0), ((), 100), ((65,), 165)],
)
def test_bonuses_count_from_90_points_only(modifiers, points):
    assert score(modifiers) == points


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*BEST, "Set-Cookie", "Content-Security-Policy-Report-Only"]),
            st.text("';,= -*:/.\"abcdefmnorst159", max_size=60) | st.text(max_size=20),
        ),
        max_size=8,
    ),
    st.text("<>scriptmeahqu=-/\"' {}[0]", max_size=80),
)
def test_any_answer_gets_twelve_known_verdicts(headers, body):
    exchange = Exchange(host="shop.test", reply=Reply(200, tuple(headers), body))
    verdicts = judge(exchange)
    assert len({verdict.test for verdict in verdicts}) == 12
    assert {verdict.result for verdict in verdicts} <= MODIFIERS.keys()
    assert grade_headers(exchange).letter in {"A+", "A", "B", "C", "D", "E", "F"}


def test_six_headers_over_https_are_a_plus():
    assert grade_headers(an_exchange()).letter == "A+"


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_header_is_named_and_costs_the_plus(name):
    graded = grade_headers(an_exchange(without=name))
    assert (graded.letter, graded.missing) == ("A", (name,))


def test_frame_ancestors_stand_in_for_x_frame_options():
    policy = "default-src 'none'; frame-ancestors 'none'"
    exchange = an_exchange(without="X-Frame-Options", Content_Security_Policy=policy)
    assert grade_headers(exchange).letter == "A+"


@pytest.mark.parametrize("name", ["script-src", "default-src"])
def test_unsafe_inline_is_a_warning_and_costs_the_plus(name):
    graded = grade_headers(an_exchange(Content_Security_Policy=f"{name} 'unsafe-inline'"))
    assert (graded.letter, graded.warnings) == ("A", (f"'unsafe-inline' in {name}",))


def test_unsafe_inline_beside_a_nonce_is_no_warning():
    policy = "script-src 'unsafe-inline' 'nonce-abcdefgh'"
    assert grade_headers(an_exchange(Content_Security_Policy=policy)).warnings == ()


def test_a_page_is_clean_with_a_plus_twice_and_points_enough():
    assert is_clean([a_card(an_exchange())])


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
    card = a_card(an_exchange(**changes))
    assert card.letter == "A+"
    assert not is_clean([a_card(an_exchange()), card])


def test_a_missing_page_without_headers_makes_the_check_fail():
    missing = PageCard("Missing", "/no/", 404, (), grade_headers(Exchange("a.test", Reply(404))))
    assert not is_clean([a_card(an_exchange()), missing])


def test_nothing_graded_is_not_clean():
    assert not is_clean([])


def test_the_card_names_each_fault_once_with_its_pages():
    faulty = an_exchange(without="Content-Security-Policy")
    text = render([a_card(an_exchange()), a_card(faulty)], PLAIN)
    assert text.count("-25  csp-not-implemented") == 1
    assert "Content-Security-Policy is missing" in text
    assert f"Not every page is A+ twice with {LEAST_SCORE} points or more." in text
    assert "\033" not in text
    assert max(map(len, text.splitlines())) <= 80
