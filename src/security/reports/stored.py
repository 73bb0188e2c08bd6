"""The groups in the database, as values for suggestion, replay and inventory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from security.models import ReportCount, ReportExemplar, ReportGroup, ReportPolicy
from security.reports import storage
from security.reports.entry import Entry
from security.reports.evidence import Violation
from security.reports.noise import QUIET
from security.reports.report import Disposition, Kind, Report

MAX_GROUPS: Final = 5_000  # read at once; with what one of each says, some 20 MB
CHUNK: Final = 500  # rows that the database hands over at a time
BY_HAND: Final = "ruled so by hand"
_COLUMNS: Final = (
    "fingerprint",
    "disposition",
    "subject",
    "blocked",
    "source",
    "document",
    "host",
    "verdict",
    "ruled",
    "rule",
    "number",
    "first_seen",
    "last_seen",
    "policy_id",
    "browsers",
    "exemplar",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Which groups to read. What is not given restricts nothing; of ``statuses``, open is given.
    ``keys`` are fingerprints.

    ``since`` leaves out the groups that were not seen from then on, and of the others what was
    counted in hours before; it is aware or naive as ``USE_TZ`` says. ``host`` is that of the
    page. WebKit does not tell the disposition: its reports belong to all ``dispositions``.
    """

    since: datetime | None = None
    host: str = ""
    dispositions: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset({ReportGroup.Status.OPEN.value})
    keys: frozenset[str] = frozenset()


class Script(NamedTuple):
    """
    What hash reports of one group tell: a script with one content, on the pages of one route.

    ``hash`` is as a policy writes it, without quotes; empty where the browser must not tell,
    as of a script from elsewhere without CORS. ``route`` is a path with its variables named.
    """

    host: str
    route: str
    url: str
    hash: str
    first_seen: datetime
    last_seen: datetime
    reports: int


def groups(selection: Selection, most: int = MAX_GROUPS) -> list[Violation]:
    """
    Return the reported violations of CSP, those with the most reports first.

    All that was accepted up to now counts. The number of queries does not grow with that of
    the groups. ``noise`` is set by the verdict that stands: that by hand, if there is one.
    """
    kept = ReportExemplar.objects.filter(group=OuterRef("pk")).order_by("pk").values("text")[:1]
    rows = _chosen(Kind.CSP, selection).annotate(exemplar=Subquery(kept))
    rows = rows.order_by("-number", "pk")
    found = []
    for row in rows[:most].values(*_COLUMNS).iterator(CHUNK):
        report = _report(row.pop("exemplar"))
        document = report.document if report else f"https://{row['host']}{row['document']}"
        found.append((row, document, report.sample if report else ""))
    policies = ReportPolicy.objects.in_bulk({row["policy_id"] for row, _, _ in found} - {None})
    return [
        _violation(
            row,
            document=document,
            sample=sample,
            policy=policies[row["policy_id"]].text if row["policy_id"] in policies else "",
            since=selection.since,
        )
        for row, document, sample in found
    ]


def scripts(selection: Selection, most: int = MAX_GROUPS) -> list[Script]:
    """Return the scripts that hash reports tell of, noise left out, the first seen first."""
    rows = _chosen(Kind.CSP_HASH, selection).order_by("first_seen", "pk")
    columns = ("host", "document", "blocked", "subject", "first_seen", "last_seen", "number")
    return [
        Script(*row)
        for *row, verdict, ruled in rows[:most].values_list(*columns, "verdict", "ruled")
        if (ruled or verdict) not in QUIET
    ]


def _chosen(kind: Kind, selection: Selection) -> QuerySet[Any]:
    """Return the groups of a kind, each with its ``number`` of reports."""
    storage.fold()
    rows = ReportGroup.objects.filter(
        kind=kind.value, overflow=False, status__in=sorted(selection.statuses)
    )
    if selection.keys:
        rows = rows.filter(fingerprint__in=sorted(selection.keys))
    if selection.host:
        rows = rows.filter(host=selection.host)
    if selection.dispositions:
        told = {*selection.dispositions, Disposition.UNKNOWN.value}
        rows = rows.filter(disposition__in=sorted(told))
    if selection.since is None:
        return rows.annotate(number=F("count"))
    ended = selection.since - timedelta(hours=1)
    counts = ReportCount.objects.filter(group=OuterRef("pk"), hour__gt=ended)
    number = counts.values("group").annotate(number=Sum("count")).values("number")
    rows = rows.filter(last_seen__gte=selection.since)
    return rows.annotate(number=Coalesce(Subquery(number), 0))


def _violation(
    row: dict[str, Any], *, document: str, sample: str, policy: str, since: datetime | None
) -> Violation:
    first, last = row["first_seen"], row["last_seen"]
    verdict = row["ruled"] or row["verdict"]
    noise = ""
    if verdict in QUIET:
        noise = BY_HAND if row["ruled"] else row["rule"] or verdict
    return Violation(
        directive=row["subject"],
        blocked=row["blocked"],
        document=document,
        disposition=row["disposition"],
        count=row["number"],
        pages=(row["document"],),
        browsers=tuple(row["browsers"]),
        first_seen=_day(max(first, since) if since else first),
        last_seen=_day(last),
        policy=policy,
        source_file=row["source"],
        sample=sample,
        noise=noise,
        key=row["fingerprint"],
    )


def _report(text: str | None) -> Report | None:
    """Return what an exemplar says, ``None`` for none, or one that another release wrote."""
    try:
        return Entry.load(text or "").report
    except ValueError:
        return None


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()  # a naive moment is one of the machine's own time zone
