from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from tests.grade.exchanges import (
    BEST,
    POLICY,
    a_page,
    an_exchange,
    chain,
    listed,
    preflight,
)
from tests.meta.tree import ROOT

from security.grade import rules
from security.grade.card import grade
from security.grade.exchange import Exchange
from security.grade.finding import MAX_SUBJECT, Finding, Severity
from security.grade.observatory_tests import ORIGIN
from security.grade.rules.subject import MAX_POLICIES

MODULES = [import_module(f"{rules.__name__}.{one.name}") for one in iter_modules(rules.__path__)]
FINDINGS = {
    value.id: value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, Finding)
}
CSP, HSTS, COOKIES = "Content_Security_Policy", "Strict_Transport_Security", "Set-Cookie"
XFO, XCTO, REFERRER = "X_Frame_Options", "X_Content_Type_Options", "Referrer_Policy"
COOP, COEP = "Cross_Origin_Opener_Policy", "Cross_Origin_Embedder_Policy"
CORP, PERMISSIONS = "Cross_Origin_Resource_Policy", "Permissions_Policy"
YEAR = "max-age=31536000; includeSubDomains"
UNFRAMED = POLICY.replace("; frame-ancestors 'none'", "")
GOOD_COOKIE = "__Host-sessionid=1; Path=/; Secure; HttpOnly; SameSite=Lax"


def ids(exchange):
    return {finding.id for finding in grade(exchange).findings}


def cookie(line, **options):
    return an_exchange(lines=[(COOKIES, line)], **options)


def meta(content):
    return a_page(f'<meta http-equiv="Content-Security-Policy" content="{content}">')


EXAMPLES = {
    "transport.no-https": an_exchange(site={"is_secure": False}),
    "transport.certificate": an_exchange(site={"is_trusted": False}),
    "transport.no-redirect": an_exchange(site={"http": chain("http://shop.test/")}),
    "transport.detour": an_exchange(
        site={"http": chain("http://shop.test/", "http://a.test/", "https://a.test/")}
    ),
    "hsts.missing": an_exchange(without="Strict-Transport-Security"),
    "hsts.invalid": an_exchange(**{HSTS: "max-age=1; max-age=2"}),
    "hsts.off": an_exchange(**{HSTS: "max-age=0"}),
    "hsts.short": an_exchange(**{HSTS: "max-age=15551999; includeSubDomains"}),
    "hsts.no-subdomains": an_exchange(**{HSTS: "max-age=31536000"}),
    "hsts.preload-refused": an_exchange(**{HSTS: "max-age=31535999; includeSubDomains; preload"}),
    "hsts.preload-at-risk": an_exchange(**{HSTS: YEAR}, site={"preloads": listed()}),
    "hsts.repeated": an_exchange(lines=[("strict-transport-security", YEAR)]),
    "csp.missing": an_exchange(without="Content-Security-Policy"),
    "csp.report-only": an_exchange(
        without="Content-Security-Policy",
        lines=[("Content-Security-Policy-Report-Only", POLICY)],
    ),
    "csp.meta": an_exchange(without="Content-Security-Policy", body=meta(POLICY)),
    "csp.too-many": an_exchange(**{CSP: ", ".join([POLICY] * (MAX_POLICIES + 1))}),
    "cookies.session-no-secure": cookie("sessionid=1; HttpOnly; SameSite=Lax"),
    "cookies.no-secure": cookie("csrftoken=1; SameSite=Lax"),
    "cookies.session-no-httponly": cookie("sessionid=1; Secure; SameSite=Lax"),
    "cookies.no-samesite": cookie("a=1; Secure"),
    "cookies.none-without-secure": cookie("a=1; SameSite=None"),
    "cookies.broken-prefix": cookie("__Host-a=1; Secure; Path=/a; SameSite=Lax"),
    "cookies.no-prefix": cookie("sessionid=1; Secure; HttpOnly; SameSite=Lax"),
    "cookies.wide-session": cookie("__Secure-sess=1; Domain=shop.test; Secure; HttpOnly"),
    "cookies.foreign-domain": cookie("a=1; Domain=other.test; Secure; SameSite=Lax"),
    "cookies.too-large": cookie(f"a={'b' * 4096}; Secure; SameSite=Lax"),
    "scripts.insecure": an_exchange(body=a_page("<script src='HTTP://shop.test/a.js'></script>")),
    "scripts.no-integrity": an_exchange(body=a_page("<script src='//other.test/'></script>")),
    "sharing.any-origin": an_exchange(site={"preflight": preflight(ORIGIN, "true")}),
    "sharing.null-origin": an_exchange(site={"preflight": preflight("null", "true")}),
    "sharing.reflected": an_exchange(site={"preflight": preflight(ORIGIN, "TRUE")}),
    "sharing.star-with-credentials": an_exchange(site={"preflight": preflight("*", "true")}),
    "frames.missing": an_exchange(**{CSP: UNFRAMED}, without="X-Frame-Options"),
    "frames.invalid": an_exchange(**{CSP: UNFRAMED, XFO: "DENY, SAMEORIGIN"}),
    "frames.allow-from": an_exchange(**{CSP: UNFRAMED, XFO: "ALLOW-FROM https://a.test"}),
    "frames.conflict": an_exchange(**{CSP: f"{UNFRAMED}; frame-ancestors 'self'", XFO: "DENY"}),
    "frames.only-in-meta": an_exchange(
        **{CSP: UNFRAMED}, without="X-Frame-Options", body=meta("img-src a; frame-ancestors a")
    ),
    "frames.no-ancestors": an_exchange(**{CSP: UNFRAMED}),
    "nosniff.missing": an_exchange(without="X-Content-Type-Options"),
    "nosniff.invalid": an_exchange(**{XCTO: "sniff"}),
    "nosniff.no-type": an_exchange(without="Content-Type", body="text"),
    "referrer.missing": an_exchange(without="Referrer-Policy"),
    "referrer.invalid": an_exchange(**{REFERRER: "never"}),
    "referrer.unsafe": an_exchange(**{REFERRER: "same-origin, unsafe-url"}),
    "referrer.telling": an_exchange(**{REFERRER: "origin"}),
    "coop.missing": an_exchange(without="Cross-Origin-Opener-Policy"),
    "coop.invalid": an_exchange(**{COOP: "Same-Origin"}),
    "coop.unsafe-none": an_exchange(**{COOP: "unsafe-none"}),
    "coep.missing": an_exchange(without="Cross-Origin-Embedder-Policy"),
    "coep.invalid": an_exchange(**{COEP: "yes"}),
    "coep.alone": an_exchange(without="Cross-Origin-Opener-Policy"),
    "corp.missing": an_exchange(without="Cross-Origin-Resource-Policy"),
    "corp.invalid": an_exchange(**{CORP: "Same-Origin"}),
    "permissions.missing": an_exchange(without="Permissions-Policy"),
    "permissions.invalid": an_exchange(**{PERMISSIONS: "camera 'none'"}),
    "permissions.unknown-feature": an_exchange(**{PERMISSIONS: "kamera=()"}),
    "permissions.everybody": an_exchange(**{PERMISSIONS: "camera=*"}),
    "permissions.old-name": an_exchange(lines=[("Feature-Policy", "camera 'none'")]),
    "caching.shared-cookie": cookie(GOOD_COOKIE, Cache_Control="public, max-age=60"),
    "caching.shared-nonce": an_exchange(Cache_Control="s-maxage=60"),
    "caching.session-kept": cookie(GOOD_COOKIE),
    "reporting.invalid": an_exchange(Reporting_Endpoints='main="http://a.test/"'),
    "reporting.undeclared": an_exchange(
        **{COOP: 'same-origin; report-to="main"'}, Reporting_Endpoints='other="https://a.test/"'
    ),
    "reporting.old-name": an_exchange(Report_To='{"group": "main"}'),
    "clear-site-data.invalid": an_exchange(Clear_Site_Data="cookies"),
    "clear-site-data.insecure": an_exchange(
        Clear_Site_Data='"cookies"', site={"is_secure": False}
    ),
    "disclosure.server": an_exchange(Server="nginx/1.27.1"),
    "disclosure.software": an_exchange(X_Powered_By="PHP"),
    "disclosure.debug": an_exchange(
        status=404, body="<p>because you have <code>DEBUG = True</code> in your settings"
    ),
    "legacy.xss-filter": an_exchange(X_XSS_Protection="1; mode=block"),
    "legacy.gone": an_exchange(Expect_CT="max-age=1"),
}  # fmt: skip
HARMLESS = [
    an_exchange(),
    cookie(GOOD_COOKIE, Cache_Control="private, no-store"),
    cookie("a=1; Secure; SameSite=Lax"),
    an_exchange(Cache_Control="public, no-cache"),
    an_exchange(**{XFO: "SAMEORIGIN"}),
    an_exchange(**{COOP: 'same-origin; report-to="m"'}, Reporting_Endpoints='m="https://a.test/"'),
    an_exchange(Clear_Site_Data='"cookies", "odd"', X_XSS_Protection="0", Server="nginx"),
    an_exchange(site={"preloads": listed()}),
    an_exchange(site={"http": None, "preflight": preflight("*")}),
    an_exchange(
        body=a_page(
            "<script src=/a.js></script><script src='https://www.shop.test/'></script>",
            "<script src='https://other.test/a.js' integrity=a></script><script>1</script>",
            "<script src='https://[/'></script><script src='data:,1'></script>",
        )
    ),
]


def test_every_finding_has_an_example():
    assert EXAMPLES.keys() == FINDINGS.keys()


def test_every_finding_stands_in_one_place():
    names = [
        value.id
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, Finding)
    ]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_fault_is_found(name):
    assert name in ids(EXAMPLES[name])


@pytest.mark.parametrize("number", range(len(HARMLESS)))
def test_what_is_right_is_not_faulted(number):
    assert {name for name in ids(HARMLESS[number]) if not name.startswith("csp.")} == set()


def test_the_worst_comes_first():
    ranks = [one.severity for one in grade(EXAMPLES["transport.no-https"]).findings]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] is Severity.HIGH


def test_findings_of_the_lint_say_where():
    found = grade(an_exchange(**{CSP: "script-src *; object-src 'none'"})).findings
    (one,) = [finding for finding in found if finding.id == "csp.PLAIN_WILDCARD"]
    assert (one.severity, one.subject) == (Severity.HIGH, "script-src *")


def test_every_policy_of_a_header_is_judged_once():
    text = "script-src *; object-src 'none'"
    found = grade(an_exchange(**{CSP: f"{text}, {text}"}, body=meta(text))).findings
    assert [one.id for one in found].count("csp.PLAIN_WILDCARD") == 1


def test_a_directive_of_one_policy_is_missing_in_none():
    alone, other = "script-src 'self'", "frame-ancestors 'none'; object-src 'none'"
    missing = {"csp.BULWARK_FRAME_ANCESTORS_MISSING", "csp.MISSING_DIRECTIVES"}
    assert missing <= ids(an_exchange(**{CSP: alone}))
    assert not missing & ids(an_exchange(**{CSP: f"{alone}, {other}"}))
    assert missing <= ids(an_exchange(**{CSP: f"{alone}, {alone}"}))


def test_the_lint_knows_the_declared_endpoints():
    policy = f"{POLICY}; report-to main"
    lost = "csp.BULWARK_REPORT_TO_WITHOUT_ENDPOINT"
    assert lost in ids(an_exchange(**{CSP: policy}))
    assert lost in ids(an_exchange(**{CSP: policy}, Reporting_Endpoints="broken"))
    declared = an_exchange(**{CSP: policy}, Reporting_Endpoints='main="https://a.test/"')
    assert lost not in ids(declared)


def test_a_long_value_is_cut():
    found = grade(an_exchange(**{REFERRER: "x" * 10_000})).findings
    (one,) = [finding for finding in found if finding.id == "referrer.invalid"]
    assert one.subject == "x" * MAX_SUBJECT


def test_a_cookie_of_a_redirect_is_judged_too():
    assert "cookies.no-secure" in ids(an_exchange(site={"earlier_cookies": ("a=1",)}))


def test_an_answer_that_is_no_page_needs_no_policy():
    exchange = an_exchange(
        without=set(BEST) - {"Content-Type"}, Content_Type="application/json", body="{}"
    )
    assert ids(exchange) == {"hsts.missing", "nosniff.missing", "corp.missing"}


def test_where_nothing_answers_nothing_is_found():
    assert grade(Exchange("shop.test", None)).findings == ()


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_leads_to_a_heading_of_the_docs(name):
    page, _, anchor = FINDINGS[name].docs.partition("#")
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert not anchor or anchor in slugs


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_says_what_it_means_and_what_to_do(name):
    finding = FINDINGS[name]
    assert finding.message.endswith(".")
    assert finding.hint.endswith(".")
    assert re.fullmatch(r"[a-z-]+\.[a-z-]+", finding.id)
