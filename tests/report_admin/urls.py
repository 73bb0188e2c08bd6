"""Pages of many kinds of views, for the search from a path to its templates."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path, register_converter
from django.views.generic import DetailView, TemplateView, View


def plain(request: HttpRequest, **given: Any) -> HttpResponse:
    return render(request, "letters/plain.html", {"what": "no template"})


def empty(request: HttpRequest, **given: Any) -> HttpResponse:
    return HttpResponse()


def wrapper(view: Any) -> Any:
    @wraps(view)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return inner


class Person(DetailView):  # type: ignore[type-arg]
    model = User


class Letter(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, ["letters/a.html", "letters/b.html"])


class Bell:
    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Known:
    regex = "[a-z]+"

    def to_python(self, value: str) -> int:
        return {"known": 1}[value]

    def to_url(self, value: int) -> str:
        return "known"


register_converter(Known, "known")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("inbox/", empty, name="security_reports"),
    path("plain/<int:pk>/", plain, name="plain"),
    path("wrapped/<slug:name>/", wrapper(plain), name="wrapped"),
    path("partial/<uuid:key>/", partial(plain, what=1)),
    path("person/<int:pk>/", Person.as_view(), name="person"),
    path("about/", TemplateView.as_view(template_name="about.html"), name="about"),
    path("letter/<path:rest>", Letter.as_view()),
    re_path(r"^year/(?P<year>[0-9]{4})/$", plain, name="year"),
    path("bell/", Bell()),
    path("known/<known:one>/", plain),
]
