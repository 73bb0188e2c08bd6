"""Everything that the settings decide, compiled once and looked up by each response."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_script_prefix
from django.utils.crypto import salted_hmac

from security.client import client_of
from security.conf import Dynamic, conf
from security.marks import is_unattended
from security.parsers import Endpoints
from security.policy.caching import forbids_storing
from security.policy.errors import did_you_mean
from security.policy.hsts import Ramp

from . import plan, redirects, routes, runtime
from .caching import CACHE_CONTROL
from .endpoints import change_daily, has_names, resolved
from .hosts import Doorkeeper
from .plan import CONFIDENTIAL, Plan, Store, build

MAX_MOUNTS = 64  # script prefixes whose headers are remembered
MAX_AGENT = 256  # characters of User-Agent that tell visitors apart
MAX_EXEMPT = 256  # paths that are answered over plain HTTP, remembered
MAX_EXEMPT_PATH = 128  # characters of one of them
MAX_PLANS = 4096  # views; a URLconf that grows while it serves does not grow us


class Shield:
    """Everything that the settings decide, compiled; shared by requests, replaced in tests."""

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self.doorkeeper = doorkeeper
        self.day = plan.today()
        self.change: date | None = None
        self.changes = False
        self._watch(conf.SECURITY_HSTS_RAMP)
        self.plans: dict[object, Plan] = {}
        self.debug_pages = settings.DEBUG and django.VERSION < (6, 0)
        self.unproxied = settings.SECURE_PROXY_SSL_HEADER is None
        self.accepted = self.doorkeeper.accepted
        self.forwarded = self.doorkeeper.forwarded
        self.validates_host = conf.SECURITY_VALIDATE_HOST
        self.redirects = conf.SECURE_SSL_REDIRECT
        self.rollout = conf.SECURITY_CSP_ROLLOUT
        self.rollout_key = salted_hmac("security.csp.rollout", "", algorithm="sha256").digest()
        self.call = conf.SECURITY_CSP_CALLABLE and Dynamic("SECURE_CSP", conf.SECURITY_CSP_CALLABLE)
        self.confidential = conf.NO_CONFIDENTIAL_CACHING
        self.clearing = conf.CLEAR_SITE_DATA_URL_WHITELIST or None
        self.unframed = conf.X_FRAME_OPTIONS_EXCLUDE_URLS or None
        self.by_request = self.rollout is not None or self.unframed is not None
        self.exempt: set[str] = set()
        self.by_path = self.confidential is not None or self.clearing is not None
        self.policy_follows = conf.SECURE_CSP is not None and not conf.is_set("SECURE_CSP")
        self.base = self._compile(None, runtime.NOTHING)
        self.prefix = get_script_prefix()
        declared = self._endpoints()
        self.by_prefix = has_names(declared)
        if change_daily(declared):
            self.change = self.day + timedelta(days=1)
        self.changes = self.changes or self.by_prefix
        self.mounts: dict[str, Shield] = {self.prefix: self}
        if strange := routes.unknown():
            raise ImproperlyConfigured(
                f"SECURITY_ROUTES must be made of URL names, 'namespace:*' or app labels "
                f"(got {strange[0]!r}).\n"
                f"    HINT: {did_you_mean(strange[0], routes.known_names()) or 'See urls.py.'}"
            )

    def plan(self, match: ResolverMatch | None, asked: runtime.Asked = runtime.NOTHING) -> Plan:
        """
        Return the plan of one view, compiled once for whatever its response asks for.

        A view that cannot be a key of a dictionary has its plan compiled each time.
        """
        view = match and (match.func, match.view_name)
        key = view if asked is runtime.NOTHING else (view, asked)
        try:
            known = self.plans.get(key)
        except TypeError:
            return self._compile(match, asked)
        if known is None:
            known = self._compile(match, asked)
            if len(self.plans) >= MAX_PLANS:
                self.plans.clear()
            self.plans[key] = known
        return known

    def _compile(self, match: ResolverMatch | None, asked: runtime.Asked) -> Plan:
        layers = routes.layers(match)
        if self.call is not None:
            layers.insert(0, {"SECURITY_CSP_CALLABLE": self.call})
        if asked.candidate is not None and not any("SECURE_CSP" in layer for layer in layers):
            layers.insert(0, self._candidate(enforced=asked.candidate))
        chosen = routes.stacked([*layers, runtime.overrides(asked)])
        row = routes.preset_row(match)
        self._watch(chosen.get("SECURITY_HSTS_RAMP"))
        if not chosen and not row and match is not None:
            return self.base
        return build(chosen, row, self.day)

    def plan_made(
        self,
        match: ResolverMatch | None,
        request: HttpRequest,
        response: HttpResponseBase,
        own: Store,
        calls: tuple[Dynamic, ...],
    ) -> Plan:
        """Return the plan of a response for which callables decide."""
        made = runtime.made_by(calls, request, response)
        asked = self.asked(request, response, own)
        return self.plan(match, asked._replace(made=made))

    def asked(self, request: HttpRequest, response: HttpResponseBase, own: Store) -> runtime.Asked:
        """Return what this one response asks for."""
        asked = runtime.asked(response.__dict__, own if self.policy_follows else {})
        if self.rollout is not None:
            enforced = self.rollout.includes(self.visitor(request), self.rollout_key)
            asked = asked._replace(candidate=enforced)
        if self.unframed is not None and self.unframed.covers(request.path):
            return asked._replace(framing=runtime.UNFRAMED)
        return asked

    def redirect(self, request: HttpRequest) -> HttpResponse | None:
        """Return the redirect to HTTPS, if any. Paths that are exempt are remembered."""
        if is_unattended(request):
            return None
        answer = redirects.to_https(request)
        path = request.path_info
        if answer is None and len(self.exempt) < MAX_EXEMPT and len(path) <= MAX_EXEMPT_PATH:
            self.exempt.add(path)
        return answer

    def here(self) -> Shield:
        """Return the same for the prefix of this request: paths of ours begin with it."""
        prefix = get_script_prefix()
        mounted = self.mounts.get(prefix)
        if mounted is None:
            mounted = Shield(self.doorkeeper)
            if len(self.mounts) < MAX_MOUNTS:
                self.mounts[prefix] = mounted
        return mounted

    def _endpoints(self) -> list[Endpoints]:
        """Return the endpoints of the site and of its rows; verify that their URLs exist."""
        rows = [row.get("SECURITY_REPORTING_ENDPOINTS") for row in conf.SECURITY_ROUTES.values()]
        found = [e for e in (conf.SECURITY_REPORTING_ENDPOINTS, *rows) if e is not None]
        for endpoints in found:
            resolved(endpoints, self.day)
        return found

    def _candidate(self, *, enforced: bool) -> dict[str, Any]:
        setting = "SECURE_CSP" if enforced else "SECURE_CSP_REPORT_ONLY"
        return {setting: self.rollout and self.rollout.policy, routes.ROLLED_OUT: True}

    def visitor(self, request: HttpRequest) -> str:
        """Return who a rollout takes the sender of a request for: an address and a browser."""
        agent = request.META.get("HTTP_USER_AGENT", "")[:MAX_AGENT]
        return f"{client_of(request).address} {agent}"

    def _watch(self, ramp: Ramp | None) -> None:
        """Remember the next day on which a ramp changes what is sent."""
        change = None if ramp is None else ramp.until(self.day)
        if change is not None and (self.change is None or change < self.change):
            self.change = change
            self.changes = True

    def on_path(self, request: HttpRequest, added: Store, own: Store) -> Store:
        """
        Return all headers of a response, with those that depend on the path.

        What keeps a confidential page out of caches wins over what the response has.
        """
        store = added
        if self.clearing is not None and self.clearing.covers(request.path_info):
            directives = conf.CLEAR_SITE_DATA_DIRECTIVES
            store = added | {directives.name.lower(): (directives.name, str(directives))}
        store = store | own
        if self.confidential is not None and self.confidential.covers(request.path_info):
            store.update(CONFIDENTIAL)
            if (said := own.get(CACHE_CONTROL)) is not None and forbids_storing(said[1]):
                store[CACHE_CONTROL] = said
        return store
