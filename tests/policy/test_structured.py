from datetime import datetime
from decimal import Decimal

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, keys, law

from security.policy import structured
from security.policy.errors import PolicyError
from security.policy.structured import (
    MAX_INTEGER,
    InnerList,
    Item,
    Token,
    parse_dictionary,
    parse_item,
    parse_list,
    serialize_dictionary,
    serialize_list,
)

PARSERS = {"item": parse_item, "list": parse_list, "dictionary": parse_dictionary}


# Where blanks, tabs, commas and semicolons may stand, and where not.
DELIMITERS = [
    *("", " ", "\t", "a ", "a\t", "\ta", "  a", ",", "a,", "a,,b", ",a", "a ,\tb", "a, ", "a b"),
    *("a;b", "a; b", "a ;b", "a;\tb", "a;", "a;b=", "a;b =1", "a;b= 1", "a;b=1;b=2;c"),
    *("a=", "a=1", "a =1", "a= 1", "a=1;b, c", "a;b=1, a;c", "a=();b", "a=(b;c d);e=?0"),
    *("()", "( )", "(a", "(a b)", "(a  b )", "(a\tb)", '("a""b")', "(a(b))", "(a,b)", "(a)b"),
    *("1", "-1", "--1", "-", "01", "1a", "1.", "1.0", "9" * 15, "9" * 16, "-" + "9" * 15),
    *('"', '""', '"\\"', '"\\""', '"\\\\"', '"\\a"', '"\t"', '"\x7f"', "?", "?1", "?10", "?2"),
]


class UnsupportedTypeError(Exception):
    pass


def bare(value):
    if isinstance(value, http_sf.Token):
        return Token(str(value))
    if isinstance(value, Decimal | bytes | datetime | http_sf.DisplayString):
        raise UnsupportedTypeError
    return value


def member(value):
    value, params = value
    params = tuple((name, bare(param)) for name, param in params.items())
    if isinstance(value, list):
        return InnerList(tuple(map(member, value)), params)
    return Item(bare(value), params)


def oracle(kind, text):
    parsed = http_sf.parse(text.encode("utf-8", "surrogatepass"), tltype=kind)
    if kind == "item":
        return member(parsed)
    if kind == "list":
        return tuple(map(member, parsed))
    return {name: member(value) for name, value in parsed.items()}


def compare(kind, text):
    try:
        expected = oracle(kind, text)
    except (http_sf.StructuredFieldError, UnsupportedTypeError):
        with pytest.raises(PolicyError):
            PARSERS[kind](text)
    else:
        assert repr(PARSERS[kind](text)) == repr(expected)


@law
@given(strategies.structured_items())
def test_an_item_is_read_back(item):
    assert repr(parse_item(str(item))) == repr(item)


@law
@given(st.lists(strategies.structured_members(), min_size=1, max_size=4).map(tuple))
def test_a_list_is_read_back(members):
    assert repr(parse_list(serialize_list(members))) == repr(members)


@law
@given(st.dictionaries(keys(), strategies.structured_members(), min_size=1, max_size=4))
def test_a_dictionary_is_read_back_in_its_order(members):
    assert repr(parse_dictionary(serialize_dictionary(members))) == repr(members)


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("text", DELIMITERS, ids=repr)
def test_delimiters_are_read_as_another_implementation_reads_them(kind, text):
    compare(kind, text)


@pytest.mark.parametrize("kind", PARSERS)
@law
@given(text=any_text() | st.text("ab*=;,()\"\\?01-. \t:@%'~"))
def test_the_reader_agrees_with_another_implementation(kind, text):
    compare(kind, text)


@law
@given(st.dictionaries(keys(), strategies.structured_members(), min_size=1, max_size=4))
def test_the_writer_agrees_with_another_implementation(members):
    text = serialize_dictionary(members)
    assert http_sf.ser(http_sf.parse(text.encode(), tltype="dictionary")) == text


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS)
@law
@given(value=any_text() | any_object())
def test_anything_is_read_or_refused(parse, value):
    strategies.assert_read_or_refused(parse, value)


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS)
@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(parse, text):
    strategies.assert_too_long(parse, text)


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS)
@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(parse, text):
    strategies.assert_refused(parse, text)


@pytest.mark.parametrize("text", ["1.5", ":YQ==:", "@1659578233", '%"a"', "'a'", "(a)"])
def test_other_types_are_refused(text):
    error = strategies.assert_refused(parse_item, text)
    assert str(error).startswith("must be a token, a string in double quotes, a whole number")


def test_a_single_quote_gets_a_hint():
    assert strategies.assert_refused(parse_item, "'a'").hint == "Strings stand in double quotes."


def test_the_last_of_two_members_counts_at_the_place_of_the_first():
    parsed = parse_dictionary("a=1, b=2, a=3")
    assert list(parsed.items()) == [("a", Item(3)), ("b", Item(2))]


def test_nothing_is_an_empty_list_and_an_empty_dictionary():
    assert parse_list(" ") == ()
    assert parse_dictionary("") == {}


@pytest.mark.parametrize(
    ("build", "arguments"),
    [
        (Token, [""]),
        (Token, ["1a"]),
        (Token, ["a b"]),
        (Token, ["a\n"]),
        (Token, [None]),
        (Item, [None]),
        (Item, [1.5]),
        (Item, [MAX_INTEGER + 1]),
        (Item, [-(10**5000)]),
        (Item, ["\n"]),
        (Item, ["\x7f"]),
        (Item, [1, [("a", 1)]]),
        (Item, [1, ("ab",)]),
        (Item, [1, (("a", 1), ("a", 2))]),
        (Item, [1, (("A", 1),)]),
        (Item, [1, (("a", None),)]),
        (Item, [1, ((1, 1),)]),
        (InnerList, [[Item(1)]]),
        (InnerList, [("a",)]),
        (InnerList, [(InnerList(()),)]),
        (serialize_list, [()]),
        (serialize_dictionary, [{}]),
        (serialize_dictionary, [{"A": Item(1)}]),
        (serialize_dictionary, [{"": Item(True)}]),
        (structured.key, [1]),
    ],
)
def test_what_no_field_can_carry_is_refused(build, arguments):
    strategies.assert_refused(build, *arguments)
