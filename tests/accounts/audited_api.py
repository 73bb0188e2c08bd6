"""Views of Django REST framework under every kind of permission class, for the audit."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import (
    AllowAny,
    BasePermission,
    DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly,
    IsAdminUser,
    IsAuthenticated,
    IsAuthenticatedOrReadOnly,
)
from rest_framework.views import APIView


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class Own(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return True


class Members2(IsAuthenticated): ...


def api(*classes: Any, **attributes: Any) -> Any:
    return type("Api", (APIView,), {"permission_classes": classes, **attributes}).as_view()


@api_view()
@permission_classes([IsAdminUser])
def api_function(request: Any) -> HttpResponse:
    return HttpResponse()


VIEWS = {
    "api-any": (api(AllowAny), "anyone", "AllowAny"),
    "api-nothing": (api(), "anyone", "permission_classes is empty"),
    "api-login": (api(IsAuthenticated), "login", "IsAuthenticated"),
    "api-subclass": (api(Members2), "login", "IsAuthenticated"),
    "api-staff": (api(IsAuthenticated, IsAdminUser), "staff", "IsAdminUser"),
    "api-own": (api(Own), "unknown", "Own decides"),
    "api-own-login": (api(IsAuthenticated, Own), "login", "IsAuthenticated"),
    "api-and": (api(IsAuthenticated & Own), "login", "IsAuthenticated"),
    "api-or": (api(IsAuthenticated | AllowAny), "anyone", "AllowAny"),
    "api-not": (api(~IsAuthenticated), "unknown", "a combined permission class decides"),
    "api-read": (
        api(IsAuthenticatedOrReadOnly),
        "anyone",
        "IsAuthenticatedOrReadOnly lets everybody read",
    ),
    "api-model": (api(DjangoModelPermissions), "login", "DjangoModelPermissions"),
    "api-model-read": (
        api(DjangoModelPermissionsOrAnonReadOnly),
        "anyone",
        "DjangoModelPermissionsOrAnonReadOnly lets everybody read",
    ),
    "api-dynamic": (
        api(IsAuthenticated, get_permissions=plain),
        "unknown",
        "Api.get_permissions decides",
    ),
    "api-given": (
        APIView.as_view(permission_classes=[IsAuthenticated]),
        "login",
        "IsAuthenticated",
    ),
    "api-function": (api_function, "staff", "IsAdminUser"),
}
