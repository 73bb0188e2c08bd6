"""
What well-known services need of a policy, one dated file for each: ``stripe.toml``.

A file says where its sources were read (``source``), which public page quotes the vendor
where that one could not be read itself (``via``), and when (``read``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from security.policy.csp.compose import PolicyFragment
from security.policy.csp.document import ContentSecurityPolicy
from security.policy.errors import did_you_mean, must_be

MAX_FILE: Final = 8_192  # bytes; the longest of the files is under 2,000
KINDS: Final = frozenset(
    {
        "analytics",
        "captcha",
        "cdn",
        "chat",
        "fonts",
        "maps",
        "monitoring",
        "payments",
        "search",
        "video",
    }
)
_REQUIRED: Final = {"title": str, "kind": str, "source": str, "read": date, "directives": dict}
_OPTIONAL: Final = {"via": str, "note": str}
_SUFFIX: Final = ".toml"


@dataclass(frozen=True, slots=True)
class Service:
    """
    One service: what it needs, and where that was read.

    ``read`` is the day on which ``source`` was read, ``via`` a public page that quotes it.
    """

    name: str
    title: str
    kind: str
    source: str
    read: date
    policy: ContentSecurityPolicy
    via: str | None = None
    note: str | None = None

    @classmethod
    def parse(cls, name: str, data: bytes) -> Service:
        """
        Read one file of at most ``MAX_FILE`` bytes.

        Raises ``PolicyError`` for a key, a type, a kind, an address or a source that is not
        one of those this module describes.
        """
        if len(data) > MAX_FILE:
            raise must_be(f"at most {MAX_FILE} bytes long", len(data))
        try:
            table = tomllib.loads(data.decode("ascii"))
        except ValueError as error:
            raise must_be("a TOML file in ASCII", str(error)) from None
        _check(table)
        policy = ContentSecurityPolicy.from_mapping(table.pop("directives"))
        return cls(name=name, policy=policy, **table)

    def fragment(self) -> PolicyFragment:
        """Return a fresh copy of what the service needs."""
        return PolicyFragment({d.name: list(d.values) for d in self.policy.directives})


@cache
def names() -> tuple[str, ...]:
    """Return the names of all services, sorted."""
    found = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


@cache
def describe(name: str) -> Service:
    """
    Return the service of this name; its file is read once.

    Raises ``PolicyError`` for a name that ``names()`` does not have.
    """
    if name not in names():
        raise must_be(
            "the name of a known service", name, hint=did_you_mean(name, names()) or _listed()
        )
    return Service.parse(name, (files(__package__) / f"{name}{_SUFFIX}").read_bytes())


def service(name: str, *, without: Iterable[str] = ()) -> PolicyFragment:
    """
    Return what a service needs, leaving out the directives in ``without``.

    Raises ``PolicyError`` for an unknown service, and for a directive that it has not.
    """
    if not isinstance(name, str):
        raise must_be("the name of a known service", name, hint=_listed())
    fragment = describe(name).fragment()
    if isinstance(without, str) or not isinstance(without, Iterable):
        raise must_be("a list of directives", without).within("without")
    for directive in without:
        if fragment.pop(directive, None) is None:
            raise must_be(
                f"a directive of {name!r}", directive, hint=did_you_mean(directive, fragment)
            ).within("without")
    return fragment


def _listed() -> str:
    return f"Known are {', '.join(names())}."


def _check(table: Mapping[str, Any]) -> None:
    known = _REQUIRED | _OPTIONAL
    for key in table:
        if key not in known:
            raise must_be("a known key", key, hint=did_you_mean(key, known))
    for key in _REQUIRED:
        if key not in table:
            raise must_be("given", None).within(key)
    for key, value in table.items():
        if type(value) is not known[key] or not value:
            raise must_be(f"a {known[key].__name__}, and not empty", value).within(key)
    if table["kind"] not in KINDS:
        raise must_be("a known kind", table["kind"], hint=did_you_mean(table["kind"], KINDS))
    for key in ("source", "via"):
        if not table.get(key, "https://").startswith("https://"):
            raise must_be("an https:// address", table[key]).within(key)
    for name, sources in table["directives"].items():
        if type(sources) is not list:
            raise must_be("a list", sources).within("directives", name)
