"""What is kept of violation reports: groups and counts, which grow with violations, not reports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

DIGEST = 32  # hexadecimal digits


class ReportPolicy(models.Model):
    """A policy that was violated, once, without its nonces."""

    digest = models.CharField(max_length=DIGEST, primary_key=True)
    text = models.TextField(_("policy"))
    count = models.BigIntegerField(_("reports"), default=0)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("violated policy")
        verbose_name_plural = _("violated policies")

    def __str__(self) -> str:
        return self.text[:80]


class ReportGroup(models.Model):
    """
    Reports of one violation: ``security.reports.grouping.Key`` says what they have in common.

    ``overflow`` is a group for what came when there were too many new groups in an hour; of
    its fields only ``kind`` says something. ``ruled`` is a verdict by hand, which stands above
    ``verdict``, that of the noise rules.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        IGNORED = "ignored", _("ignored")
        SOLVED = "solved", _("solved")

    class Verdict(models.TextChoices):
        KEPT = "kept", _("to look at")
        OWN = "own", _("own host")
        NOISE = "noise", _("noise")
        DEFECT = "defect", _("browser defect")
        UNKNOWN = "unknown", _("unknown")

    id = models.BigAutoField(primary_key=True)
    fingerprint = models.CharField(max_length=DIGEST, unique=True)
    kind = models.CharField(_("kind"), max_length=64)
    disposition = models.CharField(_("disposition"), max_length=16, blank=True)
    subject = models.TextField(_("directive"), blank=True)
    blocked = models.TextField(_("blocked"), blank=True)
    source = models.TextField(_("source file"), blank=True)
    line = models.BigIntegerField(_("line"), null=True, blank=True)
    document = models.TextField(_("page"), blank=True)
    host = models.TextField(_("host"), blank=True)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices)
    ruled = models.CharField(
        _("verdict by hand"), max_length=8, choices=Verdict.choices, blank=True
    )
    rule = models.CharField(_("noise rule"), max_length=64, blank=True)
    pack = models.CharField(_("version of the rules"), max_length=64, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )
    overflow = models.BooleanField(_("overflow"), default=False)
    count = models.BigIntegerField(_("reports"), default=0)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    policy = models.ForeignKey(
        ReportPolicy, models.SET_NULL, null=True, blank=True, verbose_name=_("policy")
    )
    browsers = models.JSONField(_("browsers"), default=list)
    alerted_on = models.DateField(_("told of on"), null=True, blank=True)

    class Meta:
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        indexes: ClassVar = [
            models.Index(fields=["first_seen"], name="security_group_first"),
            models.Index(fields=["overflow"], name="security_group_overflow"),
        ]

    def __str__(self) -> str:
        return f"{self.subject or self.kind}: {self.blocked}"


class ReportExemplar(models.Model):
    """One of at most five reports that are kept whole for a group: an ``Entry`` as text."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(ReportGroup, models.CASCADE, related_name="exemplars")
    text = models.TextField()
    received = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("exemplar")
        verbose_name_plural = _("exemplars")


class ReportCount(models.Model):
    """How many reports of a group came within the hour that begins at ``hour``."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(ReportGroup, models.CASCADE, related_name="counts", db_index=False)
    hour = models.DateTimeField(_("hour"))
    count = models.BigIntegerField(_("reports"), default=0)

    class Meta:
        verbose_name = _("hourly count")
        verbose_name_plural = _("hourly counts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "hour"], name="security_count_group_hour")
        ]
        indexes: ClassVar = [models.Index(fields=["hour"], name="security_count_hour")]


class ReportTotal(models.Model):
    """The same, added up over the groups of one kind, directive and verdict."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField(_("hour"))
    kind = models.CharField(_("kind"), max_length=64)
    subject = models.CharField(_("directive"), max_length=64, blank=True)
    verdict = models.CharField(_("verdict"), max_length=8)
    count = models.BigIntegerField(_("reports"), default=0)

    class Meta:
        verbose_name = _("hourly total")
        verbose_name_plural = _("hourly totals")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hour", "kind", "subject", "verdict"], name="security_total_once"
            )
        ]


class ReportDaily(models.Model):
    """
    Numbers of a day, in UTC, that no group holds.

    ``what`` is ``browser``, with its family and major version as ``name``; ``refused``, with
    the reason; ``loud``, with the fingerprint of a group that was noise until then; or, with
    the hour as two digits, ``groups`` and ``policies`` that were new.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    what = models.CharField(max_length=16)
    name = models.CharField(max_length=64, blank=True)
    count = models.BigIntegerField(_("reports"), default=0)

    class Meta:
        verbose_name = _("daily number")
        verbose_name_plural = _("daily numbers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "what", "name"], name="security_daily_once")
        ]


class ReportInbox(models.Model):
    """What one commit accepted and no fold counted yet: see ``security.reports.storage``."""

    id = models.BigAutoField(primary_key=True)
    tallies = models.TextField()

    class Meta:
        verbose_name = _("accepted batch")
        verbose_name_plural = _("accepted batches")


class ReportReceipt(models.Model):
    """An entry of a Redis stream that is counted, so that it is counted once."""

    stream_id = models.CharField(max_length=64, primary_key=True)
    counted = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
