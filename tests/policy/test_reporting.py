import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.reporting import ReportingEndpoints

parse = ReportingEndpoints.parse

BAD_URLS = [
    "",
    "reports",
    "//a.example/",
    "/\\a.example/",
    "\\/a.example/",
    "http://a.example/",
    "https:/a.example",
    "https://",
    "https://u:p@a.example/",
    "https://a.example\\@b.example",
    "javascript:alert(1)",
    "/a b",
    "/a\tb",
    "/\n/a.example",
    '/"a',
    "/\xe9",
    "/a#b",
    " /a",
    None,
    1,
    b"/a",
    ("/a",),
]


@law
@given(strategies.values(ReportingEndpoints))
def test_endpoints_are_read_back(policy):
    strategies.assert_round_trip(policy, separators=",;")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(ReportingEndpoints, value)
    strategies.assert_read_or_refused(parse, value)


@law
@given(st.tuples(any_object(), any_object()))
def test_any_pair_is_taken_or_refused(pair):
    strategies.assert_read_or_refused(ReportingEndpoints, (pair,))


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(parse, text)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(text):
    assert_refused(parse, text)


def test_endpoints_are_a_dictionary_of_strings():
    policy = ReportingEndpoints(
        (("main", "/reports/?a=b,c;d"), ("other", "HTTPS://a.example:8443/x"), ("root", "/"))
    )
    assert str(policy) == ('main="/reports/?a=b,c;d", other="HTTPS://a.example:8443/x", root="/"')


@pytest.mark.parametrize("url", BAD_URLS, ids=ascii)
def test_an_endpoint_stays_on_https_or_on_its_own_host(url):
    assert assert_refused(ReportingEndpoints, (("main", url),)).path == "[0][1]"


@pytest.mark.parametrize(
    "bad",
    [
        (),
        [("main", "/")],
        "main=/",
        {"main": "/"},
        None,
        ("main", "/"),
        (("main",),),
        (["main", "/"],),
        ("ab",),
        (("Main", "/"),),
        ((1, "/"),),
        (("main", "/"), ("main", "/x")),
        (("main", "/" + "a" * 16_380),),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_only_pairs_of_a_name_of_its_own_and_a_url_make_a_list(bad):
    assert_refused(ReportingEndpoints, bad)


def test_what_names_no_usable_url_is_skipped():
    parsed = parse('a=1, b=("/x"), c="http://a.example/", d=x, e, main="/r";x=1, main="/r2"')
    assert parsed == ReportingEndpoints((("main", "/r2"),))


@pytest.mark.parametrize("text", ["", "main", "main=/r", 'main="/r",', 'Main="/r"', '{"group":1}'])
def test_headers_without_an_endpoint_are_refused(text):
    assert_refused(parse, text)
