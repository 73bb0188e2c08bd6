"""What must hold of every upload whatever: accepted or refused, and nothing else happens."""

from __future__ import annotations

import io
import logging
from typing import Any, Final, NamedTuple, NoReturn

from django.conf import settings

from security.uploads.limits import MIB, Limits
from security.uploads.refusal import Refusal
from security.uploads.rules import Rules
from security.uploads.types import TYPES

KINDS: Final = tuple(TYPES)
# All pictures that these allow are made anew in a tenth of the memory that a process may have.
LIMITS: Final = {
    "max_size": MIB,
    "max_pixels": 1_000_000,
    "max_frames": 50,
    "max_pages": 50,
    "max_entries": 500,
    "max_unpacked": 8 * MIB,
}
HEADER: Final = 2  # bytes of an input before the content: the type, and what is done with it


class Broken(BaseException):
    """A law that does not hold; nothing that is looked at may catch it."""


class Asked(NamedTuple):
    """An input, taken apart: a type, whether to make it anew, the bytes of a chunk or 0."""

    kind: str
    reencode: bool
    chunk: int
    content: bytes

    @classmethod
    def of(cls, data: bytes) -> Asked:
        kind, how = (data + bytes(HEADER))[:HEADER]
        chunk = 1 + (how >> 2) * 97 if how & 2 else 0
        return cls(KINDS[kind % len(KINDS)], bool(how & 1), chunk, data[HEADER:])

    def packed(self) -> bytes:
        how = int(self.reencode) | (self.chunk and 2 | (self.chunk - 1) // 97 << 2)
        return bytes((KINDS.index(self.kind), how)) + self.content


class _Alarm(logging.Handler):
    """What an inspector did not foresee is logged, and a fault of the inspector."""

    def emit(self, record: logging.LogRecord) -> NoReturn:
        raise Broken(record.getMessage()) from (record.exc_info or (None, None, None))[1]


def prepare() -> None:
    """Configure Django, which the handler needs, and listen to what is logged."""
    settings.configure(SECRET_KEY="nothing-is-signed")  # noqa: S106
    logger = logging.getLogger("security.uploads")
    logger.addHandler(_Alarm())
    logger.propagate = False


def check(data: bytes) -> str:
    """Return the rule that refused the input, or nothing. Raises ``Broken``."""
    asked = Asked.of(data)
    rules = Rules(types=(asked.kind,), limits=Limits(**LIMITS), reencode=asked.reencode)
    found = _examined(asked, rules)
    if asked.chunk:
        early = _handled(asked)
        if early and not found:
            raise Broken(f"The handler refuses what is accepted: {early}.")
    return found


def _examined(asked: Asked, rules: Rules) -> str:
    from security.uploads.examine import Examined, check, examine  # noqa: PLC0415

    stream = io.BytesIO(asked.content)
    extension = TYPES[asked.kind].extensions[0]
    try:
        examined = examine(stream, f"a.{extension}", None, rules)
    except Refusal as refusal:
        _ = str(refusal)  # the sentence finds all that it names
        return refusal.rule
    except Exception as error:
        raise Broken(f"{type(error).__name__} instead of an answer") from error
    if not isinstance(examined, Examined) or examined.stream.tell():
        raise Broken("an answer that is none")
    if examined.stream is not stream:
        kept = rules.narrowed(reencode=False)
        try:
            check(examined.stream, examined.name, None, kept)
        except Refusal as refusal:
            raise Broken(f"What was made anew is refused: {refusal}") from refusal
        examined.stream.close()
    elif examined.stream.read() != asked.content:
        raise Broken("a changed file")
    return ""


def _handled(asked: Asked) -> str:
    """Return the rule by which the handler refuses what comes in chunks, or nothing."""
    from security.uploads.accepted import RefusedUpload, UploadRefused  # noqa: PLC0415
    from security.uploads.handlers import SafeUploadHandler  # noqa: PLC0415

    handler: Any = SafeUploadHandler(types=[asked.kind], **LIMITS)
    size = len(asked.content)
    extension = TYPES[asked.kind].extensions[0]
    try:
        handler.handle_raw_input(None, {}, size, b"b")
        handler.new_file("file", f"a.{extension}", "application/octet-stream", size)
        for start in range(0, size, asked.chunk):
            handler.receive_data_chunk(asked.content[start : start + asked.chunk], start)
        stands_in = handler.file_complete(size)
    except UploadRefused as refused:
        return refused.refusal.rule
    except Exception as error:
        raise Broken(f"{type(error).__name__} in the handler") from error
    if stands_in is None:
        return ""
    if not isinstance(stands_in, RefusedUpload):
        raise Broken("a stand-in that is none")
    return stands_in.refusal.rule
