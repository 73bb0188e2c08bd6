"""The body of an answer, which may be endless, or grow a thousandfold when it is unpacked."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, TypeAlias

from ..exchange import MAX_BODY

ACCEPTED: Final = "gzip, deflate"  # as Accept-Encoding has it
STEP: Final = 262_144  # bytes that are unpacked at once
_GZIP: Final = 16 + zlib.MAX_WBITS

# Takes a chunk, and yields what it unpacks to, at most ``STEP`` bytes at a time.
_Unpack: TypeAlias = Callable[[bytes], Iterator[bytes]]


class UnreadableBodyError(Exception):
    """A body that no browser would show; the text says why."""


async def read_body(chunks: AsyncIterator[bytes], coding: str) -> bytearray:
    """
    Return a body unpacked, cut off at ``MAX_BODY`` bytes before and after.

    ``coding`` is the value of Content-Encoding. Raises ``UnreadableBodyError``.
    """
    unpack = _unpacker(coding)
    body = bytearray()
    taken = 0
    async for chunk in chunks:
        taken += len(chunk)
        try:
            for piece in unpack(chunk):
                body += piece[: MAX_BODY - len(body)]
                if len(body) == MAX_BODY:
                    return body
        except zlib.error as error:
            raise UnreadableBodyError("its page cannot be unpacked") from error
        if taken >= MAX_BODY:
            break
    return body


def _unpacker(coding: str) -> _Unpack:
    match coding.strip().lower():
        case "" | "identity":
            return _plain
        case "gzip" | "x-gzip":
            return _Stream(zlib.decompressobj(_GZIP))
        case "deflate":
            return _Stream(zlib.decompressobj(), zlib.decompressobj(-zlib.MAX_WBITS))
        case _:
            raise UnreadableBodyError("its page is packed in a way that was not asked for")


def _plain(chunk: bytes) -> Iterator[bytes]:
    yield chunk


class _Stream:
    """
    A stream of zlib, and another that is tried where its first chunk does not fit.

    Servers disagree whether a zlib header belongs to deflate. RFC 9110 section 8.4.1.2.
    """

    def __init__(self, *kinds: zlib._Decompress) -> None:
        self._stream, *self._others = kinds

    def __call__(self, chunk: bytes) -> Iterator[bytes]:
        try:
            piece = self._stream.decompress(chunk, STEP)
        except zlib.error:
            if not self._others:
                raise
            self._stream = self._others.pop()
            piece = self._stream.decompress(chunk, STEP)
        self._others.clear()
        yield piece
        while self._stream.unconsumed_tail:
            yield self._stream.decompress(self._stream.unconsumed_tail, STEP)
