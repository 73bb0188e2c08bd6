"""A site for ``proxyselftest`` to ask, and what the command says of it."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.urls import path
from tests.accounts.running_site import HOST, PROXY

HEADERS = [
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "Forwarded",
    "X-Real-IP",
    "Host",
]
NOTHING = dict.fromkeys(HEADERS, "ok: changes nothing")


@pytest.fixture(autouse=True)
def installed(settings: Any) -> None:
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.ROOT_URLCONF = (path("", lambda request: HttpResponse(b"ok")),)
    settings.ALLOWED_HOSTS = [HOST]
    settings.SECURITY_TRUSTED_PROXIES = [PROXY]


def ask(port: int, **options: Any) -> tuple[Any, dict[str, str], list[str]]:
    """Return the exit code, what is said of each header, and the other lines."""
    code: Any = 0
    out = StringIO()
    try:
        call_command("proxyselftest", f"http://{HOST}:{port}/", stdout=out, **options)
    except SystemExit as error:
        code = error.code
    lines = out.getvalue().splitlines()
    said = dict(line.split(": ", 1) for line in lines if line.partition(":")[0] in HEADERS)
    return code, said, [line for line in lines if line.partition(":")[0] not in HEADERS]
