"""Bodies made from real ones by small damage, the same ones for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence

# What parsers trip over: a JSON value of every type, numbers no field holds, halves of
# characters, deep nesting, invalid UTF-8, addresses that cannot be read.
FRAGMENTS = (
    b"null",
    b"true",
    b"{}",
    b"[]",
    b'""',
    b"0",
    b"-1",
    b"1e999",
    b"NaN",
    b"-Infinity",
    b"9" * 6_000,
    b"0." + b"1" * 6_000,
    b'"\\u0000"',
    b'"\\ud83d"',
    b'"\\udc00\\ud800"',
    b'"\\u202e\\u001b[31m"',
    b"\xed\xa0\xbd",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x00",
    b"\\",
    b'"',
    b"[" * 2_000,
    b'{"a":' * 500,
    b'"' + b"x" * 5_000 + b'"',
    b'"https://user:pass@cdn.example:443cdn.example/a?b#c"',
    b'"https://[::1"',
    b'"//@/@?@"',
    b'"data:text/html,chromewebdata"',
    b'"csp-report"',
    b'"type":"csp-violation"',
    b'"body":null',
)
VALUES = (None, True, -1, 0, 1.5, 10**30, "", "\0", "\ud83d", "x" * 3_000, [], {}, [[]], {"a": {}})

Mutation = Callable[[random.Random, bytes], bytes]


def mutants(corpus: Sequence[bytes], *, seed: int) -> Iterator[bytes]:
    """Yield damaged bodies without end: one to three mutations of a body of the corpus."""
    chance = random.Random(seed)  # noqa: S311 - nothing to guess
    while True:
        body = chance.choice(corpus)
        for _ in range(chance.randint(1, 3)):
            mutate = chance.choice(MUTATIONS)
            body = spliced(chance, body, corpus) if mutate is None else mutate(chance, body)
        yield body


def spliced(chance: random.Random, body: bytes, corpus: Sequence[bytes]) -> bytes:
    """Go on with the end of another body."""
    other = chance.choice(corpus)
    return body[: chance.randint(0, len(body))] + other[chance.randint(0, len(other)) :]


def _flip(chance: random.Random, body: bytes) -> bytes:
    if not body:
        return body
    place = chance.randrange(len(body))
    return body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :]


def _span(chance: random.Random, body: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(body))
    return start, min(len(body), start + chance.randint(0, 40))


def _drop(chance: random.Random, body: bytes) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + body[end:]


def _repeat(chance: random.Random, body: bytes) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + body[start:end] * chance.randint(2, 50) + body[end:]


def _insert(chance: random.Random, body: bytes) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + chance.choice(FRAGMENTS) + body[chance.choice((start, end)) :]


def _cut(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randint(0, len(body))]


def _wrap(chance: random.Random, body: bytes) -> bytes:
    copies = 250 if chance.random() < 0.02 else chance.randint(1, 3)
    return b"[" + b",".join([body] * copies) + b"]"


def _encode(chance: random.Random, body: bytes) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "latin-1"))
    return body.decode(errors="ignore").encode(encoding, errors="replace")


def _member(chance: random.Random, body: bytes) -> bytes:
    """Give another value to one member, wherever it stands."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return _insert(chance, body)
    inner = found
    while isinstance(inner, dict | list) and inner:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = chance.choice(keys)
        if not isinstance(inner[key], dict | list) or chance.random() < 0.2:
            inner[key] = chance.choice(VALUES)
            break
        inner = inner[key]
    return json.dumps(found).encode()


MUTATIONS: tuple[Mutation | None, ...] = (
    *(_flip, _drop, _repeat, _insert, _cut, _wrap, _encode, None),
    *(_member,) * 8,  # the others leave little that is still JSON
)
