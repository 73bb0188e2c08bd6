"""The addresses that browsers send their reports to: ``path("", include("security.urls"))``."""

from __future__ import annotations

from django.urls import path

from security.views import csp_report, security_reports

urlpatterns = [
    path("csp-report/", csp_report, name="csp_report"),
    path("reports/", security_reports, name="security_reports"),
    path("csp-report/<token>/", csp_report, name="csp_report"),
    path("reports/<token>/", security_reports, name="security_reports"),
]
