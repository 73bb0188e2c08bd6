"""Where the login page is, and how to come back from there."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from security.conf import Misconfigured
from security.policy.errors import must_be

from .routes import known_names

MAX_NEXT: Final = 2_000  # characters, quoted; some servers refuse a request line of 8,190 bytes
ORDER: Final = "Write a path with its leading slash, a URL name, or a full URL."
UNNAMED: Final = (
    'No URL is named so. Put path("accounts/", include("django.contrib.auth.urls")) into urls.py, '
    "which names its login page 'login', or write the name of your own."
)


def address(written: object, request: HttpRequest | None = None) -> str:
    """
    Return the address that a path, a URL name, or a lazy one of either means.

    Names are those of ``request.urlconf``, where it is set, then those of the project.
    Raises ``ImproperlyConfigured`` for a name that there is not.
    """
    text = str(written)
    if is_url(text):
        return text
    own = getattr(request, "urlconf", None)
    error: NoReverseMatch | None = None
    for urlconf in dict.fromkeys((own or settings.ROOT_URLCONF, settings.ROOT_URLCONF)):
        try:
            return reverse(text, urlconf=urlconf)
        except NoReverseMatch as missing:
            error = missing
    is_name = "/" not in text and text not in known_names()
    wrong = must_be("the address of the login page", text, hint=UNNAMED if is_name else ORDER)
    raise Misconfigured("LOGIN_URL", wrong) from error


def is_url(text: str) -> bool:
    """Tell whether a text is an address as it stands, and no URL name."""
    return text.startswith("/") or "://" in text


def is_at(path: str, login: str, request: HttpRequest) -> bool:
    """
    Tell whether a ``path_info`` is that of the page at ``login``, on this very site.

    A login page on another host is none of ours, whatever a client says it came to: the
    host must be one that ``ALLOWED_HOSTS`` spells out.
    """
    parts = urlsplit(login)
    if parts.netloc and not _is_here(request, parts.netloc):
        return False
    prefix = get_script_prefix()
    wanted = unquote(parts.path)
    return wanted.startswith(prefix) and path == f"/{wanted[len(prefix) :]}"


def with_next(login: str, request: HttpRequest, field: str | None) -> str:
    """
    Return the address of the login page with the way back in ``field``.

    The query that it has stays. The way back is a relative path with one leading slash,
    quoted, prefix and query included; where it is longer than 2,000 characters, there is none.
    """
    back = _way_back(request)
    if not field or back is None:
        return login
    parts = urlsplit(login)
    fields = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name != field
    ]
    query = urlencode([*fields, (field, back)], safe="/")
    return urlunsplit(parts._replace(query=query))


def _way_back(request: HttpRequest) -> str | None:
    path = request.get_full_path().replace("#", "%23")  # in a query, where Django lets it pass
    back = f"/{path.lstrip('/')}"
    if len(back) > MAX_NEXT or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return None
    return back


def _is_here(request: HttpRequest, netloc: str) -> bool:
    host: Any = split_domain_port(netloc.lower())[0]
    try:
        asked = split_domain_port(request.get_host())[0]
    except DisallowedHost:
        return False
    return bool(host) and host == asked.lower() and host in settings.ALLOWED_HOSTS
