import pytest
from hypothesis import given
from tests.policy import strategies
from tests.policy.strategies import MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.nosniff import ContentTypeOptions


def test_the_value_is_read_back():
    strategies.assert_round_trip(ContentTypeOptions())
    assert str(ContentTypeOptions()) == "nosniff"


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    strategies.assert_read_or_refused(ContentTypeOptions.parse, value)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(ContentTypeOptions.parse, text)


@pytest.mark.parametrize("text", ["nosniff", "NoSniff", " nosniff\t", "nosniff, x", "nosniff,"])
def test_the_first_value_counts_in_any_case(text):
    assert ContentTypeOptions.parse(text) == ContentTypeOptions()


@pytest.mark.parametrize("text", ["", ",nosniff", "x, nosniff", '"nosniff"', "nosniff; x", "no"])
def test_other_values_are_refused(text):
    assert_refused(ContentTypeOptions.parse, text)
