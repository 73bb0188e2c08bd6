"""Addresses of the demo shop."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from demo import wellknown
from demo.static_files import static_file
from demo.violation import violation

admin.site.site_header = "Breakwater stockroom"
admin.site.site_title = "Breakwater"
admin.site.index_title = "Stockroom"
# Ours names the account, as password managers like it; without, Chromium's console complains.
admin.site.password_change_template = "accounts/password.html"  # noqa: S105

urlpatterns = [
    path("", include("demo.shop.urls")),
    path("accounts/", include("demo.accounts.urls")),
    path("customs/", include("demo.customs.urls")),
    path("admin/", admin.site.urls),
    path("", include("security.urls")),
    path("violation/", violation),  # without a name, so that a draft of the policy leaves it out
    path("static/<path:path>", static_file, name="static"),
    path("favicon.ico", static_file, {"path": "shop/img/favicon.ico"}, name="favicon"),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/security.txt", wellknown.security_txt, name="security-txt"),
]
