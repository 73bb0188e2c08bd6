"""A site with one field, reached through the whole handler."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import path

PAGE = "/upload/"


def described(upload: Any) -> dict[str, Any]:
    """Say what a view gets; the content as the letters of Latin 1."""
    return {
        "name": upload.name,
        "content_type": upload.content_type,
        "size": upload.size,
        "content": upload.read().decode("latin-1"),
        "kind": type(upload).__name__,
    }


def answered(form: forms.Form) -> JsonResponse:
    """Answer with the file that is accepted, or with the rules and sentences that refuse it."""
    if form.is_valid():
        file = form.cleaned_data["file"]
        return JsonResponse({"file": described(file) if file else file})
    errors = [[error.code, *error.messages] for error in form.errors["file"].as_data()]
    return JsonResponse({"errors": errors}, status=422)


def with_view(view: Any) -> override_settings:
    """Make the view the only page of the site."""
    urls = type("Urls", (), {"urlpatterns": [path(PAGE[1:], view)]})
    return override_settings(ROOT_URLCONF=urls)


def with_field(field: forms.Field) -> override_settings:
    """Make a page with a form of this field."""
    form_class = type("UploadForm", (forms.Form,), {"file": field})

    def view(request: HttpRequest) -> JsonResponse:
        return answered(form_class(request.POST, request.FILES))

    return with_view(view)


def sent(name: str, content: bytes, declared: str = "application/octet-stream") -> Any:
    return {"file": SimpleUploadedFile(name, content, declared)}
