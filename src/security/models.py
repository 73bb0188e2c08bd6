"""What is kept in the database: violation reports, and when passwords expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models, router
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from security.report_models import (
    ReportCount,
    ReportDaily,
    ReportExemplar,
    ReportGroup,
    ReportInbox,
    ReportPolicy,
    ReportReceipt,
    ReportTotal,
)

if TYPE_CHECKING:
    from datetime import datetime

MAX_TEXT = 1000  # characters; the columns that the documented package made


class CspReport(models.Model):
    """One violation of a Content-Security-Policy, as a browser reported it."""

    document_uri = models.URLField(
        _("document URI"),
        max_length=MAX_TEXT,
        help_text=_("Address of the protected page, without its fragment."),
    )
    referrer = models.URLField(
        _("referrer"), max_length=MAX_TEXT, help_text=_("Referrer of the protected page.")
    )
    blocked_uri = models.URLField(
        _("blocked URI"),
        max_length=MAX_TEXT,
        help_text=_("What the browser did not load, or a keyword such as inline."),
    )
    violated_directive = models.CharField(
        _("violated directive"),
        max_length=MAX_TEXT,
        help_text=_("Directive of the policy that was violated."),
    )
    original_policy = models.TextField(
        _("original policy"),
        max_length=MAX_TEXT,
        null=True,
        help_text=_("The policy as the browser received it."),
    )
    date_received = models.DateTimeField(
        _("received"), auto_now_add=True, help_text=_("When the report came in.")
    )
    sender_ip = models.GenericIPAddressField(
        _("sender"), help_text=_("Address of the browser that sent the report.")
    )
    user_agent = models.CharField(
        _("user agent"), max_length=MAX_TEXT, help_text=_("User-Agent of that browser.")
    )

    class Meta:
        verbose_name = _("CSP report")
        verbose_name_plural = _("CSP reports")
        indexes: ClassVar = [models.Index(fields=["date_received"], name="security_csp_received")]

    def __str__(self) -> str:
        return f"{self.violated_directive}: {self.blocked_uri}"


class PasswordExpiry(models.Model):
    """
    When the password of a user expires. One row for each user.

    ``password_expiry_date`` is a moment, or ``None`` for no such moment. ``fingerprint``
    tells which password the row is about: another password ends what was said of the one
    before. Every question is answered in ``security.password_expiry``.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    password_expiry_date = models.DateTimeField(
        _("expiry date"),
        default=timezone.now,
        null=True,
        blank=True,
        help_text=_("From when on the password must be changed. Empty: at no such moment."),
    )
    never_expires = models.BooleanField(
        _("never expires"),
        default=False,
        help_text=_("The password does not expire by age either."),
    )
    password_changed_on = models.DateTimeField(
        _("password changed"),
        null=True,
        editable=False,
        help_text=_("When the password was last seen to change; its age counts from here."),
    )
    fingerprint = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        verbose_name = _("password expiry")
        verbose_name_plural = _("password expiries")

    def __str__(self) -> str:
        if self.password_expiry_date is None:
            return gettext("%(user)s: no expiry date") % {"user": self.user}
        return f"{self.user}: {self.password_expiry_date:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """
        Save the row; a first one takes the place of the one that was made with the user.

        So ``PasswordExpiry.objects.create(user=user, ...)`` works right after the user was
        made. One that says more than "to be changed" is never replaced.
        """
        pk: int | None = self.pk
        if self._state.adding and pk is None:
            using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
            made = type(self)._base_manager.using(using)
            made = made.filter(user_id=self.user_id, password_changed_on=None, never_expires=False)
            if first := made.exclude(fingerprint="").first():
                self.pk = first.pk
                self._state.adding = False
                kwargs.pop("force_insert", None)
        super().save(*args, **kwargs)

    def is_expired(self) -> bool:
        """Tell whether the expiry date has come."""
        date: datetime | None = self.password_expiry_date
        return date is not None and date <= timezone.now()

    def never_expire(self) -> None:
        """Let the password never expire, and save that."""
        self.password_expiry_date = None
        self.never_expires = True
        columns = ["password_expiry_date", "never_expires"]
        self.save(update_fields=None if self._state.adding else columns)


class PasswordHistory(models.Model):
    """A password that a user had, hashed as it was: it cannot be chosen again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    password = models.CharField(_("password"), max_length=256, editable=False)
    created_on = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")
        ordering: ClassVar = ["-created_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.user}: {self.created_on:%Y-%m-%d %H:%M}"

    def __repr__(self) -> str:
        return f"<PasswordHistory: {self.pk}>"


__all__ = [
    "CspReport",
    "PasswordExpiry",
    "PasswordHistory",
    "ReportCount",
    "ReportDaily",
    "ReportExemplar",
    "ReportGroup",
    "ReportInbox",
    "ReportPolicy",
    "ReportReceipt",
    "ReportTotal",
]
