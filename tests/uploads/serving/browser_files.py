"""Uploads that try to run in the origin of the site, and some that do not."""

from __future__ import annotations

import struct
import wave
from io import BytesIO
from typing import Any

# What a script does that has the origin of the site.
PAYLOAD = (
    "document.title='RAN';document.cookie='stolen=1;Secure;Path=/';"
    "localStorage.setItem('stolen','1');new Image().src='/stolen/';"
)
SCRIPT = f"<script>{PAYLOAD}</script>"
HTML = f'<!doctype html><title>page</title>{SCRIPT}<img src=x onerror="{PAYLOAD}">'
XHTML = (
    '<html xmlns="http://www.w3.org/1999/xhtml">'
    f"<head><title>page</title></head><body>{SCRIPT}</body></html>"
)
SVG = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="{PAYLOAD}">'
    f'<rect width="9" height="9"/><script>{PAYLOAD}</script></svg>'
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def sound() -> bytes:
    """Return a tenth of a second of silence."""
    stream = BytesIO()
    with wave.open(stream, "wb") as file:
        file.setparams((1, 2, 8000, 800, "NONE", ""))
        file.writeframes(struct.pack("<h", 0) * 800)
    return stream.getvalue()


FILES: dict[str, Any] = {
    "page.html": HTML.encode(),
    "page.xhtml": XHTML.encode(),
    "drawing.svg": SVG.encode(),
    "pixel.png": PIXEL,
    "polyglot.png": PIXEL + HTML.encode(),
    "polyglot.gif": f"GIF89a/*{HTML}*/=1;{PAYLOAD}".encode(),
    "words.txt": HTML.encode(),
    "code.js": PAYLOAD.encode(),
    "code.png": PAYLOAD.encode(),
    "noname": HTML.encode(),
    "polyglot.mp4": HTML.encode(),
    "sound.wav": sound(),
    "\u00e9t\u00e9 100%; \u65e5\u672c.html": b"words",
}
