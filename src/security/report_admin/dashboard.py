"""The numbers of the dashboard. Each takes one query, whose work does not grow with the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from security.models import ReportCount, ReportDaily, ReportGroup, ReportPolicy, ReportTotal
from security.reports.noise import QUIET
from security.reports.report import Kind
from security.reports.storage.effective import telling
from security.reports.visible import visible

from .charts import Chart, Series, stacked
from .spans import HOUR, Span

LISTED: Final = 10  # rows of each table
NEWEST: Final = 5
NAMED: Final = 7  # directives with a colour of their own
MAX_NAME: Final = 60  # characters of a directive; any text can be reported as one
OTHERS: Final = "others"
MAX_READ: Final = 30_000  # hourly counts that are added up to find the first groups
BATCHES: Final = 3

Found = list[tuple[datetime, str, int]]  # hour, name, count


@dataclass(frozen=True, slots=True)
class Share:
    """A name with its count, and how much of the first one's or of all that is, in percent."""

    name: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """
    What the dashboard says of a span; ``before`` counts the reports of as long a time before it.

    ``noise`` is a percentage, ``None`` where there are no reports. ``overflow`` counts reports.
    """

    reports: int
    before: int
    open: int
    new: int
    noise: int | None
    overflow: int
    refused: tuple[Share, ...]
    browsers: tuple[Share, ...]
    policies: tuple[ReportPolicy, ...]
    policy_count: int
    charts: tuple[Chart, ...]
    top: tuple[tuple[ReportGroup, int], ...]
    newest: tuple[ReportGroup, ...]

    @property
    def refusals(self) -> int:
        """How many items were refused, for whatever reason."""
        return sum(one.count for one in self.refused)

    @property
    def change(self) -> int | None:
        """By how many percent there are more reports than before; ``None`` after nothing."""
        return round(100 * (self.reports - self.before) / self.before) if self.before else None


def numbers(span: Span) -> Numbers:
    """Ask the database for everything on the page."""
    verdicts = _by_verdict(span)
    sums: dict[str, int] = {}
    for _hour, verdict, count in verdicts:
        sums[verdict] = sums.get(verdict, 0) + count
    reports = sum(sums.values())
    groups = ReportGroup.objects.aggregate(
        open=Count("pk", filter=telling()),
        new=Count("pk", filter=telling() & Q(first_seen__gte=span.start)),
    )
    policies = ReportPolicy.objects.order_by("-last_seen")
    labels = tuple(span.labels())
    return Numbers(
        reports=reports,
        before=_before(span),
        open=groups["open"],
        new=groups["new"],
        noise=round(100 * sum(sums.get(one, 0) for one in QUIET) / reports) if reports else None,
        overflow=_overflow(span),
        refused=_daily("refused", span),
        browsers=_daily("browser", span),
        policies=tuple(policies[:LISTED]),
        policy_count=policies.count(),
        charts=(_verdicts_chart(verdicts, span, labels), _directives_chart(verdicts, span, labels)),
        top=top_groups(span),
        newest=tuple(
            ReportGroup.objects.filter(telling(), first_seen__gte=span.start).order_by(
                "-first_seen", "-pk"
            )[:NEWEST]
        ),
    )


def top_groups(span: Span) -> tuple[tuple[ReportGroup, int], ...]:
    """
    Return the open groups with the most reports within the span, and how many.

    Groups are looked at by all their reports, the most first, until none that follows can be
    among the first. After ``MAX_READ`` counts that is not sought any more: a group left out
    then has fewer reports in all than any that was looked at.
    """
    hours = round((span.end - span.start) / HOUR)
    size = max(3 * LISTED, min(500, MAX_READ // BATCHES // hours))
    candidates = ReportGroup.objects.filter(telling(), last_seen__gte=span.start)
    ranked = list(candidates.order_by("-count", "-pk").values_list("pk", "count")[: BATCHES * size])
    found: list[tuple[int, int]] = []
    for begin in range(0, len(ranked), size):
        keys = [key for key, _count in ranked[begin : begin + size]]
        counts = ReportCount.objects.filter(group__in=keys, hour__gte=span.start)
        found += counts.values_list("group").annotate(total=Sum("count")).order_by()
        found = sorted(found, key=lambda one: (-one[1], one[0]))[:LISTED]
        following = ranked[begin + size : begin + size + 1]
        if len(found) == LISTED and following and found[-1][1] >= following[0][1]:
            break
    groups: dict[int, ReportGroup] = ReportGroup.objects.in_bulk([key for key, _total in found])
    return tuple((groups[key], total) for key, total in found if key in groups)


def _by_verdict(span: Span) -> Found:
    rows = ReportTotal.objects.filter(hour__gte=span.start).values_list("hour", "verdict")
    return list(rows.annotate(total=Sum("count")).order_by())


def _before(span: Span) -> int:
    began = span.start - (span.end - span.start)
    earlier = ReportTotal.objects.filter(hour__gte=began, hour__lt=span.start)
    return int(earlier.aggregate(total=Sum("count"))["total"] or 0)


def _overflow(span: Span) -> int:
    groups = list(ReportGroup.objects.filter(overflow=True).values_list("pk", flat=True)[:LISTED])
    counts = ReportCount.objects.filter(group__in=groups, hour__gte=span.start)
    return int(counts.aggregate(total=Sum("count"))["total"] or 0)


def _daily(what: str, span: Span) -> tuple[Share, ...]:
    rows = ReportDaily.objects.filter(what=what, day__gte=span.first_day).values_list("name")
    found = list(rows.annotate(total=Sum("count")).order_by("-total", "name")[:LISTED])
    most = max((total for _name, total in found), default=0) or 1
    return tuple(
        Share(visible(name, MAX_NAME), total, round(100 * total / most)) for name, total in found
    )


def _verdicts_chart(found: Found, span: Span, labels: tuple[str, ...]) -> Chart:
    names = {
        value: (str(label), f"verdict-{value}") for value, label in ReportGroup.Verdict.choices
    }
    series = tuple(one for one in stacked(found, span, names) if any(one.counts))
    return Chart(
        "chart-verdicts",
        _("Reports by verdict"),
        labels,
        series,
    )


def _directives_chart(verdicts: Found, span: Span, labels: tuple[str, ...]) -> Chart:
    """Return the chart of directives, without what says nothing about the site."""
    loud = ReportTotal.objects.filter(hour__gte=span.start).exclude(verdict__in=QUIET)
    rows = loud.values_list("kind", "subject").annotate(total=Sum("count"))
    most = list(rows.order_by("-total", "kind", "subject")[:NAMED])
    chosen: dict[str, tuple[str, str]] = {}
    wanted = Q(pk__in=())
    for place, (kind, subject, _total) in enumerate(most):
        key = f"{kind} {subject}"
        chosen[key] = (_name(kind, subject), f"series-{place + 1}")
        wanted |= Q(kind=kind, subject=subject)
    hours = loud.filter(wanted).values_list("hour", "kind", "subject").annotate(total=Sum("count"))
    found = [(hour, f"{kind} {subject}", total) for hour, kind, subject, total in hours.order_by()]
    series = list(stacked(found, span, chosen))
    all_loud = [(hour, OTHERS, count) for hour, verdict, count in verdicts if verdict not in QUIET]
    (everything,) = stacked(all_loud, span, {OTHERS: (_("others"), OTHERS)})
    rest = tuple(
        whole - sum(one.counts[place] for one in series)
        for place, whole in enumerate(everything.counts)
    )
    if any(count > 0 for count in rest):
        series.append(Series(everything.name, OTHERS, tuple(max(count, 0) for count in rest)))
    return Chart(
        "chart-directives",
        _("Reports by directive"),
        labels,
        tuple(series),
        _("Without noise."),
    )


def _name(kind: str, subject: str) -> str:
    named = subject if kind == Kind.CSP and subject else kind
    return visible(named, MAX_NAME)


def group_chart(group: ReportGroup, span: Span) -> Chart:
    """Return the chart of one group."""
    rows = ReportCount.objects.filter(group=group, hour__gte=span.start)
    found = [(hour, "", count) for hour, count in rows.values_list("hour", "count")]
    names: Mapping[str, tuple[str, str]] = {"": (_("reports"), "series-1")}
    return Chart("chart-group", _("Reports"), tuple(span.labels()), stacked(found, span, names))
