"""One change of a settings file as a value: an assignment, or an item of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

PRESET: Final = "SECURITY_PRESET"
MIDDLEWARE: Final = "MIDDLEWARE"
APPS: Final = "INSTALLED_APPS"
OURS: Final = "security.middleware.SecurityMiddleware"
APP: Final = "security"

WIDTH: Final = 88  # columns; what fits stays on one line
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Assign(NamedTuple):
    """``setting`` gets ``value``: text, a number, a flag, or lists and dictionaries of them."""

    setting: str
    value: object

    @property
    def source(self) -> str:
        """The assignment as Python."""
        return f"{self.setting} = {written(self.value, len(self.setting) + 3)}"


class Relist(NamedTuple):
    """``put`` becomes the first item of a list of names, or the last; ``out`` are taken out."""

    setting: str
    put: str
    out: tuple[str, ...] = ()
    is_first: bool = False

    def apply(self, items: Sequence[str]) -> list[str]:
        """Return the list as changed; an item that is in it already moves to its place."""
        kept = [item for item in items if item != self.put and item not in self.out]
        return [self.put, *kept] if self.is_first else [*kept, self.put]


class Change(NamedTuple):
    """
    One change, and why.

    ``mends`` are ids: of findings, of results of the Observatory, and names of headers that
    securityheaders.com misses. ``risk`` is one sentence, ``docs`` a page relative to ``docs/``.
    """

    edit: Assign | Relist
    mends: tuple[str, ...]
    risk: str
    docs: str


class Work(NamedTuple):
    """What no setting mends: the same kinds of ids as in ``Change``, and what to do."""

    about: tuple[str, ...]
    text: str
    docs: str


@dataclass(frozen=True, slots=True)
class Advice:
    """
    Changes in the order in which they belong into a file, and what is left to do by hand.

    ``installed`` is what the project sets, by name; ``None`` where nobody knows.
    """

    changes: tuple[Change, ...] = ()
    work: tuple[Work, ...] = ()
    installed: Mapping[str, object] | None = field(default=None, repr=False)

    @property
    def edits(self) -> tuple[Assign | Relist, ...]:
        """The changes without the reasons."""
        return tuple(change.edit for change in self.changes)

    @property
    def assigned(self) -> dict[str, object]:
        """The settings that get a value, by name."""
        return {edit.setting: edit.value for edit in self.edits if isinstance(edit, Assign)}


def settings_overrides(advice: Advice) -> dict[str, object]:
    """Return what ``override_settings`` takes to try the advice in a running process."""
    installed = NOTHING if advice.installed is None else advice.installed
    values: dict[str, object] = {}
    for edit in advice.edits:
        if isinstance(edit, Assign):
            values[edit.setting] = edit.value
        else:
            values[edit.setting] = edit.apply(names(installed.get(edit.setting)))
    return values


def names(value: Any) -> tuple[str, ...]:
    """Return the names of a list in settings; of anything else, none."""
    listed = value if isinstance(value, list | tuple) else ()
    return tuple(item for item in listed if isinstance(item, str))


def written(value: object, column: int = 0, depth: int = 0) -> str:
    """Return a value as Python source that begins in ``column``, with double quotes."""
    line = _flat(value)
    if column + len(line) <= WIDTH or not isinstance(value, Mapping | list | tuple):
        return line
    indent = "    " * (depth + 1)
    if isinstance(value, Mapping):
        heads = {f"{indent}{_flat(key)}: ": item for key, item in value.items()}
        rows = [
            f"{head}{written(item, len(head) + 1, depth + 1)},\n" for head, item in heads.items()
        ]
        return "{\n" + "".join(rows) + "    " * depth + "}"
    rows = [f"{indent}{written(item, len(indent) + 1, depth + 1)},\n" for item in value]
    return "[\n" + "".join(rows) + "    " * depth + "]"


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(k)}: {_flat(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flat, value)) + "]"
    text = ascii(value)
    is_plain = isinstance(value, str) and text == f"'{value}'" and '"' not in text
    return f'"{value}"' if is_plain else text
