"""Another URLconf of the same project."""

from __future__ import annotations

from django.urls import include, path
from tests.collecting.addresses import page

urlpatterns = [path("", include("security.urls")), path("other/<name>/", page)]
