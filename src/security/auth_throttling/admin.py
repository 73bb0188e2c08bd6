"""The same button in the admin: ``class MyUserAdmin(ThrottleActions, UserAdmin)``."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import attempts


@admin.action(description=_("Let the selected users log in again at once"), permissions=["change"])
def unlock_accounts(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Forget the attempts on the accounts of the selected users."""
    number = 0
    for user in queryset:
        attempts.forget(user)
        modeladmin.log_change(request, user, "Attempts to log in forgotten.")
        number += 1
    text = ngettext(
        "%d user may log in again at once.", "%d users may log in again at once.", number
    )
    messages.success(request, text % number)


class ThrottleActions:
    """
    Mix into the admin of users, in front of it, to have ``unlock_accounts`` there.

    An admin with ``actions`` of its own names ``unlock_accounts`` among them instead.
    """

    actions: ClassVar[list[Any]] = [unlock_accounts]
