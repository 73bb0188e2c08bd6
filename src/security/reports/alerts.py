"""Tell of groups of reports that are new or came much more often than before: once a day each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from django.core.mail import EmailMessage
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from security.conf import conf
from security.models import ReportCount, ReportDaily, ReportGroup
from security.reports import storage, webhook
from security.reports.alert_text import Alert, Message, Reason, ordered
from security.reports.storage.connection import locked, transact
from security.reports.storage.effective import loud
from security.reports.storage.moments import DAY, HOUR, day, hour, moment
from security.reports.storage.numbers import LOUD
from security.signals import report_alert

NEW_FOR: Final = DAY  # seconds; what is older when the first message is sent is no news
USUAL_FOR: Final = 7 * DAY // HOUR  # hours before one that tell what is usual
LEAST: Final = 20  # reports of an hour, below which nothing is a spike
MOST: Final = 500  # groups that one message stands for; more follow with the next
MESSAGES: Final = 48  # a day (UTC): anybody can send reports of something new
DAILY: Final = "alert"  # under which ``ReportDaily`` counts messages

logger = logging.getLogger("security.reports")


def is_wanted() -> bool:
    """Tell whether anybody is to be told: by mail, by webhook or by the signal."""
    settings = conf.SECURITY_REPORTS
    named = settings.alert_emails or settings.alert_webhook
    return bool(named) or report_alert.has_listeners(ReportGroup)


def run(now: float) -> int:
    """
    Send one message about all that is to be told of; return of how many groups it told.

    ``now`` is in Unix seconds. Each group is told of at most once a day (UTC), by one of any
    number of processes that run this at the same time. A message that cannot be delivered is
    logged with what it says, and not repeated. Raises ``storage.StorageUnavailable``.
    """
    if not is_wanted():
        return 0
    storage.fold()
    using = storage.alias(None)
    at = int(now)
    found = {key: alert for alert, key in (*_spikes(using, at), *_new(using, at))}
    if not found:
        return 0
    told, number = transact(using, partial(_claim, using, sorted(found), day(at)))
    if told:
        alerts = ordered([found[key] for key in told])
        _send(Message(alerts, _overflow(using, at), last=number >= MESSAGES))
    return len(told)


def _told_of(using: str, today: date) -> QuerySet[ReportGroup]:
    """Return the groups that may be told of today."""
    rows = ReportGroup.objects.using(using).filter(overflow=False)
    rows = rows.filter(Q(alerted_on=None) | Q(alerted_on__lt=today))
    return rows.filter(loud()).exclude(status=ReportGroup.Status.IGNORED)


def _new(using: str, now: int) -> Iterable[tuple[Alert, int]]:
    since = now - NEW_FOR
    heard = ReportDaily.objects.using(using).filter(what=LOUD, day__gte=day(since))
    names = list(heard.order_by("-day", "name").values_list("name", flat=True)[:MOST])
    rows = _told_of(using, day(now)).filter(alerted_on=None, status=ReportGroup.Status.OPEN)
    for news in (Q(first_seen__gte=moment(since)), Q(fingerprint__in=names)):
        for group in rows.filter(news).order_by("-count", "pk")[:MOST]:
            yield _alert(Reason.NEW, group, group.count, group.first_seen), group.pk


def _spikes(using: str, now: int) -> Iterable[tuple[Alert, int]]:
    """Yield what this hour and the one before brought too much of, this hour's last."""
    factor = conf.SECURITY_REPORTS.alert_factor
    for begin in (now - HOUR, now):
        start, week = hour(begin), hour(begin - USUAL_FOR * HOUR)
        before = ReportCount.objects.filter(group=OuterRef("group"), hour__gte=week, hour__lt=start)
        summed = before.values("group").annotate(total=Sum("count")).values("total")
        rows = ReportCount.objects.using(using).filter(
            hour=start,
            count__gte=LEAST,
            group__in=_told_of(using, day(now)).filter(first_seen__lt=start),
        )
        rows = rows.annotate(before=Coalesce(Subquery(summed), 0))
        # Of a group that is younger than a week, more than this is needed: see below.
        rows = rows.filter(count__gte=F("before") * (factor / USUAL_FOR))
        for row in rows.select_related("group").order_by("-count", "pk")[:MOST]:
            age = (start - row.group.first_seen).total_seconds() / HOUR
            usual = row.before / min(USUAL_FOR, max(1, age))
            if row.count >= factor * usual:
                yield _alert(Reason.SPIKE, row.group, row.count, start, usual), row.group_id


def _alert(
    reason: Reason, group: ReportGroup, count: int, since: datetime, usual: float = 0
) -> Alert:
    return Alert(
        reason=reason,
        fingerprint=group.fingerprint,
        kind=group.kind,
        disposition=group.disposition,
        subject=group.subject,
        blocked=group.blocked,
        host=group.host,
        page=group.document,
        source=group.source,
        count=count,
        since=since.astimezone(UTC),
        usual=usual,
    )


def _claim(using: str, groups: list[int], today: date) -> tuple[list[int], int]:
    """
    Return which of the groups this process tells of, and the number of its message today.

    The row that counts messages is locked first: of two processes one waits here, and finds
    what the other left.
    """
    daily = ReportDaily.objects.using(using)
    row, _ = daily.get_or_create(day=today, what=DAILY, name="")
    row = locked(daily.filter(pk=row.pk), using).get()
    if row.count >= MESSAGES:
        return [], row.count
    rows = locked(_told_of(using, today).filter(pk__in=groups), using)
    mine = list(rows.values_list("pk", flat=True)[:MOST])
    if mine:
        ReportGroup.objects.using(using).filter(pk__in=mine).update(alerted_on=today)
        daily.filter(pk=row.pk).update(count=F("count") + 1)
    return mine, row.count + 1


def _overflow(using: str, now: int) -> int:
    rows = ReportCount.objects.using(using).filter(group__overflow=True)
    total = rows.filter(hour__gte=hour(now - HOUR)).aggregate(total=Sum("count"))["total"]
    return total or 0


def _send(message: Message) -> None:
    settings = conf.SECURITY_REPORTS
    if settings.alert_emails:
        _attempt("mail", message, partial(_mail, message, settings.alert_emails))
    if settings.alert_webhook:
        post = partial(webhook.post, settings.alert_webhook, message.payload())
        _attempt("webhook", message, post)
    report_alert.send_robust(sender=ReportGroup, alerts=message.alerts)


def _mail(message: Message, addresses: tuple[str, ...]) -> None:
    EmailMessage(subject=message.subject, body=message.text(), to=[*addresses]).send()


def _attempt(way: str, message: Message, send: Callable[[], object]) -> None:
    """Send, and log what goes wrong: a mail backend may raise anything."""
    try:
        send()
    except Exception:
        logger.exception("The %s about violations was not sent. It says: %s", way, message.text())
