"""A report as it is kept: scrubbed, judged, and with the group that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Self

from . import addresses, browsers, grouping
from .noise import Judgement, Pack, Verdict
from .report import Disposition, Report, Shape
from .scrub import scrub

_MEMBERS: Final = tuple(each.name for each in fields(Report))


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """
    One way in which a violation was reported. Two of the same ``digest`` are equal.

    ``text`` is the whole of it as JSON in ASCII, ``digest`` 32 hexadecimal digits of it,
    ``fingerprint`` those of its group and ``policy`` those of the policy that was violated,
    "" where the report names none. ``host`` is that of the page, ``browser`` a family and a
    major version; both are "" where unknown.
    """

    report: Report
    judgement: Judgement
    fingerprint: str
    policy: str
    host: str
    browser: str
    text: str = field(repr=False)
    digest: str

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Entry) and self.digest == other.digest)

    @classmethod
    def of(cls, report: Report, judgement: Judgement) -> Self:
        """Return the entry of a scrubbed report."""
        members: dict[str, Any] = {
            name: value for name in _MEMBERS if (value := getattr(report, name))
        }
        members.pop("age", None)  # two that differ by it alone are one
        text = json.dumps([members, list(_plain(judgement))], separators=(",", ":"))
        address = addresses.read(report.document)
        return cls(
            report=report,
            judgement=judgement,
            fingerprint=grouping.fingerprint(report),
            policy=grouping.digest(report.policy) if report.policy else "",
            host=address.host if address else "",
            browser=report.user_agent,
            text=text,
            digest=blake2b(text.encode(), digest_size=16).hexdigest(),
        )

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the entry that has this ``text``. Raises ``ValueError`` for any other text."""
        try:
            members, (verdict, rule, pack) = json.loads(text)
            members["shape"] = Shape(members["shape"])
            members.setdefault("document", "")
            members["disposition"] = Disposition(members.get("disposition", ""))
            members["details"] = tuple((k, v) for k, v in members.get("details", ()))
            report = Report(**members)
            return cls.of(report, Judgement(Verdict(verdict), rule, pack))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no entry: {error}") from error


def enter(
    report: Report, pack: Pack, template: Callable[[str], str], user_agent: str, host: str = ""
) -> Entry:
    """
    Judge and scrub a report as it came.

    ``user_agent`` is the header of the request that brought it, for where the report does not
    say. ``template`` and ``host`` are what ``scrub`` takes.
    """
    judgement = pack.judge(report)
    if not report.user_agent and user_agent:
        report = replace_agent(report, str(browsers.classify(user_agent)))
    return Entry.of(scrub(report, template=template, host=host), judgement)


def replace_agent(report: Report, user_agent: str) -> Report:
    members = {name: getattr(report, name) for name in _MEMBERS}
    return Report(**(members | {"user_agent": user_agent}))


def _plain(judgement: Judgement) -> tuple[str, str, str]:
    return (judgement.verdict.value, judgement.rule, judgement.pack)


class Arrival(NamedTuple):
    """An entry that came in, so many times, at a moment: Unix seconds."""

    entry: Entry
    at: int
    count: int = 1  # type: ignore[assignment]  # nobody counts the members of this tuple


def added_up(arrivals: list[Arrival]) -> list[Arrival]:
    """Return one arrival for each entry and hour; the moment is the last of them."""
    sums: dict[tuple[Entry, int], Arrival] = {}
    for arrival in arrivals:
        at = (arrival.entry, arrival.at // 3600)
        if (known := sums.get(at)) is not None:
            arrival = Arrival(  # noqa: PLW2901  # the sum takes its place
                arrival.entry, max(known.at, arrival.at), known.count + arrival.count
            )
        sums[at] = arrival
    return list(sums.values())
