"""A site with one form; files reach it as bytes of a request, under any name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, override_settings
from tests.uploads.accepting.site import PAGE, with_view

from security.uploads.forms import SafeFileField
from security.uploads.types import TYPES

BOUNDARY = "corpus-corpus-corpus"
FIRST = [
    "security.uploads.handlers.SafeUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


class Answer(NamedTuple):
    """The rules that refused a file, or the name, media type and content to store."""

    rules: list[str]
    name: str = ""
    media_type: str = ""
    content: bytes = b""


def request_body(name: str, declared: str, content: bytes) -> bytes:
    """
    Return the form as a client sends it that may send any name.

    RFC 8187 carries them all; Django reads 1,024 bytes of it, and a browser sends no escapes.
    """
    told = f"filename*=UTF-8''{quote(name, safe='')}"
    told = told if len(told) < 800 else f'filename="{name}"'
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; {told}\r\n'
        f"Content-Type: {declared}\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


@contextmanager
def upload_site(*, first: bool = False, **options: Any) -> Iterator[Any]:
    """Yield what sends one file to a form for all types; ``first``: with our upload handler."""

    class UploadForm(forms.Form):
        file = SafeFileField(types=list(TYPES), **options)

    def view(request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            codes = [error.code for error in form.errors["file"].as_data()]
            return JsonResponse({"rules": codes}, status=422)
        upload = form.cleaned_data["file"]
        name = {"X-Name": quote(upload.name)}
        return HttpResponse(upload.read(), content_type=upload.content_type, headers=name)

    def send(name: str, declared: str, content: bytes) -> Answer:
        body = request_body(name, declared, content)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        response = Client().generic("POST", PAGE, body, content_type=kind)
        if response.status_code == 422:
            return Answer(response.json()["rules"])
        assert response.status_code == 200, response.content[:500]
        headers = response.headers
        return Answer([], unquote(headers["X-Name"]), headers["Content-Type"], response.content)

    changes = {"FILE_UPLOAD_HANDLERS": FIRST, "SECURITY_UPLOADS": {"TYPES": list(TYPES)}}
    with with_view(view), override_settings(**(changes if first else {})):
        yield send
