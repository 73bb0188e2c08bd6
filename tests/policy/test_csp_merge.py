from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from security.policy.csp.merge import FALLBACKS, combine, effective, merge, remove, replace, union

NAMES = ["default-src", "script-src", "img-src", "style-src", "connect-src", "form-action"]
SOURCES = st.sampled_from(["'none'", "'self'", "https:", "a.example", "b.example", "data:"])
FRAGMENTS = st.dictionaries(
    st.sampled_from(NAMES), st.lists(SOURCES, min_size=1, max_size=4), max_size=5
).map(lambda d: {name: union(sources, ()) for name, sources in d.items()})


def allowed(policy, name):
    sources = effective(policy, name)
    return None if sources is None else set(sources) - {"'none'"}


@given(FRAGMENTS, FRAGMENTS, FRAGMENTS)
def test_combining_fragments_is_associative(a, b, c):
    assert combine(combine(a, b), c) == combine(a, combine(b, c))


@given(FRAGMENTS)
def test_combining_a_fragment_with_itself_changes_nothing(a):
    assert combine(a, a) == a


@given(FRAGMENTS, FRAGMENTS)
def test_merging_twice_is_merging_once(base, added):
    once = merge(base, added)
    assert merge(once, added) == once


@given(FRAGMENTS, FRAGMENTS, FRAGMENTS)
def test_merging_in_turn_is_merging_what_is_combined(base, first, second):
    brought = (name for name in second if name not in base)
    assume(not any(set(first) & set(FALLBACKS.get(name, ())) for name in brought))
    assert merge(merge(base, first), second) == merge(base, combine(first, second))


@given(FRAGMENTS, FRAGMENTS, st.sampled_from(NAMES))
def test_merging_never_takes_away(base, added, name):
    before, after = allowed(base, name), allowed(merge(base, added), name)
    assert after is None or (before is not None and before <= after)


@given(FRAGMENTS, FRAGMENTS)
def test_merging_allows_what_was_asked_for(base, added):
    for name, sources in added.items():
        after = allowed(merge(base, added), name)
        assert after is None or set(sources) - {"'none'"} <= after


@given(FRAGMENTS, FRAGMENTS, st.sampled_from(NAMES))
def test_removing_never_allows_more(base, removed, name):
    before, after = allowed(base, name), allowed(remove(base, removed), name)
    assert before is None or (after is not None and after <= before)


@given(FRAGMENTS, FRAGMENTS)
def test_removing_twice_is_removing_once(base, removed):
    once = remove(base, removed)
    assert remove(once, removed) == once


@given(FRAGMENTS, FRAGMENTS)
def test_the_order_of_the_author_stays(base, added):
    assert list(merge(base, added))[: len(base)] == list(base)


def test_an_addition_starts_from_what_the_fallback_allowed():
    assert merge({"default-src": ["'self'"]}, {"img-src": ["data:"]}) == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
    }


def test_the_nearest_fallback_counts():
    base = {"default-src": ["a.example"], "child-src": ["b.example"]}
    assert merge(base, {"worker-src": ["blob:"]})["worker-src"] == ["b.example", "blob:"]


def test_none_gives_way():
    assert merge({"img-src": ["'none'"]}, {"img-src": ["data:"]}) == {"img-src": ["data:"]}
    assert merge({"img-src": ["data:"]}, {"img-src": ["'none'"]}) == {"img-src": ["data:"]}


def test_what_is_not_restricted_stays_so():
    assert merge({"base-uri": ["'none'"]}, {"img-src": ["a.example"]}) == {"base-uri": ["'none'"]}
    assert merge({}, {"sandbox": ["allow-forms"]}) == {}


@pytest.mark.parametrize(
    ("name", "values"),
    [("report-uri", ["/csp/"]), ("upgrade-insecure-requests", []), ("report-to", ["main"])],
)
def test_a_directive_that_is_no_list_of_sources_is_added(name, values):
    assert merge({}, {name: values}) == {name: values}


def test_removing_from_a_fallback_leaves_the_other_directives_alone():
    assert remove({"default-src": ["'self'", "data:"]}, {"img-src": ["data:"]}) == {
        "default-src": ["'self'", "data:"],
        "img-src": ["'self'"],
    }


def test_the_last_source_leaves_none_behind():
    assert remove({"img-src": ["data:"]}, {"img-src": ["data:"]}) == {"img-src": ["'none'"]}


def test_removing_what_is_not_there_changes_nothing():
    assert remove({"img-src": ["data:"]}, {"img-src": ["x"], "font-src": ["y"]}) == {
        "img-src": ["data:"]
    }


def test_replacing_sets_a_directive_or_takes_it_out():
    assert replace({"a": ["1"], "b": ["2"]}, {"a": ["3"], "b": None, "c": ["4"]}) == {
        "a": ["3"],
        "c": ["4"],
    }
