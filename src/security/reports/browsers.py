"""The family and major version of a browser: enough to count browsers, too little to follow one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

MAX_READ: Final = 512  # characters of a User-Agent; the longest honest ones have about 300

# The first that is there: each brand names the ones below it, too. An app that shows pages in
# a window of its own comes first, since such windows put scripts into the page.
_FAMILIES: Final = {
    "Facebook app": ("FBAV", "FB_IAB", "FBAN"),
    "Instagram app": ("Instagram",),
    "Line app": ("Line",),
    "Snapchat app": ("Snapchat",),
    "Edge": ("Edg", "EdgA", "EdgiOS", "Edge"),
    "Opera": ("OPR", "OPiOS", "OPT", "Opera"),
    "Samsung Internet": ("SamsungBrowser",),
    "Yandex": ("YaBrowser",),
    "Vivaldi": ("Vivaldi",),
    "Firefox": ("Firefox", "FxiOS"),
    "Chrome": ("Chrome", "HeadlessChrome", "Chromium", "CriOS"),
    "Safari": ("Safari",),
    "Internet Explorer": ("MSIE", "Trident"),
}
_TOKEN = re.compile(r"([A-Za-z_]+)(?:[/ ](\d{1,4}))?")
_CLASSIFIED = re.compile(rf"({'|'.join(_FAMILIES)})(?: (\d{{1,4}}))?")


class Browser(NamedTuple):
    """``family`` is "" and ``major`` 0 where the text does not tell."""

    family: str
    major: int

    def __str__(self) -> str:
        return f"{self.family} {self.major}" if self.major else self.family


@lru_cache(maxsize=512)  # browsers are few; a text has at most 2 kB
def classify(user_agent: str) -> Browser:
    """Read a User-Agent header; ``str`` of the answer reads as the same browser again."""
    if known := _CLASSIFIED.fullmatch(user_agent):
        return Browser(known[1], int(known[2] or 0))
    tokens = dict(_TOKEN.findall(user_agent[:MAX_READ]))
    for family, names in _FAMILIES.items():
        for name in names:
            if name in tokens:
                version = tokens.get("Version") if family == "Safari" else tokens[name]
                return Browser(family, int(version or 0))
    return Browser("", 0)
