"""Who has to change the password does that before anything else."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    get_script_prefix,
    resolve,
    reverse,
)
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from security.conf import Misconfigured, conf
from security.marks import is_unattended
from security.parsers_accounts import PasswordChange
from security.policy.errors import did_you_mean, must_be
from security.policy.passwords import readings

from . import routes
from ._run import Flow, FlowMiddleware, GetResponse, Step, blocking
from .current_user import current_user, known_user, user_now
from .refusals import is_ajax, problem, wants_json

SETTING: Final = "MANDATORY_PASSWORD_CHANGE"
STATIC_VIEWS: Final = frozenset(
    {"django.views.static.serve", "django.contrib.staticfiles.views.serve"}
)


class MandatoryPasswordChangeMiddleware(FlowMiddleware):
    """
    Redirect a user whose password is expired to the page that changes it.

    Open stay that page, the way out, static files, and what ``EXEMPT_URLS`` and
    ``EXEMPT_URL_NAMES`` say. A program gets a 403 that says where to go. As long as a
    password is not expired, a request costs neither a query nor a look at the URLconf.

    Raises ``ImproperlyConfigured`` at the start for a setting that cannot work, or with the
    first refusal where the URLconf could not be read at the start.
    """

    def __init__(self, get_response: GetResponse) -> None:
        if not apps.is_installed("security"):
            raise ImproperlyConfigured(
                "INSTALLED_APPS must name 'security': MandatoryPasswordChangeMiddleware keeps in "
                "its tables when passwords expire (got no such app).\n"
                "    HINT: Add it, and run manage.py migrate."
            )
        # Models: here they are there, and where this module is imported they may not be.
        from security import password_expiry  # noqa: PLC0415

        super().__init__(get_response)
        self.expiry: Any = password_expiry
        if conf.MANDATORY_PASSWORD_CHANGE is not None:
            _verify(conf.MANDATORY_PASSWORD_CHANGE)

    def is_settled(self, request: HttpRequest) -> bool:
        """Tell whether the user is known, and not to have an expired password."""
        rule = conf.MANDATORY_PASSWORD_CHANGE
        if rule is None or _is_exempt(request, rule):
            return True
        user = known_user(request) if self.async_mode else user_now(request)
        return user is not None and (
            not user.is_authenticated or conf.derived(self.expiry.Memory).holds(user)
        )

    def request_flow(self, request: HttpRequest) -> Flow:
        """Refuse a user whose password is expired, except for what is open."""
        rule = conf.MANDATORY_PASSWORD_CHANGE
        if rule is None or _is_exempt(request, rule):
            return None
        user = yield from current_user(request)
        if not user.is_authenticated or not (yield from self._must_change(request, user)):
            return None
        page = change_page(rule, getattr(request, "urlconf", None))
        if unquote(urlsplit(page).path) == request.path or is_open(request, rule):
            return None
        return refuse(request, page)

    def _must_change(self, request: HttpRequest, user: Any) -> Flow:
        if conf.derived(self.expiry.Memory).holds(user) or self.expiry.is_exempt(user):
            return False
        backend = yield from _backend(request, user)
        if backend is not None and not takes_passwords(backend):
            return False
        return (yield blocking(self.expiry.must_change, user))


def _backend(request: HttpRequest, user: Any) -> Flow:
    """Return the dotted path of what the user logged in with, or ``None`` if nobody knows."""
    session = getattr(request, "session", None)
    if session is None:
        return getattr(user, "backend", None)
    get = partial(session.get, BACKEND_SESSION_KEY)
    if "_session_cache" in vars(session):  # as whoever read the user left it
        found = get()
    elif hasattr(session, "aget"):
        found = yield Step(get, partial(session.aget, BACKEND_SESSION_KEY))
    else:  # before Django 5.1
        found = yield blocking(get)
    return found or getattr(user, "backend", None)


def takes_passwords(backend: str) -> bool:
    """Tell whether users of an authentication backend have a password here to change."""
    rule = conf.MANDATORY_PASSWORD_CHANGE
    if rule is not None and backend in rule.exempt_backends:
        return False
    return conf.derived(_asks_for_password, backend)


def _asks_for_password(backend: str) -> bool:
    from django.contrib.auth.backends import (  # noqa: PLC0415  # a model: apps first
        ModelBackend,
        RemoteUserBackend,
    )

    try:
        found = import_string(backend)
    except ImportError:  # unknown, and so not exempt
        return True
    if "password" in inspect.signature(found.authenticate).parameters:
        return True
    return issubclass(found, ModelBackend) and not issubclass(found, RemoteUserBackend)


def change_page(rule: PasswordChange, urlconf: Any = None) -> str:
    """
    Return the address of the page that changes a password.

    Raises ``ImproperlyConfigured`` if the URLconf has no page of that name without arguments.
    """
    try:
        return reverse(rule.url_name, urlconf=urlconf)
    except NoReverseMatch:
        known = sorted(set(routes.known_names()))
        hint = (
            "That URL takes arguments."
            if rule.url_name in known
            else did_you_mean(rule.url_name, [name for name in known if name[-1] != "*"])
        )
        error = must_be("the name of a URL without arguments", rule.url_name, hint=hint)
        raise Misconfigured(SETTING, error.within("URL_NAME")) from None


def _verify(rule: PasswordChange) -> None:
    try:
        change_page(rule)
    except Misconfigured:
        raise
    except Exception:  # noqa: S110  # a URLconf that cannot be read yet is read later
        pass


def _is_exempt(request: HttpRequest, rule: PasswordChange) -> bool:
    return rule.exempt.covers(request.path_info) or is_unattended(request)


def is_open(request: HttpRequest, rule: PasswordChange) -> bool:
    """Tell whether a request leads where everybody may go, whatever the password."""
    if is_static(request.path):
        return True
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return False
    names = {rule.url_name, *rule.exempt_names}
    if match.url_name is not None and not names.isdisjoint(readings(match.view_name)):
        return True
    return _dotted(match.func) in STATIC_VIEWS or leads_out(match)


def is_static(path: str) -> bool:
    """Tell whether a path is below ``STATIC_URL``, where that is not the whole site."""
    url = urlsplit(settings.STATIC_URL or "")
    if url.netloc or url.path[-1:] != "/" or url.path in {"/", get_script_prefix()}:
        return False
    return path.startswith(url.path) and ".." not in path


def leads_out(match: ResolverMatch) -> bool:
    """Tell whether a view logs out: Django's own, or called ``logout`` at the top."""
    from django.contrib.auth.views import LogoutView  # noqa: PLC0415  # a model: apps first

    view_class = getattr(match.func, "view_class", None)
    if isinstance(view_class, type) and issubclass(view_class, LogoutView):
        return True
    return match.url_name == "logout" and match.app_names in ([], ["admin"])


def refuse(request: HttpRequest, page: str) -> HttpResponse:
    """Return the way to the page: a redirect, or for a program a 403 that names it."""
    response: HttpResponse
    if is_ajax(request) or wants_json(request):
        response = problem(
            403,
            _("The password has expired"),
            _("Change the password first."),
            password_change_url=page,
        )
    else:
        response = HttpResponseRedirect(page)
        response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Accept", "Cookie", "X-Requested-With"))
    return response


def _dotted(view: Any) -> str:
    while isinstance(view, partial):
        view = view.func
    return f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', '')}"
