"""The button that lets somebody try again at once."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from . import attempts

logger = logging.getLogger("security.throttling")


@never_cache
def reset_username_throttle(
    request: HttpRequest, user_id: object = None, redirect_url: str = "/"
) -> HttpResponse:
    """
    Forget the attempts on the account of a user, then redirect; for superusers, by POST.

    404 for everybody and everything else. A redirect to another host leads to ``/``.
    """
    asker = getattr(request, "user", None)
    if request.method != "POST" or not (asker and asker.is_active and asker.is_superuser):
        raise Http404
    model = get_user_model()
    try:
        user = model._default_manager.get(pk=cast("Any", user_id))
    except (model.DoesNotExist, ValueError, TypeError, OverflowError, ValidationError):
        raise Http404 from None
    attempts.forget(user)
    logger.info("User %s let user %s log in again at once.", asker.pk, user.pk)
    safe = url_has_allowed_host_and_scheme(
        redirect_url, {request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(redirect_url if safe else "/")
