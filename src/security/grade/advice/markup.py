"""What a page needs of a policy: whether it works under the strict preset, or why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

MAX_LOOKED_AT: Final = 1_048_576  # characters of a page; tags beyond change no advice
SHORTEST_HANDLER: Final = 5  # characters: oncut
MAX_ADDRESS: Final = 2048  # characters of an address that are looked at

INLINE_SCRIPT: Final = "an inline script without a nonce"
HANDLER: Final = "a handler such as onclick="
SCRIPT_URL: Final = "a javascript: link"
EMPTY_NONCE: Final = "an empty nonce"
FOREIGN: Final = "files of other sites"
FRAME: Final = "a frame or a plug-in"

_TAG = re.compile(
    r"<(?P<name>[A-Za-z][^\s/>]*+)(?P<rest>(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+)>", re.DOTALL
)
_PAIR = re.compile(
    r"(?P<name>[^\s\"'>/=]++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<bare>[^\s>]++)))?+"
)
_ENDS: Final = {
    name: re.compile(rf"</{name}(?=[\s>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title")
}
_DATA_TYPES = re.compile(
    r"(?:application/(?:ld\+)?json|text/(?:template|html|x-.*))\Z", re.IGNORECASE
)
_LOADS: Final = {
    "audio": "src",
    "embed": "src",
    "form": "action",
    "frame": "src",
    "iframe": "src",
    "img": "src",
    "input": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "track": "src",
    "video": "src",
}
_SCRIPT: Final = "javascript:"
_FRAMES: Final = frozenset({"embed", "frame", "iframe", "object"})
_FOLLOWED: Final = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest"})
# In the addresses of every script and every style of Django's admin.
_ADMIN_SCRIPTS: Final = "/admin/js/"
_ADMIN_STYLES: Final = "/admin/css/"


@dataclass(frozen=True, slots=True)
class Needs:
    """
    ``obstacles`` are what the strict preset stops for good. ``has_files``: scripts of the site
    without a nonce, but for those of Django's admin, which the preset lets through
    (``is_admin``).
    """

    obstacles: tuple[str, ...] = ()
    has_files: bool = False
    has_styles: bool = False
    has_data_images: bool = False
    has_nonces: bool = False
    is_admin: bool = False

    def __or__(self, other: Needs) -> Needs:
        """Return what two pages of one site need together."""
        return Needs(
            tuple(dict.fromkeys((*self.obstacles, *other.obstacles))),
            *(getattr(self, name) or getattr(other, name) for name in Needs.__slots__[1:]),
        )

    @property
    def additions(self) -> dict[str, dict[str, list[str]]]:
        """The settings that let the strict preset serve such a page, by name."""
        added: dict[str, list[str]] = {}
        settings: dict[str, dict[str, list[str]]] = {}
        if self.has_files:
            settings["SECURITY_CSP_REMOVE"] = {"script-src": ["'strict-dynamic'"]}
            added["script-src"] = ["'self'"]
        if self.has_data_images:
            added["img-src"] = ["data:"]
        if added:
            settings["SECURITY_CSP_ADD"] = added
        if self.has_styles:
            settings["SECURITY_CSP_REPLACE"] = {"style-src": ["'self'", "'unsafe-inline'"]}
        return settings


def needs(body: str, host: str) -> Needs:
    """Read a page that ``host`` served over HTTPS; never raises, in time linear in its length."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    for name, attributes in _tags(body[:MAX_LOOKED_AT]):
        found.update(dict.fromkeys(_code(name, attributes)))
        if "style" in attributes or (name == "style" and "nonce" not in attributes):
            seen.add("styles")
        if "nonce" in attributes:
            seen.add("nonces")
        _loaded(name, attributes, host, found, seen)
    return Needs(
        obstacles=tuple(found),
        has_files="files" in seen,
        has_styles="styles" in seen,
        has_data_images="data" in seen,
        has_nonces="nonces" in seen,
        is_admin=_is_admin(seen),
    )


def _is_admin(seen: set[str]) -> bool:
    """Tell whether a page is one of Django's admin, and its scripts have no nonces."""
    if "files" in seen:
        return False
    return "admin" in seen or ("admin styles" in seen and "nonces" not in seen)


def _code(name: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """Yield what runs in the page itself, which no policy without 'unsafe-inline' lets run."""
    is_code = not _DATA_TYPES.match(attributes.get("type", "").strip())
    if name == "script" and is_code and not attributes.keys() & {"src", "nonce"}:
        yield INLINE_SCRIPT
    if attributes.get("nonce") == "":
        yield EMPTY_NONCE
    for key, value in attributes.items():
        if key.startswith("on") and len(key) >= SHORTEST_HANDLER:
            yield HANDLER
        elif key in {"href", "action", "src"} and value[:40].strip().lower().startswith(_SCRIPT):
            yield SCRIPT_URL


def _loaded(
    name: str, attributes: Mapping[str, str], host: str, found: dict[str, None], seen: set[str]
) -> None:
    """Note what a tag loads, or where its form goes."""
    address = attributes.get(_LOADS.get(name, ""))
    if name == "link" and not _FOLLOWED & set(attributes.get("rel", "").lower().split()):
        return
    if name in _FRAMES and (address or "srcdoc" in attributes):
        found[FRAME] = None
        return
    address = (address or "")[:MAX_ADDRESS].strip()
    if not address or address.lower().startswith(_SCRIPT):
        return
    if address.lower().startswith("data:") and name in {"img", "input", "link"}:
        seen.add("data")
    elif not _is_own(address, host):
        found[FOREIGN] = None
    elif name == "script" and "nonce" not in attributes:
        seen.add("admin" if _ADMIN_SCRIPTS in address else "files")
    elif name == "link" and _ADMIN_STYLES in address:
        seen.add("admin styles")


def _is_own(address: str, host: str) -> bool:
    base = f"https://{host}/"
    try:
        url = urljoin(base, address)
        own, other = urlsplit(base), urlsplit(url)
        return (other.scheme, other.netloc.lower()) == (own.scheme, own.netloc.lower())
    except ValueError:
        return False


def _tags(body: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each tag with its attributes; comments and the text of scripts hold none."""
    at = body.find("<")
    while at >= 0:
        if body.startswith("<!--", at):
            end = body.find("-->", at + 4)
            at = body.find("<", end) if end >= 0 else -1
            continue
        if not body[at + 1 : at + 2].isalpha():
            at = body.find("<", at + 1)
            continue
        tag = _TAG.match(body, at)
        if tag is None:  # a tag that nothing ends
            return
        name = tag["name"].lower()
        values: dict[str, str] = {}
        for pair in _PAIR.finditer(tag["rest"]):
            value = pair["double"] or pair["single"] or pair["bare"] or ""
            values.setdefault(pair["name"].lower(), value)
        yield name, values
        at = tag.end()
        if name in _ENDS:
            end_tag = _ENDS[name].search(body, at)
            if end_tag is None:
                return
            at = end_tag.start()
        at = body.find("<", at)
