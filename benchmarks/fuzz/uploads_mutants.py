"""Damage to uploads that leaves checksums and packing right, so that it reaches what is inside."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.fuzz.uploads_laws import HEADER, Asked

MAX_MEMBER: Final = 200_000  # bytes of an unpacked part that is worth damaging

Plain = Callable[[bytes], bytes]  # damage that knows no format
PACKED: Final = ("zip", "docx", "xlsx", "odt")

EDGES: Final = (
    b"\xff" * 4,
    b"\0" * 8,
    b"\x7f\xff\xff\xff",
    b"\1\0\0\0",
    b"\xff\xff\xff\xfe",
    b"\0\0\0\1",
    b"PK\5\6" + bytes(18),
    b"<?php ",
    b"\xff\xd8\xff\xd9",
    b"9" * 400,
)
WORDS: Final = {
    "pdf": (
        *(b"/OpenAction ", b"/JavaScript ", b"/ObjStm ", b"/First 4 ", b"/Filter /FlateDecode "),
        *(b"<< ", b">> ", b"4 0 obj ", b"endobj ", b"stream\n", b"4 0 R ", b"/Count 9", b"("),
        *(b"%", b"/#4aS ", b"/Type /Page ", b"[", b"]", b"/Fl ", b"%%EOF", b"/Predictor 12 "),
    ),
    "svg": (
        *(b"<use href='#a'/>", b"<g id='a'>", b"</g>", b"<style>", b"</style>", b"<!--", b"-->"),
        *(b"<script/>", b" onload='x'", b"url(", b"<![CDATA[", b"]]>", b"<?x y?>", b"&#1;"),
        *(b" xmlns:a='b'", b"<!DOCTYPE a>", b"href='data:image/png;base64,'", b"\xff\xfe"),
    ),
    "jpeg": (b"\xff\xc0", b"\xff\xc2", b"\xff\xda", b"\xff\xd9", b"\xff\xff", b"\xff\xd0"),
    "gif": (b"\x21\xf9\4\1\0\0\0\0", b"\x2c", b"\x3b", b"\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0"),
    "webp": (b"VP8X", b"VP8 ", b"VP8L\0\0\0\0", b"ANIM", b"ANMF", b"ICCP", b"EXIF"),
    "avif": (b"meta", b"iloc", b"iinf", b"infe", b"ispe", b"moov", b"stbl", b"stsz", b"stsc"),
    "mp4": (b"moov", b"trak", b"dref", b"mdat", b"uuid", b"free", b"\0\0\0\1"),
    "mp3": (b"ID3", b"TAG" + bytes(125), b"APETAGEX", b"\xff\xfb\x90\0", b"\xff\xf3"),
}
_XML_WORDS: Final = (b"<a>", b"</a>", b"<!DOCTYPE a>", b"<?a b?>", b"&lt;", b"<w:instrText>DDE")
_FLATE: Final = re.compile(rb"stream\r?\n(x.*?)\r?\nendstream", re.DOTALL)


def mutated(data: bytes, chance: random.Random, plain: Plain) -> bytes:
    """Return an input of ``check()`` that was made from another by some damage."""
    asked = Asked.of(data)
    if chance.random() < 0.03:  # the same bytes, asked about in another way
        return bytes(chance.randrange(256) for _ in range(HEADER)) + asked.content
    content = asked.content
    for _ in range(chance.randint(1, 3)):
        content = _damaged(asked.kind, content, chance, plain)
    return asked._replace(content=content).packed()


def spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return the start of one input with the end of another."""
    place = chance.randint(HEADER, max(HEADER, len(data)))
    return data[:place] + other[chance.randint(HEADER, max(HEADER, len(other))) :]


def own_damage(chance: random.Random) -> Plain:
    """Return damage for where no fuzzer gives any."""

    def damage(content: bytes) -> bytes:
        start = chance.randint(0, len(content))
        stop = min(len(content), start + chance.choice((0, 1, 1, 2, 4, 40)))
        new = chance.choice(
            (chance.randbytes(stop - start), b"", content[start:stop] * 2, content[stop : stop + 9])
        )
        return content[:start] + new + content[stop:]

    return damage


def _damaged(kind: str, content: bytes, chance: random.Random, plain: Plain) -> bytes:
    inside = _INSIDE.get(kind)
    if inside and chance.random() < 0.6:
        try:
            return inside(content, chance, plain)
        except (ValueError, struct.error, zlib.error, zipfile.BadZipFile, NotImplementedError):
            pass  # it is no such file any more
        except (EOFError, OSError, RuntimeError, KeyError, IndexError, OverflowError):
            pass
    if chance.random() < 0.3:
        return _put(content, (*EDGES, *WORDS.get(kind, ())), chance)
    return plain(content)


def _put(content: bytes, words: Sequence[bytes], chance: random.Random) -> bytes:
    word = chance.choice(words)
    place = chance.randint(0, len(content))
    return content[:place] + word + content[place + (chance.random() < 0.5) * len(word) :]


def _png(content: bytes, chance: random.Random, plain: Plain) -> bytes:
    chunks: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        chunks.append((kind, content[at + 8 : at + 8 + size]))
        at += 12 + size
    number = chance.randrange(len(chunks))
    kind, data = chunks[number]
    what = chance.random()
    if what < 0.1:
        del chunks[number]
    elif what < 0.2:
        chunks.insert(chance.randrange(len(chunks)), chunks[number])
    elif kind == b"IDAT" and what < 0.7:
        chunks[number] = (kind, zlib.compress(plain(zlib.decompress(data))))
    else:
        chunks[number] = (kind, plain(data))
    body = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return content[:8] + b"".join(body) + content[at:]


def _zip(content: bytes, chance: random.Random, plain: Plain) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = [
            (info, archive.read(info)) for info in archive.infolist() if info.file_size < MAX_MEMBER
        ]
    number = chance.randrange(len(held))
    info, data = held[number]
    what = chance.random()
    if what < 0.1:
        del held[number]
    elif what < 0.2:
        name = plain(info.filename.encode()).decode(errors="ignore").replace("\0", "")
        held[number] = (zipfile.ZipInfo(name or "a"), data)
    elif what < 0.5:
        held[number] = (info, _put(data, (*EDGES, *_XML_WORDS), chance))
    else:
        held[number] = (info, plain(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, data in held:
            fresh = zipfile.ZipInfo(info.filename)
            fresh.external_attr = info.external_attr
            archive.writestr(fresh, data, compress_type=info.compress_type)
    return out.getvalue()


def _pdf(content: bytes, chance: random.Random, plain: Plain) -> bytes:
    found = chance.choice(list(_FLATE.finditer(content)))
    text = plain(zlib.decompress(found[1]))
    if chance.random() < 0.5:
        text = _put(text, WORDS["pdf"], chance)
    return content[: found.start(1)] + zlib.compress(text) + content[found.end(1) :]


def _riff(content: bytes, chance: random.Random, plain: Plain) -> bytes:
    body = plain(content[12:])
    if chance.random() < 0.3:
        body = _put(body, WORDS["webp"], chance)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + content[8:12] + body


_INSIDE: Final = {"png": _png, "pdf": _pdf, "webp": _riff, **dict.fromkeys(PACKED, _zip)}
