from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.uploads.serve.ranges import MAX_HEADER, MAX_RANGES, Parts, Range, parse

SIZES = st.integers(0, 50)
TEXTS = st.text("bytes=0123456789-, \t\u0661x", max_size=30) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-499", [(0, 100)]),
        ("bytes=10-", [(10, 100)]),
        ("bytes=-10", [(90, 100)]),
        ("bytes=-1000", [(0, 100)]),
        ("BYTES=0-9", [(0, 10)]),
        ("bytes=0-0,-1", [(0, 1), (99, 100)]),
        ("bytes= 5-6 ,, 1-2,", [(5, 7), (1, 3)]),
        ("bytes=0-9,200-300", [(0, 10)]),
    ],
)
def test_ranges_are_those_of_the_rfc(header, found):
    assert parse(header, 100) == tuple(Range(*pair) for pair in found)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200,300-", "bytes=-0"])
def test_ranges_without_a_byte_are_not_satisfiable(header):
    assert parse(header, 100) == ()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=5",
        "bytes=a-b",
        "bytes=9-1",
        "bytes=0-1;2-3",
        "bytes=+1-2",
        "bytes=\u0661-\u0662",
        "bytes 0-1",
        "lines=0-1",
        "bytes=0-5,3-8",
        "bytes=0-5,0-5",
        "bytes=0-,-1",
    ],
)
def test_what_is_malformed_foreign_or_overlaps_is_ignored(header):
    assert parse(header, 100) is None


def test_an_empty_file_has_no_ranges():
    assert parse("bytes=0-", 0) == ()
    assert parse("bytes=-5", 0) is None


def test_the_number_of_ranges_is_limited():
    def many(number):
        return "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(number))

    found = parse(many(MAX_RANGES), 1000)
    assert found is not None
    assert len(found) == MAX_RANGES
    assert parse(many(MAX_RANGES + 1), 1000) is None


def test_the_length_of_the_header_is_limited():
    limit = f"bytes=0-{'9' * (MAX_HEADER - len('bytes=0-'))}"
    assert parse(limit, 100) == (Range(0, 100),)
    assert parse(f"{limit}9", 100) is None
    assert parse("bytes=0-" + "9" * 100_000, 100) is None


@given(TEXTS, SIZES)
def test_whatever_is_asked_no_byte_is_sent_that_is_not_there_or_twice(header, size):
    found = parse(header, size) or ()
    sent = [number for part in found for number in range(*part)]
    assert len(set(sent)) == len(sent) <= size
    assert all(0 <= number < size for number in sent)
    assert all(part.length > 0 for part in found)


@given(st.integers(0, 60), st.integers(0, 60), SIZES)
def test_a_well_formed_range_is_never_ignored(first, more, size):
    wanted = set(range(first, first + more + 1)) & set(range(size))
    found = parse(f"bytes={first}-{first + more}", size)
    assert found is not None
    assert {number for part in found for number in range(*part)} == wanted


def test_parts_know_their_length():
    parts = Parts("edge", (Range(0, 2), Range(5, 8)), "image/png", 10)
    body = b"".join(
        part if isinstance(part, bytes) else b"x" * part.length for part in parts.body()
    )
    assert body == (
        b"--edge\r\nContent-Type: image/png\r\nContent-Range: bytes 0-1/10\r\n\r\nxx"
        b"\r\n--edge\r\nContent-Type: image/png\r\nContent-Range: bytes 5-7/10\r\n\r\nxxx"
        b"\r\n--edge--\r\n"
    )
    assert parts.length == len(body)
