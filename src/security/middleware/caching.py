"""The documented middlewares that act on some paths only."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import conf
from security.policy.caching import CONFIDENTIAL_HEADERS, CacheControl, forbids_storing

from ._run import GetResponse, HeaderMiddleware
from .plan import Store

CACHE_CONTROL = "cache-control"
PRIVATE = ("Cache-Control", "private")


class NoConfidentialCachingMiddleware(HeaderMiddleware):
    """
    Keep confidential pages out of every cache, as ``NO_CONFIDENTIAL_CACHING`` says.

    Whatever the response says already gives way, as of a view or of a cache behind this
    middleware; only a ``Cache-Control`` with ``no-store`` stays as it is.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        if conf.NO_CONFIDENTIAL_CACHING is None:
            raise ImproperlyConfigured(
                "NO_CONFIDENTIAL_CACHING must be set: "
                "NoConfidentialCachingMiddleware needs it (got None).\n"
                '    HINT: {"WHITELIST_ON": True, "WHITELIST_REGEXES": ["public"]} '
                "protects all pages but those."
            )

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Put ``no-store`` and its older companions on a page that is confidential."""
        pages = conf.NO_CONFIDENTIAL_CACHING
        if pages is not None and pages.covers(request.path_info):
            own = response.headers.get(CacheControl.name)
            for name, value in CONFIDENTIAL_HEADERS:
                response.headers[name] = value
            if own is not None and forbids_storing(own):
                response.headers[CacheControl.name] = own
        return response


class ClearSiteDataMiddleware(HeaderMiddleware):
    """Send ``Clear-Site-Data`` on the paths of ``CLEAR_SITE_DATA_URL_WHITELIST``."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        _ = conf.CLEAR_SITE_DATA_DIRECTIVES
        if conf.CLEAR_SITE_DATA_URL_WHITELIST is None:
            raise ImproperlyConfigured(
                "CLEAR_SITE_DATA_URL_WHITELIST must be set: "
                "ClearSiteDataMiddleware needs it (got None).\n"
                '    HINT: Name the page that logs out: ["accounts/logout/"].'
            )

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the header on listed paths."""
        paths, directives = conf.CLEAR_SITE_DATA_URL_WHITELIST, conf.CLEAR_SITE_DATA_DIRECTIVES
        if paths is not None and paths.covers(request.path_info):
            response.headers.setdefault(directives.name, str(directives))
        return response


def keep_private(own: Store, added: Store) -> None:
    """Let no shared cache keep a page with a nonce: it is for one visitor."""
    if CACHE_CONTROL not in own and CACHE_CONTROL not in added:
        added[CACHE_CONTROL] = PRIVATE
        return
    store = own if CACHE_CONTROL in own else added
    said = [word for part in store[CACHE_CONTROL][1].split(",") if (word := part.strip())]
    if not {"private", "no-store"} & {word.lower() for word in said}:
        kept = [word for word in said if word.lower() != "public"]
        store[CACHE_CONTROL] = ("Cache-Control", ", ".join((*kept, "private")))
