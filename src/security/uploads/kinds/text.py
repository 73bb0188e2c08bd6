"""Plain text and CSV: text throughout, and nothing that a browser would take for a page."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from ..sniff import is_html
from .reading import blocks, has_zip_end

HEAD: Final = 1445  # bytes that a browser looks at. https://mimesniff.spec.whatwg.org/

_ENCODINGS: Final = ("utf-8", "cp1252")  # the second: browsers read the rest so, Excel writes it
# What no text has, and ESC: it gives orders to a terminal, and begins ISO-2022-JP.
_CONTROL: Final = re.compile(rb"[\0-\x08\x0b\x0e-\x1f\x7f]")
_OTHER: Final = (b"PK\x03\x04", b"GIF87a", b"GIF89a", b"RIFF", b"<?php", b"<?=", b"#!")


def inspect(stream: BinaryIO, limits: Limits) -> None:
    """
    Raise ``Refusal`` unless the file is text in UTF-8 or Windows-1252 without control characters.

    A cell of a CSV that starts like a formula is no reason: only who opens it as a table can
    say what is meant.
    """
    stream.seek(0)
    head = stream.read(HEAD).removeprefix(codecs.BOM_UTF8)
    if is_html(head):
        raise Refusal("text.html", gettext_noop("A browser would show this file as a web page."))
    if b"%PDF-" in head[:1024] or head.startswith(_OTHER) or has_zip_end(stream):
        raise Refusal(
            "text.other", gettext_noop("The file is a text and a file of another type at once.")
        )
    decoders = {name: codecs.getincrementaldecoder(name)() for name in _ENCODINGS}
    for block in blocks(stream):
        if _CONTROL.search(block):
            raise Refusal(
                "text.control",
                gettext_noop("The file has characters that do not belong in a text."),
            )
        _decode(decoders, block)
    _decode(decoders, b"", final=True)


def _decode(
    decoders: dict[str, codecs.IncrementalDecoder], block: bytes, *, final: bool = False
) -> None:
    """Drop the encodings that the text is not in. Raises ``Refusal`` when none is left."""
    for name, decoder in list(decoders.items()):
        try:
            decoder.decode(block, final)
        except UnicodeDecodeError:
            del decoders[name]
    if not decoders:
        raise Refusal(
            "text.encoding", gettext_noop("The text must be saved as UTF-8 or Windows-1252.")
        )
