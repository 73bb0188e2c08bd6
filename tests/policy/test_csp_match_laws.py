from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.strategies import any_text, law

from security.policy.csp.match import Request, allows, hashes_of, read_policies
from security.policy.csp.merge import merge

NAMES = ["default-src", "script-src", "script-src-elem", "style-src", "img-src", "frame-src"]
NAMES += ["worker-src", "connect-src", "form-action", "base-uri", "frame-ancestors", "object-src"]
# Without child-src: where it is added, workers no longer fall back to script-src.
HOSTS = ["https:", "http:", "ws:", "data:", "*", "'self'", "a.test", "https://a.test", "*.a.test"]
HOSTS += ["a.test:8080", "a.test:*", "a.test/p/", "http://a.test:80", "https://b.a.test/p/x", "%"]
WORDS = ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "'wasm-unsafe-eval'", "'none'"]
WORDS += ["'report-sample'", "'trusted-types-eval'"]
HASH = hashes_of("1")[0]
MARKS = ["'nonce-YQ'", f"'{HASH}'"]
DYNAMIC = "'strict-dynamic'"

directives = st.sampled_from(NAMES)
sources = st.lists(st.sampled_from([*HOSTS, *WORDS, *MARKS, DYNAMIC]), max_size=5)
policies = st.dictionaries(directives, sources, min_size=1, max_size=4)
urls = st.sampled_from(
    [
        *("https://a.test/", "http://a.test/p/x", "https://b.a.test/p/x", "wss://a.test:8080/"),
        *("https://page.test/", "http://page.test:8080/", "data:x", "blob:https://page.test/1"),
        *("inline", "eval", "wasm-eval", "javascript:1", "https://c.test/", "nonsense", ""),
    ]
)
requests = st.builds(
    Request,
    st.sampled_from([*NAMES, "script-src-attr", "style-src-elem", "style-src-attr"]),
    urls,
    st.sampled_from(["https://page.test", "http://page.test", "null", None]),
    nonce=st.sampled_from([None, "YQ", "Yg"]),
    hashes=st.sampled_from([(), (HASH,), hashes_of("2")]),
    parser_inserted=st.booleans(),
    redirected=st.booleans(),
)


def written(policy: dict[str, list[str]]) -> str:
    return "; ".join(" ".join([name, *values]) for name, values in policy.items())


def allowed(policy: dict[str, list[str]], request: Request) -> bool:
    return allows(written(policy), request).allowed


def with_source(policy: dict[str, list[str]], data: st.DataObject, words: list[str]):
    """Return the policy with a word put somewhere into one of its lists."""
    name = data.draw(st.sampled_from(sorted(policy)))
    values = list(policy[name])
    values.insert(data.draw(st.integers(0, len(values))), data.draw(st.sampled_from(words)))
    return policy | {name: values}


@law
@given(policies, requests, st.data())
def test_another_host_scheme_or_keyword_never_forbids(policy, request, data):
    added = with_source(policy, data, HOSTS + WORDS)
    assert allowed(added, request) >= allowed(policy, request)


@law
@given(policies, requests, st.data())
def test_another_nonce_or_hash_forbids_nothing_but_inline_code_and_styles(policy, request, data):
    added = with_source(policy, data, MARKS)
    if request.url not in {"inline", "javascript:1"}:
        assert allowed(added, request) >= allowed(policy, request)


@law
@given(policies, requests, st.data())
def test_strict_dynamic_forbids_nothing_but_scripts(policy, request, data):
    added = with_source(policy, data, [DYNAMIC])
    if not request.directive.startswith("script-src"):
        assert allowed(added, request) >= allowed(policy, request)


@law
@given(policies, requests, directives, st.lists(st.sampled_from(HOSTS), min_size=1, max_size=3))
def test_a_merge_of_hosts_never_forbids(policy, request, name, values):
    assert allowed(merge(policy, {name: values}), request) >= allowed(policy, request)


@law
@given(policies, requests)
def test_the_order_of_sources_decides_nothing(policy, request):
    turned = {name: values[::-1] for name, values in policy.items()}
    assert allowed(turned, request) == allowed(policy, request)


@law
@given(policies, policies, requests)
def test_two_policies_allow_what_both_allow(first, second, request):
    both = allows(f"{written(first)}, {written(second)}", request)
    assert both.allowed == (allowed(first, request) and allowed(second, request))


@law
@given(policies, requests)
def test_a_decision_names_what_stands_in_the_policy(policy, request):
    decision = allows(written(policy), request)
    if decision.directive_used is None:
        assert decision.allowed
        assert decision.source is None
    else:
        assert decision.allowed == (decision.source is not None)
        assert decision.source is None or decision.source in policy[decision.directive_used]


@law
@given(any_text() | policies.map(written), st.builds(Request, any_text(), any_text(), any_text()))
def test_no_text_makes_it_fail(policy, request):
    allows(policy, request)


@law
@given(any_text())
def test_no_url_makes_it_fail(text):
    for directive in ("img-src", "script-src-elem", "default-src"):
        request = Request(directive, text, text, nonce=text, hashes=(text,))
        allows("default-src * 'self' a.test/p/ 'strict-dynamic'", request)


LONG = 200_000  # characters; what is not linear takes minutes
UNITS = [
    "a",
    "a.",
    "*.",
    "a ",
    "a;",
    ",",
    ":",
    ":0",
    "/",
    "%41",
    "%",
    "'",
    "'nonce-a' ",
    "'sha256-",
]
UNITS += ["=", "0", "\\", "@", "[", "-", "a:", "a://", "?", "\t", "\xe9", "\ud800"]


@pytest.mark.parametrize("start", ["", "img-src ", "img-src https://a", "img-src a:0"])
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_long_policy_is_read_to_its_end(start, unit):
    read_policies(start + unit * (LONG // len(unit)))


@pytest.mark.parametrize("start", ["", "https://", "https://a", "https://a:", "https://a/", "x://"])
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_long_url_is_read_to_its_end(start, unit):
    url = start + unit * (LONG // len(unit))
    allows("img-src 'self' a.test *.b.test/p/", Request("img-src", url, url))
