"""The reports' pages, asked for as somebody who may see or change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from tests.report_admin.rows import entry, group_of

from security.models import ReportGroup

FRONT = "/admin/security/reportgroup/"
LIST = f"{FRONT}list/"
SUGGEST = f"{FRONT}suggest/"


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]


@pytest.fixture
def client_of(db: None) -> Callable[..., Client]:
    """Return a client whose user is staff and has these permissions on groups."""

    def client_of(*permissions: str, **options: Any) -> Client:
        user = User.objects.create_user("-".join(permissions) or "nobody", is_staff=True)
        names = [f"{name}_reportgroup" for name in permissions]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client = Client(**options)
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def viewer(client_of: Callable[..., Client]) -> Client:
    return client_of("view")


@pytest.fixture
def editor(client_of: Callable[..., Client]) -> Client:
    return client_of("view", "change")


@pytest.fixture
def group(db: None) -> Callable[..., ReportGroup]:
    """Write a group: members of its report by name, those of its row in ``row``."""
    from django.utils import timezone

    def group(*, row: dict[str, Any] | None = None, **report: Any) -> ReportGroup:
        usual = {"subject": "img-src", "blocked": "https://pictures.example"}
        return group_of(entry(**(usual | report)), timezone.now(), **(row or {}))

    return group


def page_of(group: ReportGroup) -> str:
    return f"{FRONT}{group.pk}/change/"


def shown(client: Client, page: str) -> str:
    response = client.get(page)
    assert response.status_code == 200
    return str(response.content.decode())
