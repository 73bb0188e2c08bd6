"""The pages about groups of reports: a dashboard, the list, one group, the suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import CheckboxInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from security.models import ReportGroup
from security.reports import storage, stored
from security.reports.visible import MAX_SHOWN, visible

from . import advice, changes, filters, lines
from .charts import grouped
from .dashboard import group_chart, numbers
from .group import examples, policy_lines, why
from .pages_of_site import page_of
from .spans import RANGES, Span
from .words import VERDICTS, in_words

MAX_CHOSEN: Final = 50  # groups that the suggestion can be narrowed to; they stand in its URL
MAX_SUGGESTED: Final = 2_000  # groups that a suggestion on a page is made from

if TYPE_CHECKING:
    Groups = admin.ModelAdmin[ReportGroup]
else:
    Groups = admin.ModelAdmin


class GroupPages(Groups):
    """Groups are read, judged and set aside here; only reports make them."""

    list_display = ("violation", "page", "reports", "state", "seen")
    list_filter = (
        "status",
        filters.VerdictFilter,
        filters.DirectiveFilter,
        filters.DispositionFilter,
        filters.KindFilter,
        filters.HostFilter,
    )
    list_per_page = 50
    search_fields = ("subject", "blocked", "source", "document", "host")
    ordering = ("-last_seen", "-pk")
    actions = ("ignore", "solve", "reopen", "add_to_policy")
    change_list_template = "security/reports/list.html"
    object_history_template = "security/reports/history.html"

    def get_urls(self) -> list[Any]:
        """
        Put the dashboard where Django links to, and the list below it.

        The names are Django's, so that every link of the admin leads to the dashboard.
        """
        wrap = self.admin_site.admin_view
        names = "security_reportgroup"
        return [
            path("", wrap(self.dashboard), name=f"{names}_changelist"),
            path("list/", wrap(self.changelist_view), name=f"{names}_list"),
            path("suggest/", wrap(self.suggest), name=f"{names}_suggest"),
            path("<path:object_id>/history/", wrap(self.history_view), name=f"{names}_history"),
            path("<path:object_id>/change/", wrap(self.change_view), name=f"{names}_change"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Pages.

    def dashboard(self, request: HttpRequest) -> HttpResponse:
        """Show everything at a glance."""
        self._prepare(request)
        span = Span.of(request.GET.get("range"))
        context = {
            "title": _("Violation reports"),
            "span": span,
            "ranges": RANGES.values(),
        }
        if ReportGroup.objects.exists():
            found = numbers(span)
            context["numbers"] = found
            context["change"] = None if found.change is None else f"{found.change:+,} %"
            context["top"] = lines.by_count(found.top)
            context["newest"] = lines.by_moment(found.newest)
        else:
            context |= {
                "is_new": True,
                "receiver": lines.receiver(),
                "sending": lines.is_sending(),
            }
        return self._page(request, "dashboard", context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; what came in up to now is in it."""
        self._prepare(request)
        context = {"title": _("Violations"), **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one group; a POST changes its status or its verdict."""
        if request.method == "POST":
            return self._change(request, self._group(request, object_id))
        self._prepare(request)
        group = self._group(request, object_id)
        span = Span.of(request.GET.get("range"))
        context = {
            "title": in_words(group),
            "span": span,
            "ranges": RANGES.values(),
            "group": group,
            "original": group,
            "effective": lines.holding(group),
            "effective_label": lines.label(group),
            "meaning": VERDICTS.get(lines.holding(group), ""),
            "browsers": visible(", ".join(map(str, group.browsers)), MAX_SHOWN),
            "why": why(group),
            "chart": group_chart(group, span),
            "examples": examples(group),
            "policy": policy_lines(group),
            "site_page": None if group.overflow else page_of(group.document),
            "verdicts": ReportGroup.Verdict.choices,
            "may_change": self.has_change_permission(request, group),
        }
        return self._page(request, "group", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what of a group."""
        words = in_words(self._group(request, object_id))
        context = {"title": _("History: %(violation)s") % {"violation": words}}
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    def suggest(self, request: HttpRequest) -> HttpResponse:
        """Show what to add to the policy, and what not; nothing is applied."""
        self._prepare(request)
        numbers = [number for number in request.GET.getlist("group") if number.isdecimal()]
        chosen = ReportGroup.objects.filter(pk__in=[int(n[:18]) for n in numbers[:MAX_CHOSEN]])
        keys = set(chosen.values_list("fingerprint", flat=True)) if numbers else set()
        selection = stored.Selection(keys=frozenset(keys))
        wanted = stored.groups(selection, MAX_SUGGESTED) if keys or not numbers else []
        context = {
            "title": _("Add to the policy"),
            "page": advice.advised(wanted, keys),
            "chosen": len(keys),
        }
        return self._page(request, "suggest", context)

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"security/reports/{name}.html", whole)

    def _prepare(self, request: HttpRequest) -> None:
        """Let nobody in who may not read, and count what came in up to now."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            storage.fold()
        except storage.StorageUnavailable:
            self.message_user(
                request,
                _("The newest reports could not be counted just now; these numbers are older."),
                messages.WARNING,
            )

    def _group(self, request: HttpRequest, object_id: str) -> ReportGroup:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        group = self.get_object(request, unquote(object_id))
        if group is None:
            raise Http404(_("There is no such violation."))
        return group

    # Changes.

    def _change(self, request: HttpRequest, group: ReportGroup) -> HttpResponse:
        if not self.has_change_permission(request, group):
            raise PermissionDenied
        status, ruled = request.POST.get("status"), request.POST.get("ruled")
        if status in ReportGroup.Status.values:
            self._set(request, ReportGroup.objects.filter(pk=group.pk), status)
        if ruled is not None and (not ruled or ruled in ReportGroup.Verdict.values):
            said = changes.rule(request.user.pk, group, ruled)
            if said:
                self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:security_reportgroup_change", args=[group.pk]))

    def _set(self, request: HttpRequest, queryset: QuerySet[ReportGroup], status: str) -> None:
        done = changes.set_status(request.user.pk, queryset, status)
        told = ngettext(
            "%(count)d violation is %(status)s now.",
            "%(count)d violations are %(status)s now.",
            done,
        ) % {"count": done, "status": ReportGroup.Status(status).label}
        self.message_user(request, told, messages.SUCCESS)

    @admin.action(permissions=["change"], description=gettext_lazy("Ignore"))
    def ignore(self, request: HttpRequest, queryset: QuerySet[ReportGroup]) -> None:
        self._set(request, queryset, ReportGroup.Status.IGNORED)

    @admin.action(permissions=["change"], description=gettext_lazy("Mark as solved"))
    def solve(self, request: HttpRequest, queryset: QuerySet[ReportGroup]) -> None:
        self._set(request, queryset, ReportGroup.Status.SOLVED)

    @admin.action(permissions=["change"], description=gettext_lazy("Open again"))
    def reopen(self, request: HttpRequest, queryset: QuerySet[ReportGroup]) -> None:
        self._set(request, queryset, ReportGroup.Status.OPEN)

    @admin.action(permissions=["view"], description=gettext_lazy("Add to the policy"))
    def add_to_policy(
        self, request: HttpRequest, queryset: QuerySet[ReportGroup]
    ) -> HttpResponseRedirect:
        keys: Iterable[Any] = queryset.values_list("pk", flat=True)[:MAX_CHOSEN]
        query = urlencode([("group", key) for key in keys])
        return HttpResponseRedirect(f"{reverse('admin:security_reportgroup_suggest')}?{query}")

    # Columns of the list.

    # Django 4.2 looks for the box that ticks all others here.
    @admin.display(description=getattr(Groups.action_checkbox, "short_description", ""))
    def action_checkbox(self, obj: ReportGroup) -> SafeString:
        """Name the box by the sentence; Django would show what was reported as it is."""
        label = _("Select: %(violation)s") % {"violation": in_words(obj)}
        box = CheckboxInput({"class": "action-select", "aria-label": label}, lambda _value: False)
        return box.render(ACTION_CHECKBOX_NAME, str(obj.pk))

    @admin.display(description=gettext_lazy("violation"), ordering="subject")
    def violation(self, group: ReportGroup) -> str:
        return in_words(group)

    @admin.display(description=gettext_lazy("page"), ordering="document")
    def page(self, group: ReportGroup) -> str:
        return visible(group.document, MAX_SHOWN)

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, group: ReportGroup) -> str:
        return format_html(
            '<span class="rp-badge rp-{}">{}</span> <span class="rp-badge rp-{}">{}</span>',
            group.status,
            group.get_status_display(),
            lines.holding(group),
            lines.label(group),
        )

    @admin.display(description=gettext_lazy("reports"), ordering="count")
    def reports(self, group: ReportGroup) -> str:
        return grouped(group.count)

    @admin.display(description=gettext_lazy("last seen"), ordering="last_seen")
    def seen(self, group: ReportGroup) -> str:
        return lines.moment(group.last_seen)
