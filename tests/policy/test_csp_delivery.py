from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy.csp import NONCE, ContentSecurityPolicy, delivery
from security.policy.csp.match import Request, allows

URLS = {"main": "/reports/"}
BLOCKED = [
    Request("script-src-elem", "inline", "https://a.example"),
    Request("script-src-elem", "inline", "https://a.example", nonce="a"),
    Request("img-src", "https://b.example/x.png", "https://a.example"),
    Request("frame-ancestors", "https://b.example", "https://a.example"),
    Request("form-action", "https://a.example/", "https://a.example"),
]
DIRECTIVES = st.dictionaries(
    st.sampled_from(["default-src", "script-src", "img-src", "frame-ancestors", "form-action"]),
    st.sampled_from(["'none'", "'self'", "*", "https://b.example"]),
    min_size=1,
)


def sent(text, urls=URLS, *, secure=True):
    """Return the policies of the header, apart."""
    policy = ContentSecurityPolicy.parse(text)
    return [str(each) for each in delivery.deliverable(policy, urls, secure=secure)]


@pytest.mark.parametrize("secure", [True, False])
def test_a_policy_that_names_no_endpoint_stays_as_it_is(secure):
    text = "img-src *; report-uri /r/; frame-ancestors 'none'"
    assert sent(text, secure=secure) == [text]


def test_what_report_to_loses_is_told_by_a_second_policy():
    assert sent("img-src *; report-to main; frame-ancestors 'none'") == [
        "img-src *; report-to main",
        "img-src *; frame-ancestors 'none'; report-uri /reports/?twin",
    ]


def test_plain_http_has_the_address_alone():
    text = "img-src *; report-to main; frame-ancestors 'none'"
    assert sent(text, secure=False) == ["img-src *; frame-ancestors 'none'; report-uri /reports/"]


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("urls", [{}, {"other": "/reports/"}], ids=["none", "other"])
def test_an_endpoint_that_is_not_declared_is_not_named(urls, secure):
    assert sent("img-src *; report-to main; report-uri /r/", urls, secure=secure) == [
        "img-src *; report-uri /r/"
    ]


@pytest.mark.parametrize("urls", [{}, URLS], ids=["none", "declared"])
def test_nothing_but_a_name_is_no_policy(urls):
    assert sent("report-to main", urls) == []


def test_an_address_of_the_author_s_own_stays():
    text = "img-src *; report-uri https://r.example/; report-to main"
    assert sent(text, secure=False) == ["img-src *; report-uri https://r.example/"]
    assert sent(text) == ["img-src *; report-to main", "img-src *; report-uri https://r.example/"]


def test_a_collector_elsewhere_gets_its_own_address():
    urls = {"main": "https://r.example/?site=1"}
    assert sent("img-src *; report-to main", urls)[1:] == [
        "img-src *; report-uri https://r.example/?site=1"
    ]


def test_an_address_with_a_query_keeps_it():
    urls = {"main": "/reports/?token=abc"}
    assert sent("img-src *; report-to main", urls)[1:] == [
        "img-src *; report-uri /reports/?token=abc&twin"
    ]


def test_an_address_cannot_end_its_directive():
    urls = {"main": "/r/;script-src,*"}
    assert sent("img-src *; report-to main", urls, secure=False) == [
        "img-src *; report-uri /r/%3Bscript-src%2C*"
    ]


@pytest.mark.parametrize("flags", ["", " allow-scripts", " allow-scripts allow-forms"])
def test_a_page_without_an_origin_reports_to_an_address_only(flags):
    assert sent(f"sandbox{flags}; report-to main") == [f"sandbox{flags}; report-uri /reports/"]


def test_a_sandboxed_page_with_its_origin_has_both():
    assert len(sent("sandbox Allow-Same-Origin; report-to main")) == 2


def test_frame_ancestors_alone_need_no_name():
    assert sent("frame-ancestors 'none'; report-to main") == [
        "frame-ancestors 'none'; report-uri /reports/"
    ]


def test_two_long_policies_are_too_much_for_a_proxy():
    long = f"img-src {' '.join(f'https://host-{number:04}.example' for number in range(80))}"
    assert len(sent(f"{long[:1900].rpartition(' ')[0]}; report-to main")) == 2
    assert sent(f"{long}; report-to main") == [f"{long}; report-uri /reports/"]


def test_a_policy_that_has_no_room_for_an_address_goes_without():
    hosts = " ".join(f"https://host-{number:06}.example" for number in range(584))
    full = f"img-src {hosts}/paths"
    assert len(f"{full}; report-uri /reports/") > 16_384
    assert sent(f"{full}; report-to main") == [full]


@given(DIRECTIVES, st.sampled_from(BLOCKED))
def test_two_policies_allow_what_the_one_allows(directives, request):
    policy = ContentSecurityPolicy.from_mapping({**directives, "report-to": "main"})
    text = delivery.compiled(delivery.deliverable(policy, URLS, secure=True)).unused
    assert allows(text, request).allowed == allows(str(policy), request).allowed


def compiled(*texts):
    return delivery.compiled(tuple(map(ContentSecurityPolicy.parse, texts)))


def test_no_policy_compiles_to_no_header():
    assert compiled() is None


def test_policies_share_one_header():
    assert compiled("img-src *", "base-uri 'none'") == ("img-src *, base-uri 'none'", ())


def test_every_policy_gets_the_nonce():
    first, second = f"script-src 'self' {NONCE}; img-src *", f"frame-src *; style-src {NONCE}"
    text = compiled(first, second, "img-src *")
    assert text.unused == "script-src 'self'; img-src *, frame-src *; style-src 'none', img-src *"
    assert "'nonce-a'".join(text.parts) == (
        "script-src 'self' 'nonce-a'; img-src *, frame-src *; style-src 'nonce-a', img-src *"
    )
