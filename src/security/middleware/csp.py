"""The documented Content-Security-Policy middleware: ``CSP_MODE`` and its four policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix

from security import nonce
from security.conf import conf
from security.policy.csp import (
    Compiled,
    ContentSecurityPolicy,
    Directive,
)
from security.policy.reporting import ReportingEndpoints

from . import routes, runtime
from ._run import GetResponse, HeaderMiddleware
from .caching import keep_private
from .endpoints import resolved
from .plan import NOT_MODIFIED, compiled, edited, today

ENDPOINTS = "SECURITY_REPORTING_ENDPOINTS"

# What X-Frame-Options leaves on a response for a policy that is yet to come.
ANCESTORS = "_security_frame_ancestors"


class Policies(NamedTuple):
    """What is enforced and what is only reported; ``None`` where nothing is."""

    enforced: Any
    reported: Any

    def framed_by(self, ancestors: str | None) -> Policies:
        """Return the policies with ``frame-ancestors``, unless they speak of it already."""
        policy = self.enforced
        if ancestors is None or (policy is not None and policy.get("frame-ancestors") is not None):
            return self
        if policy is None:
            directive = Directive("frame-ancestors", (ancestors,))
            return self._replace(enforced=ContentSecurityPolicy((directive,)))
        return self._replace(enforced=policy.with_directive("frame-ancestors", (ancestors,)))

    def ready(
        self, endpoints: ReportingEndpoints | None, *, secure: bool
    ) -> tuple[tuple[str, Compiled], ...]:
        """
        Return each header with its text, compiled for one kind of connection.

        A ``report-to`` that we do not declare may be declared by somebody else: it stays.
        """
        urls = dict(endpoints.endpoints) if endpoints else {}
        named = [
            (ContentSecurityPolicy.name, self.enforced),
            (ContentSecurityPolicy.report_only_name, self.reported),
        ]
        found = []
        for name, policy in named:
            strange = policy is not None and set(policy.get("report-to") or ()) - urls.keys()
            text = policy.compile() if strange and secure else compiled(policy, urls, secure=secure)
            if text is not None:
                found.append((name, text))
        if secure and endpoints is not None:
            found.append((endpoints.name, Compiled(str(endpoints), ())))
        return tuple(found)


class ContentSecurityPolicyMiddleware(HeaderMiddleware):
    """
    Send the policy of ``CSP_DICT`` or ``CSP_STRING`` in the mode of ``CSP_MODE``.

    Where neither is set, ``SECURE_CSP`` and ``SECURE_CSP_REPORT_ONLY`` of Django 6 are
    sent. Raises ``ImproperlyConfigured`` for two policies at once, for none, and for a
    policy that a browser would not follow to the letter.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        conf.derived(configured)
        resolved(conf.SECURITY_REPORTING_ENDPOINTS, today())  # refuse to start on a bad name

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Give the request its nonce."""
        made = request.__dict__.setdefault(nonce.ATTRIBUTE, nonce.Nonce())
        request.__dict__.setdefault("csp_nonce", made)
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the policy, unless the view set one or nothing changed (304)."""
        if response.status_code == NOT_MODIFIED:
            return response
        state = response.__dict__
        layers = routes.layers(routes.answered(request, response))
        asked = runtime.asked(state, {})
        if any(layers) or asked is not runtime.NOTHING:
            calls = routes.stacked(layers).get(routes.DYNAMIC, ())
            made = asked._replace(made=runtime.made_by(calls, request, response))
            chosen = routes.stacked([*layers, runtime.overrides(made)])
            endpoints = chosen.get(ENDPOINTS, conf.SECURITY_REPORTING_ENDPOINTS)
            ready = _asked(chosen, state).ready(
                resolved(endpoints, today()), secure=request.is_secure()
            )
        else:
            wanted = (request.is_secure(), state.get(ANCESTORS))
            if conf.SECURITY_REPORTING_ENDPOINTS is None:
                ready = conf.derived(_ready, *wanted)
            elif get_script_prefix() == "/":
                ready = conf.derived(_ready, *wanted, today())
            else:  # endpoints of ours are below the prefix
                ready = _ready(*wanted, today())
        state_of = request.__dict__
        used = nonce.settled(state_of.get(nonce.ATTRIBUTE))
        source = nonce.sources(used, state_of.get(nonce.HASHES))
        for name, text in ready:
            filled = source.join(text.parts) if source and text.parts else text.unused
            response.headers.setdefault(name, filled)
        if used is not None:
            store = response.headers._store
            keep_private(store, store)
        return response


def _ready(
    secure: bool, ancestors: str | None, day: date | None = None
) -> tuple[tuple[str, Compiled], ...]:
    endpoints = None if day is None else resolved(conf.SECURITY_REPORTING_ENDPOINTS, day)
    return conf.derived(configured).framed_by(ancestors).ready(endpoints, secure=secure)


def _asked(chosen: Mapping[str, Any], state: Mapping[str, Any]) -> Policies:
    """Return the policies that the view, its route or Django's decorators ask for."""
    policies = conf.derived(configured)
    edits = chosen.get(routes.EDITS, ())
    return Policies(
        edited(chosen.get("SECURE_CSP", policies.enforced), edits),
        edited(chosen.get("SECURE_CSP_REPORT_ONLY", policies.reported), edits),
    ).framed_by(state.get(ANCESTORS))


def configured() -> Policies:
    """Return the policies of the settings. Raises ``ImproperlyConfigured``."""
    main = _either("CSP_DICT", "CSP_STRING")
    report = _either("CSP_REPORT_DICT", "CSP_REPORT_STRING")
    enforced: Any = main
    reported: Any = None
    if conf.CSP_MODE == "report-only":
        enforced, reported = None, report or main
    elif conf.CSP_MODE == "enforce-and-report-only":
        reported = main and (report or main)  # never a report without what is enforced
    if main is None and report is None:
        enforced, reported = conf.SECURE_CSP, conf.SECURE_CSP_REPORT_ONLY
    if enforced is None and reported is None:
        raise ImproperlyConfigured(
            "CSP_DICT or CSP_STRING must be set: "
            "ContentSecurityPolicyMiddleware needs a policy (got neither).\n"
            "    HINT: Start with CSP_DICT = {'default-src': ['self']}."
        )
    return Policies(enforced, reported)


def _either(mapping: str, text: str) -> Any:
    """Return the one of two settings that is set. Both at once contradict each other."""
    first, second = getattr(conf, mapping), getattr(conf, text)
    if first is not None and second is not None:
        raise ImproperlyConfigured(
            f"{mapping} and {text} must not be set together (got both).\n"
            f"    HINT: Keep {mapping}; it is checked word by word."
        )
    return first if first is not None else second
