"""By what the list of violations can be narrowed. Values that browsers made up are bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from security.models import ReportGroup
from security.reports.storage.effective import judged, telling
from security.reports.visible import visible

MAX_VALUES: Final = 40  # of one filter: the most frequent
MAX_VALUE: Final = 60  # characters

if TYPE_CHECKING:
    Groups = QuerySet[ReportGroup]


class VerdictFilter(admin.SimpleListFilter):
    """The verdict that holds: by hand, else by the rules."""

    title = gettext_lazy("verdict")
    parameter_name = "judged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("telling", gettext_lazy("open, without noise")),
            *ReportGroup.Verdict.choices,
            ("by-hand", gettext_lazy("ruled by hand")),
        ]

    def queryset(self, request: HttpRequest, queryset: Groups) -> Groups:
        match self.value():
            case None:
                return queryset
            case "telling":
                return queryset.filter(telling())
            case "by-hand":
                return queryset.exclude(ruled="")
            case verdict:
                return queryset.filter(judged([verdict]))


class FrequentFilter(admin.SimpleListFilter):
    """The most frequent values of a column."""

    column: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = ReportGroup.objects.exclude(**{self.column: ""}).values_list(self.column)
        found = rows.annotate(number=Count("pk")).order_by("-number", self.column)[:MAX_VALUES]
        return [(value, visible(value, MAX_VALUE)) for value, _number in found]

    def queryset(self, request: HttpRequest, queryset: Groups) -> Groups:
        value = self.value()
        return queryset if value is None else queryset.filter(**{self.column: value})


class KindFilter(FrequentFilter):
    title, parameter_name, column = gettext_lazy("kind"), "of_kind", "kind"


class DirectiveFilter(FrequentFilter):
    title, parameter_name, column = gettext_lazy("directive"), "directive", "subject"


class HostFilter(FrequentFilter):
    title, parameter_name, column = gettext_lazy("host"), "of_host", "host"


class DispositionFilter(admin.SimpleListFilter):
    """Whether the policy stopped it; WebKit does not always say."""

    title = gettext_lazy("policy")
    parameter_name = "policy_was"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("enforce", gettext_lazy("enforced")),
            ("report", gettext_lazy("report only")),
            ("unknown", gettext_lazy("not told")),
        ]

    def queryset(self, request: HttpRequest, queryset: Groups) -> Groups:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(disposition="" if value == "unknown" else value)
