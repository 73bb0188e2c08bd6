from __future__ import annotations

import pytest
from tests.grade.exchanges import (
    ABOUT,
    CASES,
    a_page,
    an_exchange,
    chain,
    listed,
    preflight,
)

from security.grade.exchange import Exchange, Reply, from_recorded
from security.grade.observatory import judge
from security.grade.observatory_scores import EXPECTATIONS, GRADES, grade, score
from security.grade.observatory_tests import ORIGIN

GRADED = [case for case in CASES if case["verdict"]["error"] is None]
CSP, HSTS, COOKIES = "Content_Security_Policy", "Strict_Transport_Security", "Set-Cookie"
XFO, XCTO, REFERRER = "X_Frame_Options", "X_Content_Type_Options", "Referrer_Policy"
COOP, COEP = "Cross_Origin_Opener_Policy", "Cross_Origin_Embedder_Policy"
CORP = "Cross_Origin_Resource_Policy"

MANY = "default-src " + " ".join(f"host{number}.test" for number in range(1000, 2000))


def results(exchange):
    return {verdict.result for verdict in judge(exchange).verdicts}


def policy(text, *more, **options):
    """Build an answer with one or several policies."""
    lines = [("Content-Security-Policy", value) for value in more]
    return an_exchange(**{CSP: text}, lines=lines, **options)


def cookies(*lines, **options):
    return an_exchange(lines=[(COOKIES, line) for line in lines], **options)


def scripts(*tags, **options):
    return an_exchange(body=a_page(*tags), **options)


def redirects(*urls, **options):
    return an_exchange(site={"http": chain(*urls), **options})


@pytest.mark.parametrize("case", GRADED, ids=lambda case: case["id"])
def test_the_verdict_on_a_recorded_site_is_the_observatory_s(case):
    seen = judge(from_recorded(case["input"]))
    tests = {
        one.test: {"result": one.result, "score_modifier": one.modifier, "pass": one.passes}
        for one in seen.verdicts
    }
    assert tests == case["verdict"]["tests"]
    assert (seen.score, seen.grade) == (case["verdict"]["score"], case["verdict"]["grade"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_the_observatory_does_not_grade_is_not_graded(case):
    seen = judge(from_recorded(case["input"]))
    assert (seen.error is None) is (case["verdict"]["error"] is None)
    assert (seen.score is None) is (case["verdict"]["score"] is None)


def test_the_table_has_every_result_with_its_points():
    wanted = {
        name: (row["score_modifier"], row["pass"])
        for rows in ABOUT["expectations"].values()
        for name, row in rows.items()
    }
    assert {name: tuple(row) for name, row in EXPECTATIONS.items()} == wanted


RESULTS = {
    "csp-header-invalid": [
        policy("default-src 'self'; img-src 'self'; img-src *"),
        policy(""),
        policy("a b;c"),
        policy("default-src 'self',"),
        policy("default-src https://a/%zz/x", "default-src https://a/%zz/x"),
        policy("default-src https://a/%C3/x", "default-src https://a/%C3/x"),
        policy("script-src 'strict-dynamic' 'self'; object-src 'none'"),
        an_exchange(
            without="Content-Security-Policy",
            body=a_page('<meta http-equiv=" content-security-policy " content="img">'),
        ),
        policy(MANY, *[MANY] * 150),
    ],
    "csp-not-implemented-but-reporting-enabled": [
        an_exchange(
            without="Content-Security-Policy",
            lines=[("content-security-policy-report-only", "default-src 'self'")],
        ),
    ],
    "csp-not-implemented": [
        an_exchange(without="Content-Security-Policy"),
        policy(";;;;;;;"),
        an_exchange(
            without="Content-Security-Policy",
            body=a_page(
                '<meta http-equiv="Content-Security-Policy" content="frame-ancestors a; sandbox">'
            ),
        ),
    ],
    "csp-implemented-with-unsafe-inline": [
        policy("img-src 'self'"),
        policy("a b; c"),  # six characters are a policy
        policy("default-src 'self'; object-src https://*"),
        policy("script-src data:; object-src 'none'"),
        policy("default-src 'SELF' 'Unsafe-Inline'"),
        policy("script-src 'nonce-a' 'strict-dynamic' data:; object-src 'none'"),
        policy("default-src 'self'; script-src *", "img-src 'self'"),
    ],
    "csp-implemented-with-insecure-scheme": [
        policy("default-src 'self'; report-uri http://a.test/"),
        policy("default-src 'self'; frame-src ftp://a.test"),
        policy("default-src 'self' http://a/", "default-src http://a/b", "default-src 'self'"),
    ],
    "csp-implemented-with-unsafe-eval": [policy("default-src 'self'; style-src 'unsafe-eval'")],
    "csp-implemented-with-insecure-scheme-in-passive-content-only": [
        policy("default-src 'self'; media-src http:"),
    ],
    "csp-implemented-with-unsafe-inline-in-style-src-only": [
        policy("script-src 'self'; object-src 'none'"),
        policy("default-src 'self'; style-src 'unsafe-inline'"),
    ],
    "csp-implemented-with-no-unsafe-default-src-none": [
        policy("default-src"),
        policy("default-src 'none'; img-src 'self'"),
        policy("default-src a.test", "default-src b.test"),
        policy("default-src 'none' 'none'"),
        policy("font-src 'self'", "default-src 'self'; object-src a; script-src b; style-src c"),
    ],
    "csp-implemented-with-no-unsafe": [
        policy("default-src 'self' 'unsafe-inline' 'nonce-a'"),
        policy("script-src 'sha256-a' 'strict-dynamic' https: 'self'; default-src 'self'"),
        policy("default-src 'self' http://a.test", site={"is_secure": False}),
        policy("default-src h https:"),  # what begins with its neighbour is dropped
        policy("default-src https://a/ b", "default-src b https://a/c"),
        an_exchange(
            without="Content-Security-Policy",
            body=a_page('<META CONTENT="default-src a" HTTP-EQUIV=Content-Security-Policy>'),
        ),
    ],
    "csp-implemented-but-duplicate-directives": [
        policy("default-src 'self'; report-uri /a; report-uri /b"),
        policy("default-src 'none'; report-to a; report-to b"),
    ],
    "cookies-not-found": [
        an_exchange(),
        cookies("sessionid=1; Domain=com", "a=1; Domain=other.test", "=1", "bare", "\x01a=1"),
        cookies("__Secure-a=1", "__Host-a=1; Secure; Domain=shop.test"),
        cookies("heroku-session-affinity=1", "__Host-a=1; Path=/"),
        cookies("__Host-a=1; Secure; Path=/a", "a=1; SameSite=odd; Domain=a.shop.test"),
    ],
    "cookies-session-without-secure-flag": [cookies("MySess=1", without=HSTS.replace("_", "-"))],
    "cookies-session-without-httponly-flag": [cookies("sessionid=1; Secure; SameSite=Lax")],
    "cookies-anticsrf-without-samesite-flag": [
        cookies("CSRFtoken=1; Secure"),
        cookies("csrf=1; Secure; SameSite=odd"),
    ],
    "cookies-samesite-flag-invalid": [
        cookies("a=1; Secure; SameSite"),
        cookies("a=1; Secure; SameSite=odd"),
        cookies("a=1; SameSite=None"),
        cookies("samesite=1; Secure"),
    ],
    "cookies-session-without-secure-flag-but-protected-by-hsts": [
        cookies("login=1; HttpOnly; SameSite=Lax"),
    ],
    "cookies-without-secure-flag": [
        cookies("a=1; SameSite=Lax", **{HSTS: "max-age=1"}),
    ],
    "cookies-without-secure-flag-but-protected-by-hsts": [cookies("a=1; Max-Age=0")],
    "cookies-secure-with-httponly-sessions": [
        cookies("sessionid=1; Secure; HttpOnly"),
        cookies("a=1", "a=1; Secure"),  # the second replaces the first
    ],
    "cookies-secure-with-httponly-sessions-and-samesite": [
        cookies("a=1; secure=no; samesite = none"),
        cookies("__Host-a=1; Secure; SameSite=Lax"),
        an_exchange(site={"earlier_cookies": ("a=1; Secure; SameSite=Strict",)}),
    ],
    "coep-header-invalid": [
        an_exchange(**{COEP: "Require-Corp"}),
        an_exchange(**{COEP: '"require-corp"'}),
        an_exchange(lines=[("cross-origin-embedder-policy", "require-corp")]),
    ],
    "coep-not-implemented": [an_exchange(**{COEP: ""})],
    "coep-implemented-with-unsafe-none": [an_exchange(**{COEP: "unsafe-none"})],
    "coep-implemented-with-require-corp": [
        an_exchange(**{COEP: 'require-corp; report-to="a;b"; x=1.5;y=:YQ==:;z=?0;q;d=@1;s=%"a"'}),
    ],
    "coep-implemented-with-credentialless": [an_exchange(**{COEP: "credentialless "})],
    "coop-header-invalid": [
        an_exchange(**{COOP: "same-origin, same-origin"}),
        an_exchange(**{COOP: "same-origin ;a"}),
        an_exchange(**{COOP: "same-origin;A"}),
        an_exchange(**{COOP: "same-origin;a=1234567890123456"}),
    ],
    "coop-not-implemented": [an_exchange(without="Cross-Origin-Opener-Policy")],
    "coop-implemented-with-unsafe-none": [an_exchange(**{COOP: "unsafe-none"})],
    "coop-implemented-with-same-origin": [an_exchange(**{COOP: "same-origin;  a"})],
    "coop-implemented-with-same-origin-allow-popups": [
        an_exchange(**{COOP: "same-origin-allow-popups"}),
    ],
    "coop-implemented-with-noopener-allow-popups": [
        an_exchange(**{COOP: "noopener-allow-popups"}),
    ],
    "corp-header-invalid": [an_exchange(**{CORP: "same-origin, same-origin"})],
    "corp-not-implemented": [an_exchange(**{CORP: " "})],
    "corp-implemented-with-cross-origin": [an_exchange(**{CORP: "cross-origin"})],
    "corp-implemented-with-same-site": [an_exchange(**{CORP: "Same-Site"})],
    "corp-implemented-with-same-origin": [an_exchange()],
    "cross-origin-resource-sharing-not-implemented": [
        an_exchange(),
        an_exchange(site={"preflight": preflight("*", status=301)}),
        an_exchange(site={"preflight": preflight("")}),
    ],
    "cross-origin-resource-sharing-implemented-with-public-access": [
        an_exchange(site={"preflight": preflight("*", "true")}),
    ],
    "cross-origin-resource-sharing-implemented-with-restricted-access": [
        an_exchange(site={"preflight": preflight("null", "true")}),
        an_exchange(site={"preflight": preflight(ORIGIN)}),
        an_exchange(site={"preflight": preflight("*, *")}),
    ],
    "cross-origin-resource-sharing-implemented-with-universal-access": [
        an_exchange(site={"preflight": preflight(ORIGIN, "TRUE")}),
    ],
    "redirection-not-needed-no-http": [an_exchange(site={"http": None})],
    "redirection-invalid-cert": [
        an_exchange(site={"http": chain("http://shop.test/", is_trusted=False)}),
    ],
    "redirection-all-redirects-preloaded": [
        redirects("http://shop.test/", preloads=listed()),
        redirects("http://a.shop.test/", "http://shop.test/", preloads=listed(wide=True)),
    ],
    "redirection-missing": [
        redirects("http://shop.test/"),
        redirects("http://a.shop.test/", preloads=listed()),
        redirects("http://shop.test/", preloads=listed(mode="")),
    ],
    "redirection-not-to-https": [redirects("http://shop.test/", "http://shop.test/a")],
    "redirection-not-to-https-on-initial-redirection": [
        redirects("http://shop.test/", "http://www.shop.test/", "https://www.shop.test/"),
    ],
    "redirection-off-host-from-http": [redirects("http://shop.test/", "https://www.shop.test/")],
    "redirection-to-https": [redirects("http://shop.test/", "https://SHOP.test:8443/")],
    "referrer-policy-not-implemented": [an_exchange(without="Referrer-Policy")],
    "referrer-policy-private": [
        an_exchange(**{REFERRER: "unsafe-url, No-Referrer, odd"}),
        an_exchange(
            **{REFERRER: "unsafe-url"},
            body=a_page(
                '<meta name=" Referrer " content="same-origin"><meta name=referrer content="">'
            ),
        ),
    ],
    "referrer-policy-unsafe": [an_exchange(**{REFERRER: "same-origin, origin"})],
    "referrer-policy-header-invalid": [
        an_exchange(**{REFERRER: ""}),
        an_exchange(
            without="Referrer-Policy", body=a_page("<meta name=referrer content=never>")
        ),
    ],
    "hsts-preloaded": [
        an_exchange(site={"preloads": listed(), "is_trusted": False}),
        an_exchange(site={"preloads": listed("test", wide=True)}),
    ],
    "hsts-not-implemented-no-https": [
        an_exchange(site={"is_secure": False, "preloads": listed()}),
    ],
    "hsts-invalid-cert": [an_exchange(site={"is_trusted": False})],
    "hsts-not-implemented": [an_exchange(without="Strict-Transport-Security")],
    "hsts-header-invalid": [
        an_exchange(**{HSTS: ""}),
        an_exchange(**{HSTS: "max-age = 31536000"}),
        an_exchange(lines=[("strict-transport-security", "max-age=31536000")]),
    ],
    "hsts-implemented-max-age-less-than-six-months": [
        an_exchange(**{HSTS: "max-age=31536000; MAX-AGE= 15551999seconds"}),
        an_exchange(**{HSTS: "max-age=-1"}),
    ],
    "hsts-implemented-max-age-at-least-six-months": [
        an_exchange(**{HSTS: "max-age=forever"}),
        an_exchange(**{HSTS: 'max-age="0"'}),
        an_exchange(**{HSTS: "includeSubDomains; max-age=15552000"}),
        an_exchange(site={"preloads": listed("test")}),
    ],
    "sri-not-implemented-response-not-html": [
        an_exchange(Content_Type="Text/html"),
        an_exchange(Content_Type="text/html ; charset=utf-8"),
    ],
    "html-not-parseable": [an_exchange(body='{"a": 1}'), an_exchange(body=" 1e400 ")],
    "sri-not-implemented-but-no-scripts-loaded": [
        scripts("<!-- <script src=//a.test/a.js></script> -->"),
        an_exchange(without="Content-Type"),
    ],
    "sri-not-implemented-and-external-scripts-not-loaded-securely": [
        scripts("<script src=//shop.test/a.js></script>"),
        scripts("<script src=http://other.test/a.js></script>", without="Content-Type"),
    ],
    "sri-not-implemented-but-external-scripts-loaded-securely": [
        scripts(
            "<script src=/a.js integrity=a></script>",
            "<noscript><script src=https://other.test/a.js integrity></script></noscript>",
        ),
    ],
    "sri-implemented-but-external-scripts-not-loaded-securely": [
        scripts("<script src=http://other.test/a.js integrity=a></script>"),
    ],
    "sri-implemented-and-all-scripts-loaded-securely": [
        scripts(
            "<script src=https://other.test/a.js integrity=a></script>",
            "<script src=https://www.shop.test/a.js integrity=a></script>",
        ),
    ],
    "sri-implemented-and-external-scripts-loaded-securely": [
        scripts("<script src='https://other.test/a.js' integrity=' '></script>"),
    ],
    "sri-not-implemented-but-all-scripts-loaded-from-secure-origin": [
        scripts("<script>1</script>"),
        scripts("<script src='HTTPS://other.test/'></script>", "<script src='///a'></script>"),
        scripts("<script src='http://shop.test/a.js'></script>"),
        scripts("<script src=/a.js integrity=a></script>", site={"is_secure": False}),
    ],
    "x-content-type-options-nosniff": [an_exchange(**{XCTO: "NoSniff"})],
    "x-content-type-options-header-invalid": [an_exchange(**{XCTO: "nosniff, nosniff"})],
    "x-content-type-options-not-implemented": [an_exchange(**{XCTO: ""})],
    "x-frame-options-implemented-via-csp": [
        policy("default-src 'self'; frame-ancestors *"),
        policy("default-src 'strict-dynamic'; frame-ancestors"),
    ],
    "x-frame-options-sameorigin-or-deny": [policy("img-src 'self'", **{XFO: "SameOrigin"})],
    "x-frame-options-allow-from-origin": [policy("img-src 'self'", **{XFO: "Allow-From a"})],
    "x-frame-options-header-invalid": [policy("img-src 'self'", **{XFO: "DENY, DENY"})],
    "x-frame-options-not-implemented": [policy("frame-ancestors 'self'; img-src a; img-src b",
                                               without="X-Frame-Options")],
}  # fmt: skip


def test_every_result_has_an_example():
    assert RESULTS.keys() == EXPECTATIONS.keys()


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_is_found_where_its_rule_says(result):
    assert [results(exchange) & {result} for exchange in RESULTS[result]] == [
        {result} for _ in RESULTS[result]
    ]


@pytest.mark.parametrize(
    ("modifiers", "points"),
    [([], 100), ([-10, 5, 10], 105), ([-15, 5, 10], 85), ([-50, -40, -30, 65], 0), ([65], 165)],
    ids=str,
)
def test_bonuses_count_from_ninety_on(modifiers, points):
    assert score(modifiers) == points


@pytest.mark.parametrize(("letter", "least"), GRADES.items(), ids=str)
def test_a_grade_begins_with_its_least_score(letter, least):
    assert grade(least) == letter
    assert least == 0 or grade(least - 1) != letter


@pytest.mark.parametrize(
    ("exchange", "text"),
    [
        (an_exchange(), "100 - 0 for faults = 100, + 50 for extras = 150 (algorithm 6)"),
        (
            an_exchange(without="Strict-Transport-Security"),
            "100 - 20 for faults = 80; the 50 for extras count from 90 on only (algorithm 6)",
        ),
        (
            Exchange("shop.test", Reply(200), False, http=chain("http://shop.test/")),
            "100 - 90 for faults = 10 (algorithm 6)",
        ),
        (an_exchange(status=500), "The site answers with status 500; pages and login walls are "
         "graded."),
    ],
    ids=["extras", "faults", "bare", "error"],
)  # fmt: skip
def test_the_arithmetic_is_told(exchange, text):
    assert judge(exchange).arithmetic == text


@pytest.mark.parametrize(
    ("status", "is_graded"),
    [(199, False), (200, True), (301, True), (399, True), (400, False), (401, True), (403, True),
     (404, False), (500, False)],
)  # fmt: skip
def test_pages_and_login_walls_are_graded(status, is_graded):
    assert (judge(an_exchange(status=status)).grade is not None) is is_graded


def test_a_site_that_does_not_answer_is_not_graded():
    seen = judge(Exchange("shop.test", None))
    assert (seen.score, seen.grade, seen.verdicts) == (None, None, ())
