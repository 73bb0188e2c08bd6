"""Sentences: what made a header, and why one is not there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.urls import ResolverMatch

from security.conf import conf
from security.marks import KEPT_OUT
from security.middleware import routes, runtime
from security.middleware.plan import NOT_MODIFIED

from . import provenance
from .provenance import Origin, name_of
from .senders import (
    CACHE,
    CLEAR,
    CSP,
    CSP_REPORT_ONLY,
    DJANGOSECURE,
    ENDPOINTS,
    FRAMES,
    HSTS,
    OURS,
    SENDERS,
    kind_of,
    that_send,
)
from .trace import Frame, Step, Trace, answered_by, hook_of

_BETWEEN: Final = (  # code that sets what others ask for
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.utils.cache",
    "django.utils.datastructures",
    "security.site_grade",
)
_DECORATORS: Final = ("django.views.decorators.", "django.utils.decorators")
_DOCUMENTED: Final = "security.middleware.csp.ContentSecurityPolicyMiddleware"
_ROUTED: Final = frozenset(
    {OURS, _DOCUMENTED, "security.middleware.frames.XFrameOptionsMiddleware"}
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that was traced, with its answer."""

    request: Any
    response: Any
    trace: Trace

    @property
    def match(self) -> ResolverMatch | None:
        """Where the page leads, also where another answered for the view, as a cache does."""
        return routes.answered(self.request, self.response)


def made_by(header: str, step: Step, visit: Visit, *, is_first: bool) -> str:
    """Say who did one step of a header, and what told it to."""
    if step.middleware is None:
        return _made_in_view(header, visit)
    if step.value is None:
        return f"removed by {step.middleware}"
    verb = "sent by" if is_first else "changed by"
    source = _source(header, step, visit) if is_first or header == CACHE else ""
    return f"{source}, {verb} {step.middleware}" if source else f"{verb} {step.middleware}"


def absent(header: str, visit: Visit) -> str:
    """Say why a header is not there."""
    trace = visit.trace
    senders = list(that_send(header, trace.order))
    if not senders:
        return "not installed: no middleware in MIDDLEWARE is known to send it"
    reached = _reached(trace)
    sentences = []
    for path, kind, setting in senders:
        if path not in reached:
            sentences.append(f"{answered_by(trace)} answered before {path} was asked")
        else:
            sentences.append(_reason(header, kind, setting, visit))
    return "; ".join(dict.fromkeys(sentences))


def _reached(trace: Trace) -> list[str]:
    """Return the middlewares that saw the response."""
    who = answered_by(trace)
    return trace.order if who is None else trace.order[: trace.order.index(who) + 1]


def _source(header: str, step: Step, visit: Visit) -> str:
    kind = kind_of(step.middleware or "")
    if kind is None or header not in SENDERS[kind]:
        if kind == OURS and header in {"Pragma", "Expires"}:
            return ", ".join(provenance.sent_by_ours(header, visit.match, visit.request))
        return ""
    if kind == OURS and header in {CACHE, CLEAR}:
        return ", ".join(provenance.sent_by_ours(header, visit.match, visit.request))
    setting = SENDERS[kind][header]
    if not setting:
        return ""
    origin = _origin(header, kind, setting, visit)
    parts = [origin.as_source()]
    if header in {CSP, CSP_REPORT_ONLY} and kind in {OURS, _DOCUMENTED}:
        if not origin.value:
            parts = [provenance.of_ours("X_FRAME_OPTIONS", visit.match).as_source()]
        if kind == OURS:
            parts += provenance.additions(header, visit.match, visit.response.__dict__)
    return ", ".join(parts)


def _origin(header: str, kind: str, setting: str, visit: Visit) -> Origin:
    if kind.startswith("django."):
        return provenance.of_django(setting)
    match = visit.match if kind in _ROUTED else None
    if header == HSTS and setting == "SECURE_HSTS_SECONDS":
        return provenance.of_transport(match)
    if kind == DJANGOSECURE and header == FRAMES:
        row = provenance.of_ours("X_FRAME_OPTIONS", visit.match)
        is_row = row.giver not in {"", "the default", f"preset {conf.SECURITY_PRESET}"}
        return row if is_row else provenance.of_ours(setting)
    if kind == _DOCUMENTED and setting.startswith("CSP_"):
        return _documented(header, visit)
    return provenance.of_ours(setting, match)


def _documented(header: str, visit: Visit) -> Origin:
    """Return the one of the documented settings that a policy is taken from."""
    own = "SECURE_CSP" if header == CSP else "SECURE_CSP_REPORT_ONLY"
    row = provenance.of_ours(own, visit.match)
    if row.giver not in {"", "the default", f"preset {conf.SECURITY_PRESET}"}:
        return row
    documented = [name for name in ("CSP_DICT", "CSP_STRING") if getattr(conf, name) is not None]
    reported = [
        name for name in ("CSP_REPORT_DICT", "CSP_REPORT_STRING") if getattr(conf, name) is not None
    ]
    if not documented and not reported:
        return row
    wanted = {CSP: "report-only", CSP_REPORT_ONLY: "enforce"}[header]
    if wanted == conf.CSP_MODE or (header == CSP and not documented):
        return provenance.of_ours("CSP_MODE")
    return provenance.of_ours((documented if header == CSP else reported or documented)[0])


def _reason(header: str, kind: str, setting: str, visit: Visit) -> str:
    """Say why a middleware that was asked did not send the header."""
    request, response, state = visit.request, visit.response, visit.response.__dict__
    if header in {HSTS, ENDPOINTS} and not request.is_secure():
        return "plain HTTP: browsers ignore it there"
    if header == FRAMES:
        for mark in ("xframe_options_exempt", "_frame_deny_exempt"):
            if getattr(response, mark, False):
                return f"@{mark.lstrip('_')} on the view"
        excluded = conf.X_FRAME_OPTIONS_EXCLUDE_URLS
        if kind.startswith("security.") and excluded and excluded.covers(request.path):
            return "X_FRAME_OPTIONS_EXCLUDE_URLS covers the path"
    if header in {CSP, CSP_REPORT_ONLY}:
        if response.status_code == NOT_MODIFIED:
            return "304: the page keeps the policy that it came with"
        if provenance.STATES[header] in state:
            return "Django's csp_override on the view"
        if settings.DEBUG and runtime.is_debug_page(response):
            return "a page of DEBUG has styles of its own"
    if provenance.is_moved(state, setting):
        return "a redirect from plain HTTP, where browsers ignore it"
    if kind == OURS and header in {CACHE, CLEAR}:
        extra = {CACHE: "NO_CONFIDENTIAL_CACHING", CLEAR: "CLEAR_SITE_DATA_URL_WHITELIST"}[header]
        if getattr(conf, extra) is not None:
            return f"{extra} does not cover the path"
    if setting in {"NO_CONFIDENTIAL_CACHING", "CLEAR_SITE_DATA_URL_WHITELIST"}:
        return f"{setting} does not cover the path"
    if not setting:
        return f"{kind} did not send it"
    return _origin(header, kind, setting, visit).as_reason()


def _made_in_view(header: str, visit: Visit) -> str:
    """Say which code around the view, or in it, set a header."""
    match = visit.match
    if header == CACHE and KEPT_OUT in visit.response.__dict__:
        origin = provenance.of_ours("SECURITY_CACHE_CONTROL", match)
        return f"{origin.as_source()}, put on the response"
    view = name_of(match.func) if match is not None else "the page of an error"
    if header.startswith("set-cookie "):
        return f"view {view}, or what is around it"
    frames = visit.trace.made.get(header.lower(), ())
    if hook := hook_of(frames):
        return f"sent by {hook}, beside the view"
    outside = [frame for frame in frames if not frame.module.startswith(_BETWEEN)]
    if not outside:
        return f"view {view}"
    nearest = outside[0]
    place = f"{nearest.module}.{nearest.name.partition('.<locals>')[0]}"
    if match is not None and (places := [each for each in outside if _is_view(each, match.func)]):
        where = f"view {view}, line {places[0].line}"
        return where if nearest is places[0] else f"{where}, in {place}"
    if nearest.module.startswith(_DECORATORS) or "<locals>" in nearest.name:
        return f"decorator {place} of {view}"
    return f"{place}, line {nearest.line}"


def _is_view(frame: Frame, view: Any) -> bool:
    while isinstance(view, partial):
        view = view.func
    owner = getattr(view, "view_class", None)
    if owner is not None:
        return issubclass(frame.owner, owner)
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return frame.code is getattr(view, "__code__", None)
