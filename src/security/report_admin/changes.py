"""What a person changes of a group, each change in the log of the admin."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from security.models import ReportGroup
from security.reports import storage
from security.reports.visible import visible

CHUNK: Final = 1_000  # rows written at once
MAX_NAME: Final = 200  # characters; so many the log takes


def set_status(user: Any, queryset: QuerySet[ReportGroup], status: str) -> int:
    """Set the status of groups that have another one; return how many those were."""
    message = _("Set the status to %(status)s.") % {"status": ReportGroup.Status(status).label}
    with transaction.atomic(using=queryset.db):
        groups = list(
            ReportGroup.objects.filter(pk__in=queryset.order_by().values("pk"))
            .exclude(status=status)
            .only("pk", "kind", "subject", "blocked")
        )
        for start in range(0, len(groups), CHUNK):
            part = [group.pk for group in groups[start : start + CHUNK]]
            ReportGroup.objects.filter(pk__in=part).update(status=status)
        _log(user, groups, message)
    return len(groups)


def _log(user: Any, groups: list[ReportGroup], message: str) -> None:
    """Write an entry for each; Django's own call for many is there since 5.1 only."""
    kind = ContentType.objects.get_for_model(ReportGroup)
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                user_id=user,
                content_type=kind,
                object_id=str(group.pk),
                object_repr=visible(group)[:MAX_NAME],
                action_flag=CHANGE,
                change_message=message,
            )
            for group in groups
        ],
        batch_size=CHUNK,
    )


def rule(user: Any, group: ReportGroup, verdict: str) -> str:
    """
    Let a verdict by hand stand above that of the rules; "" takes it back.

    Return what to say of it, "" where nothing changed.
    """
    if verdict == group.ruled:
        return ""
    label = ReportGroup.Verdict(verdict).label if verdict else ""
    said = _("Ruled by hand: %(verdict)s.") % {"verdict": label}
    message = said if verdict else _("The verdict of the rules holds again.")
    with transaction.atomic(using=group._state.db):
        storage.rule([group.pk], verdict)
        _log(user, [group], message)
    return message
