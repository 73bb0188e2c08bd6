"""The pages of Django's admin: reports to read, and passwords to let expire."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from security.models import CspReport, PasswordExpiry, ReportGroup
from security.password_expiry import require_change
from security.policy.passwords import fingerprint
from security.report_admin.pages import GroupPages
from security.reports.visible import visible

MAX_COUNTED = 10_000  # rows; a table of millions is not counted to show a page of it

if TYPE_CHECKING:
    Reports = admin.ModelAdmin[CspReport]
    Expiries = admin.ModelAdmin[PasswordExpiry]
else:
    Reports = Expiries = admin.ModelAdmin


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Page through the first ``MAX_COUNTED`` rows, and count no further."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most ``MAX_COUNTED``."""
        rows: Any = self.object_list
        return int(rows[:MAX_COUNTED].count())


def _as_text(name: str) -> Callable[[Any, CspReport], str]:
    """Return a column with a reported URL as text: Django would make a link of its field."""

    @admin.display(description=getattr(CspReport, name).field.verbose_name, ordering=name)
    def column(_: Any, report: CspReport) -> str:
        return visible(getattr(report, name))

    return column


@admin.register(CspReport)
class CspReportAdmin(Reports):
    """Reports are read, searched and deleted here, never written; nothing in them is a link."""

    blocked = _as_text("blocked_uri")
    document = _as_text("document_uri")
    referred = _as_text("referrer")

    list_display = ("date_received", "violated_directive", "blocked", "document")
    list_filter = ("date_received",)
    fields = (
        "date_received",
        "violated_directive",
        "blocked",
        "document",
        "referred",
        "original_policy",
        "sender_ip",
        "user_agent",
    )
    readonly_fields = fields
    search_fields = ("violated_directive", "blocked_uri", "document_uri", "sender_ip")
    date_hierarchy = "date_received"
    ordering = ("-date_received",)
    paginator = BoundedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ReportGroup)
class ReportGroupAdmin(GroupPages):
    """Violations, of many reports each: a dashboard, a list, a page for each, a suggestion."""

    paginator = BoundedPaginator
    show_full_result_count = False


@admin.register(PasswordExpiry)
class PasswordExpiryAdmin(Expiries):
    """When passwords expire, by user."""

    list_display = ("user", "password_expiry_date", "never_expires", "password_changed_on")
    list_filter = ("never_expires", "password_expiry_date")
    list_select_related = ("user",)
    fields = ("user", "password_expiry_date", "never_expires", "password_changed_on")
    raw_id_fields = ("user",)
    actions = ("require_new_password", "never_expire")
    show_full_result_count = False

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Search by the name that users log in with, whatever the user model calls it."""
        return [f"user__{get_user_model().USERNAME_FIELD}"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("password_changed_on",) if obj is None else ("user", "password_changed_on")

    def save_model(
        self, request: HttpRequest, obj: PasswordExpiry, form: Any, change: bool
    ) -> None:
        """Save what is said of the password that the user has now."""
        obj.fingerprint = fingerprint(obj.user.password)
        super().save_model(request, obj, form, change)

    @admin.action(
        permissions=["change"], description=gettext_lazy("Require a new password at next request")
    )
    def require_new_password(
        self, request: HttpRequest, queryset: QuerySet[PasswordExpiry]
    ) -> None:
        done = self._each(
            request, queryset, lambda row: require_change(row.user), _("Required a new password.")
        )
        self.message_user(
            request,
            ngettext(
                "%(count)d user must choose a new password.",
                "%(count)d users must choose a new password.",
                done,
            )
            % {"count": done},
        )

    @admin.action(permissions=["change"], description=gettext_lazy("Never expire"))
    def never_expire(self, request: HttpRequest, queryset: QuerySet[PasswordExpiry]) -> None:
        done = self._each(
            request, queryset, PasswordExpiry.never_expire, _("Set the password to never expire.")
        )
        self.message_user(
            request,
            ngettext("%(count)d password never expires.", "%(count)d passwords never expire.", done)
            % {"count": done},
        )

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[PasswordExpiry],
        act: Callable[[PasswordExpiry], None],
        entry: str,
    ) -> int:
        """Act on each row, and write it into the admin's log; return how many there were."""
        rows = list(queryset)
        for row in rows:
            act(row)
            self.log_change(request, row, entry)
        return len(rows)
