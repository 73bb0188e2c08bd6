"""Login pages of every kind, and a browser that tries passwords."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import AsyncClient, Client
from django.urls import path
from tests.modes import Site

BACKENDS = [
    "security.auth_throttling.backends.ThrottlingBackend",
    "django.contrib.auth.backends.ModelBackend",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "security.auth_throttling.Middleware",
]


def entered(request: HttpRequest, user: Any) -> HttpResponse:
    if user is None:
        return HttpResponse("wrong", status=403)
    auth.login(request, user)
    return HttpResponse(f"in as {user}")


def by_authenticate(request: HttpRequest) -> HttpResponse:
    """Take JSON or a form, under names that no setting knows."""
    data = json.loads(request.body) if "json" in request.content_type else request.POST
    user = auth.authenticate(request, username=data.get("who"), password=data.get("word"))
    return entered(request, user)


async def by_aauthenticate(request: HttpRequest) -> HttpResponse:
    if hasattr(auth, "aauthenticate"):
        authenticate = auth.aauthenticate
    else:  # before Django 5.0
        authenticate = sync_to_async(auth.authenticate)
    name, password = request.POST.get("who"), request.POST.get("word")
    user = await authenticate(request, username=name, password=password)
    return await sync_to_async(entered)(request, user)


def by_itself(request: HttpRequest) -> HttpResponse:
    """Look at the password without asking Django's backends."""
    found = get_user_model().objects.filter(username=request.POST["username"]).first()
    right = found is not None and found.check_password(request.POST["password"])
    if right:
        auth.login(request, found, "django.contrib.auth.backends.ModelBackend")
    return HttpResponse("in" if right else "wrong")


def without_request(request: HttpRequest) -> HttpResponse:
    user = auth.authenticate(username=request.POST["who"], password=request.POST["word"])
    return entered(request, user)


def many(request: HttpRequest) -> HttpResponse:
    """Try a thousand passwords for one request, as a batch of GraphQL does."""
    words = json.loads(request.body)
    found = [auth.authenticate(request, username="ann", password=word) for word in words]
    return JsonResponse([user is not None for user in found], safe=False)


def token(request: HttpRequest) -> HttpResponse:
    """Say whether the password is right, and log nobody in."""
    user = auth.authenticate(
        request, username=request.POST["username"], password=request.POST["password"]
    )
    return HttpResponse("token" if user else "wrong", status=200 if user else 400)


def broken(request: HttpRequest) -> HttpResponse:
    """Fall over once the password is right."""
    auth.authenticate(request, username=request.POST["who"], password=request.POST["word"])
    raise ZeroDivisionError


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user))


urlpatterns = [
    path("login/", LoginView.as_view(next_page="/who/")),
    path("plain/", LoginView.as_view(next_page="/who/")),
    path("json/", by_authenticate),
    path("async/", by_aauthenticate),
    path("itself/", by_itself),
    path("silent/", without_request),
    path("many/", many),
    path("token/", token),
    path("broken/", broken),
    path("who/", who),
]


class Browser:
    """One client, with its cookies, in one mode. Every request starts the site anew."""

    def __init__(self, site: Site) -> None:
        self.mode = site.mode
        self.client: Any = (Client if site.mode == "wsgi" else AsyncClient)(
            raise_request_exception=False
        )

    def post(self, address: str, data: Any = None, **more: Any) -> Any:
        return self._ask("post", address, data, **more)

    def get(self, address: str) -> Any:
        return self._ask("get", address)

    def _ask(self, method: str, *arguments: Any, **more: Any) -> Any:
        call = getattr(self.client, method)
        if self.mode == "wsgi":
            return call(*arguments, **more)
        return asyncio.run(call(*arguments, **more))

    def attempt(self, name: str, password: str, address: str = "/plain/", **more: Any) -> int:
        data = {"username": name, "password": password, "who": name, "word": password}
        status: int = self.post(address, data, **more).status_code
        return status

    def logout(self) -> None:
        self.client.cookies.clear()
