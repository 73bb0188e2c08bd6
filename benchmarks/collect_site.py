"""A site that takes violation reports: by ours, by a peer, or by a view that keeps nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from .apart import APART

HOST = "www.example.com"
DISTINCT = 1_000  # violations
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
POLICY = (
    "default-src 'self'; script-src 'self' 'strict-dynamic'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; report-uri /csp-report/"
)
EMPTY, DATABASE, REDIS, SECURITY, REPORTS = (
    "empty",
    "database",
    "redis",
    "django-security",
    "django-csp-reports",
)
OURS = (EMPTY, DATABASE, REDIS)


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    """Read the body, and keep nothing."""
    _ = request.body
    return HttpResponse(status=204)


@csrf_exempt
async def empty_async(request: HttpRequest) -> HttpResponse:
    _ = request.body
    return HttpResponse(status=204)


def configure(who: str, database: dict[str, Any], redis: str) -> None:
    """Set Django up for one subject. The documented package is ``security``, as ours is."""
    if who == SECURITY:
        sys.path.insert(0, str(APART))
    apps = {SECURITY: ["security"], REPORTS: ["cspreports"]}.get(who, ["security"])
    sinks = {
        DATABASE: {},
        REDIS: {"SINK": "security.reports.sinks.redis.RedisSink", "OPTIONS": {"url": redis}},
    }
    settings.configure(
        ALLOWED_HOSTS=[HOST],
        CSP_REPORTS_EMAIL_ADMINS=False,
        CSP_REPORTS_LOG=False,
        DATABASES={"default": {**database, "CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", *apps],
        LOGGING_CONFIG=None,
        MIDDLEWARE=[],
        ROOT_URLCONF=__name__,
        SECRET_KEY="measures-and-signs-nothing",  # noqa: S106
        SECURITY_REPORTS=sinks.get(who, {}),
        USE_TZ=True,
    )
    django.setup()
    urlpatterns.extend(_urls(who))


def _urls(who: str) -> list[Any]:
    if who == REPORTS:
        from cspreports.views import report_csp  # noqa: PLC0415  # the settings come first

        return [path("report/", csrf_exempt(report_csp))]
    if who == SECURITY:
        from security.views import csp_report  # noqa: PLC0415  # theirs

        return [path("report/", csp_report, {"csp_save": True, "csp_log": False})]
    if who == EMPTY:
        return [path("report/", empty), path("report-async/", empty_async)]
    from security.views import security_reports  # noqa: PLC0415

    return [
        path("report/", security_reports),
        path("report-async/", security_reports),
        path("", include("security.urls")),
    ]


def body(number: int) -> bytes:
    """Return one of the distinct violations, as Chromium sends it to ``report-uri``."""
    page, blocked = divmod(number % DISTINCT, 10)
    return json.dumps(
        {
            "csp-report": {
                "document-uri": f"https://{HOST}/shop/section-{page}/",
                "referrer": "",
                "violated-directive": "script-src-elem",
                "effective-directive": "script-src-elem",
                "original-policy": POLICY,
                "disposition": "enforce",
                "blocked-uri": f"https://cdn-{blocked}.example.net/widget.js",
                "line-number": 12,
                "column-number": 3,
                "source-file": f"https://{HOST}/shop/section-{page}/",
                "status-code": 200,
                "script-sample": "",
            }
        }
    ).encode()


def counted(who: str) -> Callable[[], int]:
    """Return what tells how many reports are stored."""
    from django.db.models import Sum  # noqa: PLC0415

    if who == SECURITY:
        from security.models import CspReport  # noqa: PLC0415  # theirs

        return CspReport.objects.count
    if who == REPORTS:
        from cspreports.models import CSPReport  # noqa: PLC0415

        return CSPReport.objects.count

    from security.models import ReportGroup, ReportInbox  # noqa: PLC0415
    from security.reports import storage  # noqa: PLC0415

    def ours() -> int:
        while ReportInbox.objects.exists():
            storage.fold()
        return ReportGroup.objects.aggregate(sum=Sum("count"))["sum"] or 0

    return ours


urlpatterns: list[Any] = []
