"""The URLconf of these tests: the addresses for reports, and pages that reports are about."""

from __future__ import annotations

from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path, register_converter

from security.views import csp_report


class Failing:
    """A converter of a project that raises what no converter should."""

    regex = "f[0-9]+"

    def to_python(self, value: str) -> str:
        raise ZeroDivisionError

    def to_url(self, value: str) -> str:
        return value


register_converter(Failing, "failing")


def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(b"ok")


urlpatterns = [
    path("", include("security.urls")),
    path("", page, name="index"),
    path("saved/", csp_report, {"csp_save": True}),
    path("silent/", csp_report, {"csp_log": False}),
    path("invoice/<int:pk>/", page, name="invoice"),
    path("user/<name>/", page),
    path("slug/<slug:slug>/<uuid:key>/", page),
    path("failing/<failing:x>/", page),
    re_path(r"^articles/(?P<year>[0-9]{4})/(\d+)/$", page),
    re_path(r"^old/[^/]+/(?:a|b)(?=/)/v\.1/.*$", page),
    path("shop/<int:shop>/", include([re_path(r"^item-(?P<code>(\w|[()])+)/$", page)])),
    *i18n_patterns(path("account/<int:pk>/", page)),
]
