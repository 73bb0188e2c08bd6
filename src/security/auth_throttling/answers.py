"""What somebody reads who has to wait: on the login page, on a page of its own, or as JSON."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.messages import get_messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import requires_csrf_token

from security.middleware.logouts import forget
from security.middleware.refusals import problem, wants_json

from . import attempts, names
from .delays import delay_message

RETRY: Final = 30  # seconds until it makes sense to ask again for a cache that is down


class ThrottledForm(AuthenticationForm):
    """Django's login form with the name that was typed, and why it was not looked at."""

    def __init__(self, request: HttpRequest, message: str) -> None:
        name = next(iter(names.posted(request)), "")
        super().__init__(request, initial={"username": name})
        self._errors = ErrorDict({NON_FIELD_ERRORS: self.error_class([message])})


def page(request: HttpRequest, template: str, wait: float) -> HttpResponse:
    """Render the login page with an error that says how long to wait. Blocks."""
    field = attempts.settings().redirect_field_name
    site = get_current_site(request)
    context = {
        "form": ThrottledForm(request, _explained(wait)),
        field: _target(request, field),
        "site": site,
        "site_name": site.name,
    }
    # The form has to work when it is sent again, wherever CsrfViewMiddleware stands.
    rendered = requires_csrf_token(lambda request: render(request, template, context))(request)
    return _uncached(rendered, wait)


def _target(request: HttpRequest, field: str) -> str:
    """Return where to go after the login, as Django's view does: empty for another host."""
    target = request.POST.get(field) or request.GET.get(field, "")
    safe = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""


def delayed(request: HttpRequest, wait: float) -> HttpResponse:
    """Return the 429 of an attempt that has to wait."""
    title = gettext("Too many attempts to log in")
    return _uncached(_short(request, 429, title, _explained(wait), retry_after=ceil(wait)), wait)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the 503 of an attempt that nobody could count."""
    title = gettext("Logging in is not possible just now")
    text = gettext("This is our fault, not yours. Please try again in half a minute.")
    return _uncached(_short(request, 503, title, text), RETRY)


def too_big(request: HttpRequest, text: str) -> HttpResponse:
    return _short(request, 413, gettext("Too long"), text)


def leave_no_trace(request: HttpRequest) -> None:
    """
    End the session, so that the answer tells not whether the password was right. Blocks.

    A login, its new CSRF token and a word of welcome are in what later middleware sends, and
    no refused guess may be told from another by that.
    """
    if hasattr(request, "session"):
        request.session.flush()
        forget(request)
    rotate_token(request)
    list(get_messages(request))  # what was read is not kept


def _explained(wait: float) -> str:
    return gettext(
        "Because of failed attempts before it, this attempt to log in was not looked at. "
        "Please try again in %(delay)s."
    ) % {"delay": delay_message(wait)}


def _short(request: HttpRequest, status: int, title: str, text: str, **more: Any) -> HttpResponse:
    """Return a page without style or script, or for a program the same as RFC 9457 has it."""
    if wants_json(request) or (request.content_type or "").lower().endswith("json"):
        return problem(status, title, text, **more)
    return HttpResponse(
        format_html(
            '<!DOCTYPE html>\n<html lang="{}">\n<head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>{}</title></head>\n'
            "<body><h1>{}</h1><p>{}</p></body>\n</html>\n",
            get_language() or settings.LANGUAGE_CODE,
            title,
            title,
            text,
        ),
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def _uncached(response: HttpResponse, wait: float) -> HttpResponse:
    """Say when to come back, in whole seconds, and that the answer is for nobody else."""
    response.headers["Retry-After"] = str(ceil(wait))
    response.headers["Cache-Control"] = "no-store"
    return response
