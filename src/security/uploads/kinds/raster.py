"""What is asked of every picture before it is decoded; each format's module reads the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from .reading import refuse_second_face

# All frames of an animation together, in units of max_pixels. They are in memory at once while
# it is written: 2 x 50,000,000 pixels of 4 bytes are 400 MB.
MAX_FRAMES_TOGETHER: Final = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """
    What a header says of a picture. ``width`` and ``height`` are the most that any part of
    the file asks a decoder for, ``end`` is the position after the picture's last byte.
    """

    width: int
    height: int
    end: int
    frames: int = 1
    is_transparent: bool = False
    is_lossless: bool = True

    @property
    def pixels(self) -> int:
        """Width times height of one frame."""
        return self.width * self.height


def check(picture: Picture, limits: Limits) -> None:
    """Raise ``Refusal`` for a picture that is larger than allowed."""
    if picture.pixels > limits.max_pixels:
        raise Refusal(
            "picture.pixels",
            gettext_noop("The picture has more than %(limit)s pixels."),
            limit=limits.max_pixels,
        )
    if picture.frames > limits.max_frames:
        raise Refusal(
            "picture.frames",
            gettext_noop("The animation has too many frames. The most allowed here is %(limit)s."),
            limit=limits.max_frames,
        )
    most = MAX_FRAMES_TOGETHER * limits.max_pixels
    if picture.frames > 1 and picture.pixels * picture.frames > most:
        raise Refusal(
            "picture.animation",
            gettext_noop("The frames of the animation have more than %(limit)s pixels together."),
            limit=most,
        )


def check_kept(stream: BinaryIO, picture: Picture, limits: Limits) -> None:
    """Raise ``Refusal`` for a picture that must not be kept as it was sent."""
    check(picture, limits)
    stream.seek(0, 2)
    if stream.tell() != picture.end:
        raise Refusal(
            "picture.trailing", gettext_noop("There is other data after the end of the picture.")
        )
    refuse_second_face(stream)
