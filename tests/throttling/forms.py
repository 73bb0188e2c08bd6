"""Login pages that take a name in forms that Django does not read, and clients that send them."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

from django.contrib import auth, messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParser
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import path
from tests.throttling.logins import entered

FORM = "application/x-www-form-urlencoded"
MODEL = "django.contrib.auth.backends.ModelBackend"
reached = Signal()  # a view looks at a password


class Sent(NamedTuple):
    """One request that tries a password."""

    content: str | bytes = b""
    kind: str = ""
    method: str = "POST"
    headers: dict[str, str] = {}  # noqa: RUF012  # nobody changes it


def as_json(
    kind: str, field: str = "username", method: str = "POST", charset: str = "utf-8"
) -> Any:
    def send(name: str, word: str) -> Sent:
        return Sent(json.dumps({field: name, "password": word}).encode(charset), kind, method)

    return send


def as_form(field: str, method: str = "POST") -> Any:
    def send(name: str, word: str) -> Sent:
        data = QueryDict(mutable=True)
        data.update({field: name, "password": word})
        return Sent(data.urlencode(), FORM, method)

    return send


def as_parts(field: str, method: str) -> Any:
    def send(name: str, word: str) -> Sent:
        data = {field: name, "password": word}
        return Sent(encode_multipart(BOUNDARY, data), MULTIPART_CONTENT, method)

    return send


def nested(name: str, word: str) -> Sent:
    inside = {"data": {"username": name, "password": word}}
    return Sent(json.dumps(inside), "application/json")


def decoy(name: str, word: str) -> Sent:
    """Name somebody else where everybody looks."""
    data = {"username": f"decoy {word}", "who": name, "password": word}
    return Sent(json.dumps(data), "application/json")


def by_header(method: str) -> Any:
    def send(name: str, word: str) -> Sent:
        token = base64.b64encode(f"{name}:{word}".encode()).decode()
        return Sent(method=method, headers={"Authorization": f"Basic {token}"})

    return send


READ = {
    "JSON": as_json("application/json"),
    "JSON as text": as_json("text/plain"),
    "JSON as nothing": as_json(""),
    "JSON as a form": as_json(FORM),
    "JSON of JSON:API": as_json("application/vnd.api+json"),
    "JSON in UTF-16": as_json("text/plain", charset="utf-16"),
    "JSON in a charset": as_json("application/json; charset=cp037", charset="cp037"),
    "JSON by PATCH": as_json("application/json", method="PATCH"),
    "login in JSON": as_json("text/plain", "login"),
    "login": as_form("login"),
    "email": as_form("email"),
    "form by PUT": as_form("username", "PUT"),
    "form by PATCH": as_form("login", "PATCH"),
    "parts": as_parts("username", "POST"),
    "parts by PUT": as_parts("username", "PUT"),
    "parts by PATCH": as_parts("login", "PATCH"),
}
UNREAD = {
    "another field": as_form("who"),
    "nested JSON": nested,
    "decoy": decoy,
    "parts by PUT": as_parts("who", "PUT"),
    "header": by_header("POST"),
}


def _sent(request: HttpRequest) -> dict[str, Any]:
    """Return what a request says, in whichever of these forms it does."""
    if word := request.headers.get("Authorization", ""):
        name, _, password = base64.b64decode(word.split()[1]).decode().partition(":")
        return {"who": name, "password": password}
    if request.content_type == "multipart/form-data" and request.method != "POST":
        handlers = [MemoryFileUploadHandler(request)]
        return MultiPartParser(request.META, request, handlers).parse()[0].dict()
    if request.POST and "password" in request.POST:
        return request.POST.dict()
    text = request.body.decode(request.encoding) if request.encoding else request.body
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return QueryDict(request.body).dict()
    return found.get("data", found)


def entrance(request: HttpRequest) -> HttpResponse:
    """Log in whoever says his name and password somehow."""
    sent = _sent(request)
    name = next(sent[f] for f in ("who", "username", "login", "email") if f in sent)
    reached.send(entrance, name=name)
    user = auth.authenticate(request, username=name, password=sent["password"])
    if user is not None:
        messages.success(request, f"Welcome, {user}.")
    return entered(request, user)


def batch(request: HttpRequest) -> HttpResponse:
    """Try many names and passwords for one request, and say which were right."""
    found = [
        auth.authenticate(request, username=n, password=w) for n, w in json.loads(request.body)
    ]
    right = [user for user in found if user is not None]
    if right:
        auth.login(request, right[-1], MODEL)
    return HttpResponse(repr(found))


class Naming:
    """Say in every answer who is logged in by the end of the request."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        response["X-User"] = str(request.user)
        return response


urlpatterns = [
    path("in/", entrance),
    path("other/", entrance),
    path("batch/", batch),
    path("who/", lambda request: HttpResponse(str(request.user))),
]
