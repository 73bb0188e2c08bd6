import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.integrity import IntegrityPolicy

parse = IntegrityPolicy.parse


@law
@given(strategies.values(IntegrityPolicy))
def test_a_policy_is_read_back(policy):
    strategies.assert_round_trip(policy, separators=",")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(parse, value)


@law
@given(st.tuples(any_object(), any_object(), any_object()))
def test_a_constructor_takes_the_right_types_or_refuses(arguments):
    strategies.assert_read_or_refused(lambda given: IntegrityPolicy(*given), arguments)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(parse, text)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(text):
    assert_refused(parse, text)


def test_headers_have_their_names():
    assert IntegrityPolicy.name == "Integrity-Policy"
    assert IntegrityPolicy.report_only_name == "Integrity-Policy-Report-Only"


def test_a_policy_is_a_dictionary_of_inner_lists():
    assert str(IntegrityPolicy(("script",))) == "blocked-destinations=(script), sources=(inline)"
    assert str(IntegrityPolicy(("script", "style"), endpoints=("main", "other"))) == (
        "blocked-destinations=(script style), sources=(inline), endpoints=(main other)"
    )


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("blocked-destinations=(script)", IntegrityPolicy(("script",))),
        ("x=1, blocked-destinations=(image style;q)", IntegrityPolicy(("style",))),
        ("sources=(inline other), blocked-destinations=(style)", IntegrityPolicy(("style",))),
        (
            'blocked-destinations=(script), endpoints=(main Other "text")',
            IntegrityPolicy(("script",), endpoints=("main",)),
        ),
        ("blocked-destinations=(script), endpoints=main", IntegrityPolicy(("script",))),
    ],
)
def test_headers_are_read_as_chromium_reads_them(text, policy):
    assert parse(text) == policy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "blocked-destinations=()",
        "blocked-destinations=script",
        'blocked-destinations=("script")',
        "blocked-destinations=(image)",
        "blocked-destinations=(script), sources=()",
        "blocked-destinations=(script), sources=inline",
        "endpoints=(main)",
    ],
)
def test_headers_that_block_nothing_are_refused(text):
    error = assert_refused(parse, text)
    assert str(error).startswith("must be a policy that blocks a destination (got ")


def test_headers_with_bad_syntax_are_refused():
    assert_refused(parse, "blocked-destinations=(script) sources=(inline)")


@pytest.mark.parametrize(
    "arguments",
    [
        ("script",),
        (["script"],),
        ((),),
        (None,),
        (("image",),),
        (("script",), ()),
        (("script",), ("header",)),
        (("script",), "inline"),
        (("script",), ("inline",), "main"),
        (("script",), ("inline",), ("Main",)),
        (("script",), ("inline",), (1,)),
        (("script",), ("inline",), ("main",) * 5_000),
    ],
    ids=lambda value: str(value)[:30],
)
def test_other_words_are_refused(arguments):
    assert_refused(IntegrityPolicy, *arguments)


def test_a_typo_gets_a_hint():
    error = assert_refused(IntegrityPolicy, ("scripts",))
    assert error.path == "[0]"
    assert error.hint == "Did you mean 'script'?"
