"""A site of pages of every kind, two of its namespaces one inside the other, and the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from tests import views

basket_patterns = (
    [
        path("", views.sync_view, name="index"),
        path("pay/", views.async_view, name="pay"),
        path("unnamed/", views.sync_view),
    ],
    "basket",
)

shop_patterns = (
    [
        path("", views.sync_view, name="index"),
        path("about/", views.sync_view, name="about"),
        path("basket/", include(basket_patterns)),
    ],
    "shop",
)

urlpatterns = [
    path("sync/", views.sync_view, name="sync"),
    path("async/", views.async_view, name="async"),
    path("sync-page/", views.SyncPage.as_view(), name="sync-page"),
    path("async-page/", views.AsyncPage.as_view(), name="async-page"),
    path("callable/", views.Callable(), name="callable"),
    path("private/", views.private, name="private"),
    path("stream/", views.stream, name="stream"),
    path("file/", views.file, name="file"),
    path("not-modified/", views.not_modified, name="not-modified"),
    path("moved/", views.moved, name="moved"),
    path("missing/", views.missing, name="missing"),
    path("denied/", views.denied, name="denied"),
    path("suspicious/", views.suspicious, name="suspicious"),
    path("broken/", views.broken, name="broken"),
    path("async-broken/", views.async_broken, name="async-broken"),
    path("shop/", include(shop_patterns)),
    path("outlet/", include(shop_patterns, namespace="outlet")),
    path("admin/", admin.site.urls),
]
