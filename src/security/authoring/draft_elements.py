"""Which attributes of HTML and SVG load something, and which lead somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .draft_found import Kind

# Attributes with one address, by element; "" is any element.
LOADS: Final[Mapping[tuple[str, str], Kind]] = {
    ("audio", "src"): Kind.MEDIA,
    ("embed", "src"): Kind.OBJECT,
    ("feimage", "href"): Kind.IMAGE,
    ("feimage", "xlink:href"): Kind.IMAGE,
    ("frame", "src"): Kind.FRAME,
    ("iframe", "src"): Kind.FRAME,
    ("image", "href"): Kind.IMAGE,
    ("image", "xlink:href"): Kind.IMAGE,
    ("img", "src"): Kind.IMAGE,
    ("object", "data"): Kind.OBJECT,
    ("track", "src"): Kind.MEDIA,
    ("use", "href"): Kind.IMAGE,
    ("use", "xlink:href"): Kind.IMAGE,
    ("video", "poster"): Kind.IMAGE,
    ("video", "src"): Kind.MEDIA,
    ("", "background"): Kind.IMAGE,
    ("", "formaction"): Kind.FORM,
}
RELATIONS: Final[Mapping[str, Kind]] = {
    "apple-touch-icon": Kind.IMAGE,
    "apple-touch-icon-precomposed": Kind.IMAGE,
    "apple-touch-startup-image": Kind.IMAGE,
    "icon": Kind.IMAGE,
    "manifest": Kind.MANIFEST,
    "mask-icon": Kind.IMAGE,
    "modulepreload": Kind.SCRIPT,
    "stylesheet": Kind.STYLE,
}
# https://html.spec.whatwg.org/multipage/links.html#link-type-preload
PRELOADS: Final[Mapping[str, Kind]] = {
    "audio": Kind.MEDIA,
    "fetch": Kind.CONNECT,
    "font": Kind.FONT,
    "image": Kind.IMAGE,
    "script": Kind.SCRIPT,
    "style": Kind.STYLE,
    "track": Kind.MEDIA,
    "video": Kind.MEDIA,
    "worker": Kind.WORKER,
}
NAVIGATED: Final = {("a", "href"), ("area", "href"), ("form", "action"), ("", "formaction")}
