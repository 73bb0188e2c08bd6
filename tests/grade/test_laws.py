"""Whatever comes in, a card comes out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.grade.exchanges import BEST, CASES, an_exchange

from security.grade.card import as_json, as_line, grade
from security.grade.exchange import Chain, Exchange, Hop, Preload, Reply, from_recorded
from security.grade.observatory_csp import InvalidPolicyError, parse
from security.grade.observatory_scores import GRADES
from security.policy.errors import PolicyError

PIECES = [
    *"abz019;,=\"'-_/:*.%&<> \t\r\n\x00\x85\xa0\u2028\ud800\U0001f600",
    *(word for value in BEST.values() for word in value.split()),
    *("report-uri", "report-to", "data:", "http:", "https://*", "'unsafe-inline'", "img-src"),
    *("%C3", "%zz", "max-age=", "SameSite", "__Host-a=", "sessionid=1", "Domain=.com"),
    *("<meta ", "<script ", "src=//a", "content=", "http-equiv=", "-->", "<!--", "</title>"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
NAMES = st.sampled_from(
    [
        *BEST,
        "Set-Cookie",
        "Content-Security-Policy-Report-Only",
        "Reporting-Endpoints",
        "Cache-Control",
        "Clear-Site-Data",
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
        "Server",
        "X-XSS-Protection",
    ]
)
REPLIES = st.builds(
    Reply,
    st.integers(100, 999),
    st.lists(st.tuples(NAMES, TEXTS), max_size=12).map(tuple),
    TEXTS | TEXTS.map(lambda text: f"<title></title>{text}<script src=https://a.test/></script>"),
)
CHAINS = st.builds(
    Chain,
    st.lists(st.builds(Hop, TEXTS.map("http://".__add__), st.just(301)), max_size=3).map(tuple),
    st.booleans(),
)
EXCHANGES = st.builds(
    Exchange,
    host=TEXTS,
    response=st.none() | REPLIES,
    is_secure=st.booleans(),
    is_trusted=st.booleans(),
    http=st.none() | CHAINS,
    preflight=st.none() | REPLIES,
    preloads=st.dictionaries(TEXTS, st.builds(Preload, st.booleans(), TEXTS), max_size=2),
    earlier_cookies=st.lists(TEXTS, max_size=2).map(tuple),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(EXCHANGES)
def test_whatever_was_exchanged_gets_a_card(exchange):
    card = grade(exchange)
    seen = card.observatory
    assert (seen.grade is None) is (seen.error is not None) is not bool(seen.verdicts)
    assert seen.grade is None or seen.grade in GRADES
    assert seen.score is None or 0 <= seen.score <= 165
    assert json.loads(as_line(card)) == as_json(card)
    assert as_line(card).isascii()


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_policies_are_merged_or_called_invalid(texts):
    try:
        merged = parse(texts)
    except InvalidPolicyError:
        return
    assert all(merged.directives.values())


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_a_policy_beside_its_twin_allows_no_more(texts):
    policy = " ".join(texts).replace(";", "").replace("%", "")
    once = parse([f"default-src {policy}"]).directives
    twice = parse([f"default-src {policy}"] * 2).directives
    assert twice["default-src"] <= once["default-src"] | {"'none'"}


@settings(deadline=None)
@given(JSON, st.sampled_from(CASES), st.data())
def test_a_recording_that_is_none_is_refused_with_its_place(value, case, data):
    item = dict(case["input"])
    name = data.draw(st.sampled_from(sorted(item)))
    place = ""
    try:
        grade(from_recorded(item | {name: value}))
    except PolicyError as error:
        place = error.path
    assert place == "" or place.startswith(f'["{name}"]')


LONG = 1_000_000  # characters


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        (name, piece)
        for name in (*BEST, "Set-Cookie", "Reporting-Endpoints", "Cache-Control", "Server")
        for piece in ("a", ", ", "; ", "a ", "a=b;", "=", '"', "\\", "%41/", "<", "a,b;c ")
    ]
    + [
        ("Content-Security-Policy", "img-src a,"),
        ("Content-Security-Policy", "'nonce-a' "),
        ("Content-Security-Policy", "a-src a;"),
        ("Set-Cookie", "SameSite=;"),
        ("Referrer-Policy", "origin,"),
    ],
    ids=lambda value: value.strip() or "blank",
)
def test_a_header_of_a_megabyte_is_graded(name, piece):
    value = piece * (LONG // len(piece))
    prefix = "default-src " if name == "Content-Security-Policy" else ""
    assert grade(an_exchange(**{name.replace("-", "_"): prefix + value})).observatory.grade


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<script>", "<script ", "<meta a='", "-", "<![CDATA[", "a", "</", "&",
     "<script src=//a></script>", "<title>", "<p/", "]", "<p a=\"'", "[", "<script/>", "<a b=c>"],
    ids=lambda piece: piece.strip().replace("[", "("),
)  # fmt: skip
def test_a_page_of_a_megabyte_is_graded(piece):
    body = "<script></script>" + piece * (LONG // len(piece))
    assert grade(an_exchange(body=body)).observatory.grade
