import pytest
from tests.policy.strategies import MEGABYTES, assert_refused, assert_too_long

from security.policy import fields
from security.policy.errors import PolicyError
from security.policy.grammar import token


def test_the_place_of_a_bad_member_is_told():
    assert assert_refused(fields.members, ("a", "b c"), "tokens", token).path == "[1]"


def test_a_string_in_place_of_a_list_is_refused_with_the_list_to_write():
    error = assert_refused(fields.members, "a", "tokens", token)
    assert str(error) == "must be a list of tokens (got 'a')."
    assert error.hint == "Write ['a']."


@pytest.mark.parametrize("value", [None, ["a"], {"a"}, {"a": 1}, b"a", 1], ids=repr)
def test_only_a_tuple_is_a_list_of_members(value):
    assert_refused(fields.members, value, "tokens", token)


def test_an_empty_tuple_is_refused_where_a_member_is_due():
    fields.members((), "tokens", token)
    assert_refused(fields.filled, (), "tokens", token)


@pytest.mark.parametrize("value", [0, 1, None, "True", ""], ids=repr)
def test_only_booleans_are_flags(value):
    assert_refused(fields.flag, value)


@pytest.mark.parametrize("value", ["Main", "", "a b", "1", 1, ("a",)], ids=repr)
def test_an_endpoint_is_named_by_a_key(value):
    assert_refused(fields.optional_endpoint, value)


def test_an_endpoint_may_be_absent():
    fields.optional_endpoint(None)
    fields.optional_endpoint("main")


def test_blanks_and_tabs_around_a_field_do_not_count():
    assert fields.one_line("\t a\tb \t") == "a b"


@pytest.mark.parametrize("value", [None, b"a", 1, "a\nb", "a\r", "\0", "\xe9", "\ud800"], ids=ascii)
def test_only_printable_text_is_a_field(value):
    assert_refused(fields.one_line, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    assert_too_long(fields.one_line, text)
    assert_too_long(fields.elements, text)


def test_empty_elements_do_not_count():
    assert fields.elements(", a ,\t, b c,") == ["a", "b c"]
    assert fields.elements("") == []


def test_errors_are_policy_errors():
    with pytest.raises(PolicyError, match=r"^must be True or False \(got 1\)\.$"):
        fields.flag(1)
