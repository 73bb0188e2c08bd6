"""What is asked of an upload: the types that are allowed, the limits, and what is done to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from security.policy.errors import did_you_mean, must_be
from security.uploads.limits import Limits
from security.uploads.types import IMAGES, TYPES, FileType

LIMITS: Final = tuple(limit.name for limit in fields(Limits))
OPTIONS: Final = ("types", "reencode", *LIMITS)
DEFAULT_TYPES: Final = (*IMAGES, "pdf", "txt", "csv")
MAX_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: at a socket in the file system, or at a host and port."""

    path: str | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, raw: object) -> Scanner:
        """Read ``unix:/run/clamav/clamd.ctl`` or ``tcp:host:port``. Raises ``PolicyError``."""
        what = "'unix:/path/of/the/socket' or 'tcp:host:port'"
        if not isinstance(raw, str):
            raise must_be(what, raw)
        kind, _, rest = raw.partition(":")
        if kind == "unix" and rest.startswith("/") and "\0" not in rest:
            return cls(path=rest)
        host, _, port = rest.removeprefix("//").rpartition(":")
        if kind == "tcp" and host and port.isascii() and port.isdecimal() and len(port) < 6:
            number = int(port)
            if 0 < number <= MAX_PORT:
                return cls(host=host.strip("[]"), port=number)
        raise must_be(what, raw)

    def __str__(self) -> str:
        return f"unix:{self.path}" if self.path else f"tcp:{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    What one upload must be. ``types`` are names in ``TYPES``; nothing else is accepted.

    With ``reencode`` (the default), a file of a kind that can be made anew is: what is stored
    was written by this site. ``scanner`` is asked about each file, where there is one.

    Raises ``PolicyError`` that names the field.
    """

    types: tuple[str, ...] = DEFAULT_TYPES
    limits: Limits = field(default_factory=Limits)
    reencode: bool = True
    scanner: Scanner | None = None

    def __post_init__(self) -> None:
        if not self.types:
            hint = "Without a type, no file is allowed."
            raise must_be("a list of types", self.types, hint=hint).within("types")
        for index, name in enumerate(self.types):
            if name not in TYPES:
                what = f"one of {', '.join(TYPES)}"
                near = did_you_mean(name, TYPES)
                raise must_be(what, name, hint=near).within("types", index)
        if not isinstance(self.reencode, bool):
            raise must_be("True or False", self.reencode).within("reencode")

    def narrowed(self, **options: Any) -> Rules:
        """
        Return these rules with other ``types``, ``reencode`` or limits, by name.

        Raises ``PolicyError`` that names the option.
        """
        for name in options:
            if name not in OPTIONS:
                near = did_you_mean(name, OPTIONS)
                raise must_be(f"made of the options {', '.join(OPTIONS)}", name, hint=near)
        limits = {name: options.pop(name) for name in LIMITS if name in options}
        if "types" in options:
            options["types"] = _listed(options["types"])
        return replace(self, limits=replace(self.limits, **limits), **options)

    @property
    def allowed(self) -> tuple[FileType, ...]:
        return tuple(TYPES[name] for name in self.types)

    @property
    def extensions(self) -> tuple[str, ...]:
        """Every extension of the allowed types, without dots."""
        return tuple(extension for each in self.allowed for extension in each.extensions)

    def type_of(self, extension: str) -> FileType | None:
        """Return the allowed type that has this extension (lower case, no dot)."""
        return next((each for each in self.allowed if extension in each.extensions), None)


def _listed(types: object) -> tuple[str, ...]:
    if isinstance(types, str) or not isinstance(types, Iterable):
        hint = f"Write [{types!a:.40}]." if isinstance(types, str) else None
        raise must_be("a list of types", types, hint=hint).within("types")
    return tuple(types)
