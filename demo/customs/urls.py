from __future__ import annotations

from django.urls import path

from . import hold, views

app_name = "customs"
urlpatterns = [
    path("", views.hall, name="hall"),
    path("clear/", views.clear, name="clear"),
    path("samples/<slug:slug>/", views.sample, name="sample"),
    path("files/<path:path>", hold.file, name="file"),
    path("private/<path:path>", hold.private, name="private"),
]
