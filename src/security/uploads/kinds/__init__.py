"""
What is asked of each type of file, by its name in ``types.TYPES``.

``INSPECT`` refuses, before anything is decoded, what is broken, too large or dangerous.
``INSPECT_KEPT`` asks more of a picture that will not be made anew: no data after its end, no
page, program or archive in it. ``CLEAN`` makes a picture anew. All read a seekable stream and
leave its position anywhere; all raise ``Refusal`` for the file, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import archive, media, office, pdf, pictures, svg, text
from .pictures import READ, Inspect
from .reencode import Clean, MissingExtraError, cleaner

__all__ = ["CLEAN", "INSPECT", "INSPECT_KEPT", "MissingExtraError"]

INSPECT: Final[Mapping[str, Inspect]] = {
    **pictures.INSPECT,
    "pdf": pdf.inspect,
    "txt": text.inspect,
    "csv": text.inspect,
    "zip": archive.inspect,
    "docx": office.inspect_docx,
    "xlsx": office.inspect_xlsx,
    "odt": office.inspect_odt,
    "mp3": media.inspect_mp3,
    "mp4": media.inspect_mp4,
    "svg": svg.inspect,
}
INSPECT_KEPT: Final[Mapping[str, Inspect]] = {**INSPECT, **pictures.INSPECT_KEPT}
CLEAN: Final[Mapping[str, Clean]] = {name: cleaner(name) for name in READ}
