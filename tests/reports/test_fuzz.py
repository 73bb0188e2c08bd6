from __future__ import annotations

import json
from itertools import islice

import pytest
from benchmarks.fuzz.laws import check
from benchmarks.fuzz.mutants import mutants
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.corpus import captures

from security.reports import wire

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
NAMES = st.sampled_from(
    ["csp-report", "type", "body", "url", "age", "effective-directive", "effectiveDirective",
     "blockedURL", "blocked-uri", "documentURL", "lineNumber", "disposition", "sample"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS | st.sampled_from(["csp-violation", "coop", "https://a:b@c:d/e?f"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(st.binary())
def test_no_bytes_break_the_parser(body):
    check(body)


@given(VALUES)
def test_no_json_breaks_the_parser(value):
    check(json.dumps(value).encode())


@given(st.lists(VALUES))
def test_every_item_of_an_array_is_either_taken_or_counted(items):
    parsed = wire.parse(json.dumps(items).encode())
    assert len(parsed.reports) + sum(parsed.refused.values()) == len(items)


@pytest.mark.parametrize("seed", [11, 12])
def test_no_damaged_body_of_a_browser_breaks_the_parser(seed):
    corpus = [found.body for found in captures()]
    for body in islice(mutants(corpus, seed=seed), 2_000):
        check(body)


def test_mutants_are_the_same_for_the_same_seed():
    corpus = [found.body for found in captures()[:9]]
    first, second = (list(islice(mutants(corpus, seed=5), 40)) for _ in range(2))
    assert first == second
