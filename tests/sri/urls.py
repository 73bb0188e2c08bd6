"""One page with a stylesheet and a script, beside the admin and the place for reports."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from security.context_processors import csp

PAGE = """<!doctype html>{% load sri %}<title>Still</title>
<link rel="stylesheet" {% static_sri "shop/shop.css" %}>
<script nonce="{{ csp_nonce }}" {% static_sri "app.js" %}></script>"""


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render(csp(request), request))


urlpatterns = [
    path("", page),
    path("admin/", admin.site.urls),
    path("", include("security.urls")),
]
