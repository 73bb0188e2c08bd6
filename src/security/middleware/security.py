"""The one middleware of a new project: host, HTTPS and every header, in one pass."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import empty

from security.conf import conf
from security.nonce import (
    ATTRIBUTE,
    HASHES,
    Nonce,
    look,
    put,
    settled,
    sources,
    too_late,
)

from . import plan, routes, runtime
from ._run import GetResponse, HeaderMiddleware
from .caching import keep_private
from .hosts import Doorkeeper
from .plan import NOT_MODIFIED, Hole, Store
from .shield import Shield


class SecurityMiddleware(HeaderMiddleware):
    """
    Validate the host, redirect to HTTPS, send every protective header.

    A header that the view set is left alone, unless a cache could keep a confidential page
    by it. An answer out of a cache gets what its view gets. Stands first in ``MIDDLEWARE``. Raises
    ``ImproperlyConfigured`` when a setting of ours has a value that cannot work.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        conf.verify()
        self.shield()

    def shield(self) -> Shield:
        """Return the compiled settings of today, for the place where the site is mounted."""
        shield: Shield | None = conf.memo.get(Shield)
        if shield is not None and shield.by_prefix:
            shield = shield.here()
        if shield is None or (shield.change and plan.today() >= shield.change):
            doorkeeper = Doorkeeper() if shield is None else shield.doorkeeper
            shield = conf.memo[Shield] = Shield(doorkeeper)
        return shield

    def process_request(self, request: Any) -> HttpResponse | None:
        """Answer a request for a foreign host (400) or over plain HTTP (301, 308)."""
        shield: Shield | None = conf.memo.get(Shield)
        if shield is None or shield.changes:
            shield = self.shield()
        # Where Django 6 looks for it, and where templates may.
        nonce = request._csp_nonce = request.csp_nonce = Nonce()
        if shield.forwarded and (answer := shield.doorkeeper.settle(request)):
            return answer
        # What is_secure() would find, sooner where no proxy has a say.
        https = request._get_scheme() == "https" if shield.unproxied else request.is_secure()
        request._security_visit = (shield, https, nonce)
        if shield.validates_host:
            host = request.META.get("HTTP_HOST")
            if host is None:
                host = request.META.get("SERVER_NAME")
            if host not in shield.accepted and (refusal := shield.doorkeeper.refusal(request)):
                return refusal
        if not https and shield.redirects and request.path_info not in shield.exempt:
            return shield.redirect(request)
        return None

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """
        Add what the plan says and the response does not have yet.

        Every call of a function here is paid by every response, so there are few; what is
        rare is in ``Shield`` and below.
        """
        try:
            shield, https, nonce = request._security_visit
        except AttributeError:  # process_request() was not called
            shield, https, nonce = self.shield(), request.is_secure(), None
        headers: Any = response.headers
        own: Store = headers._store
        match = request.resolver_match
        if match is None:
            match = routes.answered(request, response)
        state = response.__dict__
        if (
            "_csp_config" in state
            or "_csp_ro_config" in state
            or "xframe_options_exempt" in state
            or "_frame_deny_exempt" in state
            or runtime.MOVED in state
            or ("x-frame-options" in own and shield.policy_follows)
            or shield.by_request
        ):
            http, encrypted, dynamic = shield.plan(match, shield.asked(request, response, own))
        elif match is None:
            http, encrypted, dynamic = shield.base
        else:
            try:
                http, encrypted, dynamic = shield.plans[match.func, match.view_name]
            except (KeyError, TypeError):  # the first time, or a view that is no key
                http, encrypted, dynamic = shield.plan(match)
        if dynamic:
            http, encrypted, _ = shield.plan_made(match, request, response, own, dynamic)
        added, holes, unchanged = encrypted if https else http
        if response.status_code == NOT_MODIFIED or (
            shield.debug_pages and runtime.is_debug_page(response)
        ):
            added = unchanged
        elif holes:
            if nonce is None or request._csp_nonce is not nonce:
                text = settled(getattr(request, ATTRIBUTE, None))
            elif (text := look(nonce, "_wrapped")) is empty:
                text = put(nonce, "_setupfunc", too_late)  # None: nobody read it
            hashes = getattr(request, HASHES, None)
            if text is not None or hashes is not None:
                added = _filled(added, holes, sources(text, hashes))
                if text is not None:
                    keep_private(own, added)
        if shield.by_path:
            headers._store = shield.on_path(request, added, own)
        else:
            headers._store = added | own
        return response


def _filled(added: Store, holes: tuple[Hole, ...], source: str) -> Store:
    """Return the headers of the plan with the sources of this response in their place."""
    filled = added.copy()
    for lower, name, parts in holes:
        filled[lower] = (name, source.join(parts))
    return filled
