"""How often a browser would draw the elements of an SVG picture that ``use`` repeats."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from ..refusal import Refusal, gettext_noop
from .reading import broken
from .xml import split

MAX_USES: Final = 10_000  # ``use`` elements in a picture
MAX_DRAWN: Final = 1_000_000  # elements, every repetition counted; a map has 100,000

_AROUND: Final = "".join(map(chr, range(0x21)))  # what an address may begin and end with
_IGNORED: Final = re.compile(r"[\t\n\r]")


def targets(attributes: dict[str, str]) -> set[str]:
    """
    Return each id that some browser could take for what a ``use`` repeats.

    Which of two addresses wins, and whether a fragment is decoded, differs between XML and HTML
    and between browsers. Raises ``Refusal``.
    """
    found: set[str] = set()
    for key, value in attributes.items():
        if split(key)[1].lower() != "href":
            continue
        address = _IGNORED.sub("", value.strip(_AROUND))
        if address.startswith("#"):
            try:
                found |= {address[1:], unquote(address[1:], errors="strict")}
            except UnicodeDecodeError:
                raise broken("svg") from None
    return found


class Uses:
    """Elements with an id, and what each of them repeats."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._within: dict[str, list[str]] = {"": []}  # targets of uses, by the nearest id around
        self._sizes: dict[str, int] = {"": 0}
        self._parents: dict[str, str] = {}
        self._count = 0

    def start(self, name: str, used: set[str]) -> None:
        """Meet an element with its id, where it has one, and the ids of what it repeats."""
        around = self._open[-1] if self._open else ""
        inner = around
        if name and name not in self._sizes:
            self._parents[name] = around
            self._within[name] = []
            self._sizes[name] = 0
            inner = name
        self._open.append(inner)
        self._sizes[inner] += 1
        self._count += bool(used)
        self._within[inner] += used
        if self._count > MAX_USES:
            raise _too_many()

    def end(self) -> None:
        """Meet the end of an element."""
        self._open.pop()

    def check(self) -> None:
        """Raise ``Refusal`` if too much would be drawn, or an element repeats itself."""
        if not self._count:
            return
        parts = {name: [*targets] for name, targets in self._within.items()}
        for name, around in self._parents.items():
            parts[around].append(name)
        if self._drawn(parts) > MAX_DRAWN:
            raise _too_many()

    def _drawn(self, parts: dict[str, list[str]]) -> int:
        """Return the number of elements drawn, in time linear in elements and uses."""
        done: dict[str, int] = {}
        under_way: set[str] = set()
        stack = [("", False)]
        while stack:
            name, is_left = stack.pop()
            if name in done or name not in parts:
                continue
            if is_left:
                done[name] = min(
                    self._sizes[name] + sum(done.get(part, 0) for part in parts[name]),
                    MAX_DRAWN + 1,
                )
                under_way.discard(name)
                continue
            if name in under_way:
                raise _too_many()
            under_way.add(name)
            stack.append((name, True))
            for part in parts[name]:
                if part in under_way:
                    raise _too_many()
                stack.append((part, False))
        return done[""]


def _too_many() -> Refusal:
    return Refusal("svg.uses", gettext_noop("The picture repeats parts of itself too often."))
