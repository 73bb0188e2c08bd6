import pytest
from hypothesis import given
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.frames import FrameOptions


@law
@given(strategies.values(FrameOptions))
def test_an_option_is_read_back(option):
    strategies.assert_round_trip(option)


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(FrameOptions, value)
    strategies.assert_read_or_refused(FrameOptions.parse, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(FrameOptions, text)
    strategies.assert_too_long(FrameOptions.parse, text)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(text):
    assert_refused(FrameOptions.parse, text)


@pytest.mark.parametrize("option", ["deny", "DENY", "sameorigin", "SameOrigin"])
def test_plain_options_stay_as_written(option):
    assert str(FrameOptions(option)) == option
    assert FrameOptions(option).ancestors is None


@pytest.mark.parametrize("start", ["allow-from ", "allow-from: ", "Allow-From:", "ALLOW-FROM "])
def test_both_spellings_of_allow_from_become_one(start):
    option = FrameOptions(start + "https://a.example")
    assert option == FrameOptions("ALLOW-FROM https://a.example")
    assert str(option) == "ALLOW-FROM https://a.example"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://A.example", "https://A.example"),
        ("http://a.example:8000", "http://a.example:8000"),
        ("https://a.example/", "https://a.example"),
        ("https://a.example/x?y#z", "https://a.example"),
    ],
)
def test_allow_from_names_the_origin_as_a_source(url, source):
    option = FrameOptions(f"allow-from {url}")
    assert str(option) == f"ALLOW-FROM {url}"
    assert option.ancestors == source


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "allowall",
        " deny",
        "deny\n",
        "deny, deny",
        "allow-from",
        "allow-from ",
        "allow-from a.example",
        "allow-from https://",
        "allow-from https:a.example",
        "allow-from ftp://a.example",
        "allow-from https://*.a.example",
        "allow-from https://u@a.example",
        "allow-from https://a.example https://b.example",
        "allow-from https://a.example; script-src *",
        "allow-from https://a.example;script-src",
        "allow-from https://a.example,deny",
        "allow-from-https://a.example",
        None,
        True,
        ("deny",),
    ],
    ids=repr,
)
def test_other_options_are_refused(bad):
    assert_refused(FrameOptions, bad)


def test_a_typo_gets_a_hint():
    assert assert_refused(FrameOptions, "SAME-ORIGIN").hint == "Did you mean 'sameorigin'?"


@pytest.mark.parametrize("text", ["\tDENY ", "DENY, deny", "DENY,,DENY"])
def test_one_value_may_stand_several_times_in_a_header(text):
    assert FrameOptions.parse(text) == FrameOptions("DENY")


@pytest.mark.parametrize("text", ["", ",", "deny, sameorigin", "deny; sameorigin"])
def test_headers_without_one_clear_value_are_refused(text):
    assert_refused(FrameOptions.parse, text)
