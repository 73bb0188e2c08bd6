"""One rule that tells noise from what a site did itself, and the report as a rule sees it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from security.policy.errors import PolicyError, did_you_mean, must_be
from security.policy.origins import MAX_HOST

from . import addresses
from .report import Report

DEFECT_TIER: Final = 4  # browser defects; 1 is certain, 2 very likely, 3 told by the sample
WHERE: Final = ("blocked", "source")

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Place(NamedTuple):
    """One of the URLs of a report, or a keyword in its stead, in lower case."""

    scheme: str
    host: str
    port: int | None
    path: str
    is_bare: bool
    anchors: tuple[tuple[str, str], ...]  # what a rule may be found by


@lru_cache(maxsize=512)  # the same few URLs come again and again; a text has at most 2 kB
def place(text: str) -> Place:
    """Read one member of a report."""
    address = addresses.read(text)
    if address is None:
        scheme = addresses.scheme(text)
        return Place(scheme, "", None, "", ":" not in text, (("scheme", scheme),))
    host = address.host if len(address.host) <= MAX_HOST else ""
    anchors = [("scheme", address.scheme), ("host", host), ("port", str(address.port))]
    below = host
    while below:  # at most as many steps as a name has labels
        below = below.partition(".")[2]
        anchors.append(("below", below))
    path = address.path.lower()
    return Place(address.scheme, host, address.port, path, False, tuple(anchors))


class View(NamedTuple):
    """A report with its places read once."""

    report: Report
    blocked: Place
    source: Place

    @classmethod
    def of(cls, report: Report) -> View:
        """Read the places of a report."""
        return cls(report, place(report.blocked), place(report.source))

    def anchors(self) -> tuple[tuple[str, str], ...]:
        """Return what a rule may be found by."""
        whole = (
            ("document", self.report.document.lower()),
            ("blocked", self.report.blocked.lower()),
        )
        return whole + self.blocked.anchors + self.source.anchors


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    Everything that is given must fit; of a list, one item must.

    ``schemes`` also match as a bare word. A host may start with ``*.`` for all below it, or
    have ``*`` inside for part of one label. ``documents`` and ``blocked`` are whole texts.
    ``hosts``, ``paths`` (beginnings), ``ports`` and
    ``bare`` go with one and the same place, which ``where`` may narrow to ``blocked`` or
    ``source``. ``samples`` stand anywhere in the sample, ``starts`` at its first word.
    ``directives`` fit with what follows them after a hyphen, too (script-src-elem).
    """

    id: str
    family: str
    tier: int
    date: datetime.date
    source: str
    example: Mapping[str, Any] = field(repr=False, compare=False)
    near_miss: Mapping[str, Any] = field(repr=False, compare=False)
    where: tuple[str, ...] = WHERE
    schemes: tuple[str, ...] = ()
    bare: bool | None = None
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    documents: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    directives: tuple[str, ...] = ()
    not_directives: tuple[str, ...] = ()
    column: int | None = None
    line: int | None = None
    glob: str = field(init=False, repr=False)
    sample: str = field(init=False, repr=False)
    _hosts: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _sample: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        inner = [host for host in self.hosts if "*" in host.removeprefix("*.")]
        starts = (rf"\A\s*{re.escape(text)}" for text in self.starts)
        sample = "|".join((*map(re.escape, self.samples), *starts))
        values = {
            "glob": "|".join(_host_pattern(host) for host in inner),
            "sample": sample,
            "_hosts": re.compile("|".join(map(_host_pattern, self.hosts))) if self.hosts else None,
            "_sample": re.compile(sample) if sample else None,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def is_defect(self) -> bool:
        """Tell whether the browser is to blame, not a third program."""
        return self.tier == DEFECT_TIER

    @classmethod
    def load(cls, table: object, number: int) -> Self:
        """Check one table of a pack. Raises ``PolicyError`` with its place."""
        try:
            if not isinstance(table, dict):
                raise must_be("a table", table)
            return cls(**_checked(table))
        except PolicyError as error:
            raise error.within("rule", number) from error

    def anchors(self) -> Iterator[tuple[str, str]]:
        """Yield what an index finds the rule by; none for a rule found by its sample alone."""
        if self.sample:
            return
        yield from (("document", text) for text in self.documents)
        yield from (("blocked", text) for text in self.blocked)
        yield from (("scheme", text) for text in self.schemes)
        if self.hosts:
            for host in self.hosts:
                below = host.startswith("*.")
                yield ("below", host[2:]) if below else ("host", host)
        elif not self.schemes:
            yield from (("port", str(port)) for port in self.ports)

    def fits(self, view: View) -> bool:
        """Tell whether the rule speaks of this report."""
        report = view.report
        return (
            (not self.documents or report.document.lower() in self.documents)
            and (not self.blocked or report.blocked.lower() in self.blocked)
            and (self._sample is None or self._sample.search(report.sample) is not None)
            and (not self.directives or _among(report.subject, self.directives))
            and not _among(report.subject, self.not_directives)
            and self.column in (None, report.column)
            and self.line in (None, report.line)
            and (
                not (self.schemes or self.hosts or self.ports or self.paths)
                or any(self._fits_place(getattr(view, name)) for name in self.where)
            )
        )

    def _fits_place(self, place: Place) -> bool:
        return (
            (not self.schemes or place.scheme in self.schemes)
            and self.bare in (None, place.is_bare)
            and (self._hosts is None or self._hosts.fullmatch(place.host) is not None)
            and (not self.ports or place.port in self.ports)
            and (not self.paths or place.path.startswith(self.paths))
        )


def _among(subject: str, directives: tuple[str, ...]) -> bool:
    return any(subject == name or subject.startswith(f"{name}-") for name in directives)


def _host_pattern(host: str) -> str:
    below = host.startswith("*.")
    inner = re.escape(host.removeprefix("*.")).replace(r"\*", "[^.]*")
    return r".+\." + inner if below else inner


def _checked(table: dict[str, Any]) -> dict[str, Any]:
    known = {member.name: member.default for member in fields(Rule) if member.init}
    for name in table:
        if name not in known:
            raise must_be("a member of a rule", name, hint=did_you_mean(name, known))
    for name, default in known.items():
        if default is MISSING and name not in table:
            raise PolicyError(f'must have "{name}".')
    if not isinstance(table["id"], str) or not _ID.fullmatch(table["id"]):
        raise must_be("an id of lower-case words with hyphens", table["id"]).within("id")
    if table["tier"] not in range(1, DEFECT_TIER + 1):
        raise must_be("a tier from 1 to 4", table["tier"]).within("tier")
    if type(table["date"]) is not datetime.date:
        raise must_be("a date, without quotes", table["date"]).within("date")
    if not any(table.get(name) for name in _ANCHORS):
        raise PolicyError(f"must say what it matches: {', '.join(_ANCHORS)}.")
    return {
        name: _items(name, value) if isinstance(known[name], tuple) else value
        for name, value in table.items()
    }


def _items(name: str, value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise must_be("a list", value).within(name)
    for place, item in enumerate(value):
        if name == "ports":
            right = isinstance(item, int)
        else:
            right = isinstance(item, str) and _ITEMS.get(name, _TEXT).fullmatch(item) is not None
        if not right:
            raise must_be("written as a rule wants it", item).within(name, place)
    return tuple(value)


_ANCHORS: Final = ("schemes", "hosts", "ports", "documents", "blocked", "samples", "starts")
_TEXT = re.compile(r"[^\n]+")
_ITEMS: Final = {
    "schemes": re.compile(r"[a-z][a-z0-9+.-]*"),
    "hosts": re.compile(r"[a-z0-9*.-]+"),
    "where": re.compile("|".join(WHERE)),
    "documents": re.compile(r"[^A-Z\n]+"),  # compared in lower case
    "blocked": re.compile(r"[^A-Z\n]+"),
    "paths": re.compile(r"/[^A-Z\n]*"),
    "directives": re.compile(r"[a-z-]+"),
    "not_directives": re.compile(r"[a-z-]+"),
}
