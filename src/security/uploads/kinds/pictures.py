"""The five types of pictures: one reader of headers each, and what is asked of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import BinaryIO, Final

from ..limits import Limits
from . import avif, gif, jpeg, png, webp
from .raster import Picture, check, check_kept

Inspect = Callable[[BinaryIO, Limits], None]

READ: Final[Mapping[str, Callable[[BinaryIO, Limits], Picture]]] = {
    "png": png.read,
    "jpeg": jpeg.read,
    "gif": gif.read,
    "webp": webp.read,
    "avif": avif.read,
}


def inspect(name: str, stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for a picture that is broken or larger than allowed."""
    check(READ[name](stream, limits), limits)


def inspect_kept(name: str, stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` as well for what only making the picture anew would remove."""
    check_kept(stream, READ[name](stream, limits), limits)


INSPECT: Final[Mapping[str, Inspect]] = {name: partial(inspect, name) for name in READ}
INSPECT_KEPT: Final[Mapping[str, Inspect]] = {name: partial(inspect_kept, name) for name in READ}
