"""The pages of the site under load, and a hasher that writes down what it checks."""

from __future__ import annotations

import os
import time
from functools import cache

from django.contrib.auth import views
from django.contrib.auth.hashers import MD5PasswordHasher
from django.http import HttpRequest, HttpResponse
from django.urls import path

from security import password_expiry
from security.auth_throttling.views import reset_username_throttle

from . import load_rules

password_expiry.RECHECK = load_rules.RECHECK


class CountingHasher(MD5PasswordHasher):
    """
    Quick, and counts: for each password that is checked, a line with the time and the password.

    The passwords are the load test's own inventions. What follows a ``#`` only tells one
    attempt from another.
    """

    algorithm = "counted"

    def verify(self, password: str, encoded: str) -> bool:
        os.write(opened(), f"{time.time():.6f} {password}\n".encode())  # whole lines, as appended
        return super().verify(password.partition("#")[0], encoded)


@cache
def opened() -> int:
    return os.open(os.environ[load_rules.CHECKS], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


def expire(request: HttpRequest) -> HttpResponse:
    """Let the password of whoever asks expire now, as an administrator would."""
    password_expiry.require_change(request.user)
    return HttpResponse(status=204)


urlpatterns = [
    path("", home, name="home"),
    path("accounts/login/", views.LoginView.as_view(), name="login"),
    path("accounts/logout/", views.LogoutView.as_view(next_page=load_rules.LOGIN), name="logout"),
    path(
        "password/",
        views.PasswordChangeView.as_view(success_url=load_rules.HOME),
        name="password_change",
    ),
    path("expire/", expire, name="expire"),
    path("unlock/<int:user_id>/", reset_username_throttle, name="unlock"),
]
