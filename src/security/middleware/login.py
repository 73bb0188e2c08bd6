"""Every page needs a login, unless the project says otherwise."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, ResolverMatch, get_resolver
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from security.conf import conf
from security.marks import is_unattended

from . import login_exempt, login_url
from ._run import Flow, FlowMiddleware, GetResponse
from .current_user import current_user, known_user, user_now
from .logouts import log_out
from .refusals import is_ajax, problem, wants_json

logger = logging.getLogger("security.login")

SETTINGS: Final = (
    "LOGIN_URL",
    "LOGIN_EXEMPT_URLS",
    "SECURITY_LOGIN_EXEMPT_NAMES",
    "CUSTOM_LOGOUT_MODULE",
)

# RFC 9110 section 15.5.2 wants a challenge with each 401. No browser has a dialog for this one.
CHALLENGE: Final = 'Cookie realm="login"'


class LoginRequiredMiddleware(FlowMiddleware):
    """
    Send whoever is not logged in to the login page, before any view sees the request.

    Open are the login page itself, what ``LOGIN_EXEMPT_URLS`` and
    ``SECURITY_LOGIN_EXEMPT_NAMES`` name, and views under ``login_not_required``. An address
    that there is not is answered like one that there is. A user who is not active any more
    is logged out. The question is asked again once the view is known, so that a middleware
    behind this one that rewrites the path or the URLconf opens nothing.

    Raises ``ImproperlyConfigured`` at the start for a setting that cannot work, and with the
    first request where ``AuthenticationMiddleware`` does not stand in front.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        for name in SETTINGS:
            getattr(conf, name)  # refuse to start on a bad value

    def is_settled(self, request: HttpRequest) -> bool:
        """Tell whether the user is known, and may see the page, or that nobody has to."""
        if is_unattended(request) or self._is_strangers(request):
            return True
        user = known_user(request) if self.async_mode else user_now(request)
        return user is not None and user.is_authenticated and is_active(user)

    def _is_strangers(self, request: HttpRequest) -> bool:
        """Tell whether a page is open to one who brings no session: then none is looked for."""
        return settings.SESSION_COOKIE_NAME not in request.COOKIES and login_exempt.by_path(
            request.path_info
        )

    def request_flow(self, request: HttpRequest) -> Flow:
        """Let a user through, and anybody to what is open; send away everybody else."""
        user = yield from current_user(request)
        if user.is_authenticated:
            if is_active(user):
                return None
            response = yield from log_out(request)
            logger.info(
                "User %s is not active any more, and was logged out.", getattr(user, "pk", None)
            )
            if response is not None:
                return response
        path, match = resolved(request)
        return None if is_open(request, path, match) else refuse(request, match)

    def view_flow(self, request: HttpRequest) -> Flow:
        """Ask again, about the view that is going to run."""
        user = yield from current_user(request)
        if user.is_authenticated and is_active(user):
            return None
        match = request.resolver_match
        return None if is_open(request, request.path_info, match) else refuse(request, match)


def is_active(user: Any) -> bool:
    """Tell whether an account may be used; one that does not know such a thing may."""
    return bool(getattr(user, "is_active", True))


def resolved(request: HttpRequest) -> tuple[str, ResolverMatch | None]:
    """
    Return the path that counts, and what it means; ``None`` for nothing at all.

    Without its slash at the end a path stands for the page that ``APPEND_SLASH`` leads to.
    """
    path = request.path_info
    resolver = get_resolver(getattr(request, "urlconf", None))
    try:
        return path, resolver.resolve(path)
    except Resolver404:
        if not settings.APPEND_SLASH or path.endswith("/"):
            return path, None
    try:
        return f"{path}/", resolver.resolve(f"{path}/")
    except Resolver404:
        return path, None


def is_open(request: HttpRequest, path: str, match: ResolverMatch | None) -> bool:
    """Tell whether a request may go on without a login."""
    if login_exempt.by_path(path):
        return True
    if match is not None and (login_exempt.by_name(match) or login_exempt.by_mark(match.func)):
        return True
    written = getattr(request, "login_url", None)
    login = str(written) if written else login_url.address(conf.LOGIN_URL, request)
    return login_url.is_at(path, login, request)


def destination(request: HttpRequest, match: ResolverMatch | None) -> tuple[str, str | None]:
    """Return the address of the login page, and the name of the field for the way back."""
    if written := getattr(request, "login_url", None):
        return str(written), None
    view = match.func if match is not None else None
    field = login_exempt.attribute(view, "redirect_field_name", REDIRECT_FIELD_NAME)
    written = login_exempt.attribute(view, "login_url", None) or conf.LOGIN_URL
    return login_url.address(written, request), field


def refuse(request: HttpRequest, match: ResolverMatch | None) -> HttpResponse:
    """Return the way to the login page: a redirect, or for a program a 401 that names it."""
    login, field = destination(request, match)
    response: HttpResponse
    if is_ajax(request):
        response = JsonResponse({"login_url": login}, status=401)
    elif wants_json(request):
        response = problem(401, _("Unauthorized"), _("Log in first."), login_url=login)
    else:
        response = HttpResponseRedirect(login_url.with_next(login, request, field))
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Accept", "Cookie", "X-Requested-With"))
    return response
