"""What comes in at the addresses for reports, read within limits, and what is answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from security.conf import conf
from security.policy.csp.delivery import TWIN

from . import tokens, wire
from .entry import Arrival
from .intake import take
from .report import Refusal
from .twins import is_repeated

RETRY_AFTER: Final = 60  # seconds

# A header as Django stores it: lower-case name to the name as written, and the value.
_OWN: Final = {
    name.lower(): (name, value)
    for name, value in {
        "Content-Security-Policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": "*",  # reports of a page elsewhere come without cookies
    }.items()
}
_PREFLIGHT: Final = {
    "Allow": "OPTIONS, POST",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",  # browsers do not take the other for it
    "Access-Control-Max-Age": "86400",  # seconds
}


class Surplus(StrEnum):
    """Why a request was not read. ``Refusal`` says why a body was not taken."""

    NOT_POST = "not-post"
    WRONG_TYPE = "wrong-type"
    UNSIGNED = "unsigned"  # TOKEN is on, and the URL has none
    STALE = "stale-token"  # the URL has another than today's and yesterday's
    UNREADABLE = "unreadable"  # the client went away, or somebody read the body before


class Batch(NamedTuple):
    """
    What a request brought: the body as far as it was read, and what is in it.

    ``repeated`` is the number of reports that the browser delivers by ``report-to``, too. They
    are among neither the arrivals nor the refused.
    """

    body: bytes
    arrivals: tuple[Arrival, ...]
    refused: Mapping[str, int]
    repeated: int = 0


def receive(request: HttpRequest, token: str) -> Batch:
    """
    Read and understand the body of a POST. Raises nothing, whatever was sent.

    Of what is longer than ``wire.MAX_BODY``, or than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` where
    that is less, nothing is kept in memory.
    """
    if (surplus := _unsigned(request, token)) is not None:
        return refused(surplus)
    body = _body(request)
    if isinstance(body, StrEnum):
        return refused(body)
    if token:  # so that the violated policy is the same every day
        body = body.replace(f"/{token[: tokens.MAX_TOKEN]}/".encode(errors="replace"), b"/")
    meta = request.META
    agent = meta.get("HTTP_USER_AGENT", "")
    site = (meta.get("SCRIPT_NAME", "").rstrip("/"), getattr(request, "urlconf", None))
    taken = take(body, agent, *site)
    if taken.lacks_host:
        taken = take(body, agent, *site, _host(request))
    now = int(time.time())
    arrivals = tuple([Arrival(entry, now) for entry in taken.entries])
    if TWIN not in meta.get("QUERY_STRING", "").split("&"):
        return Batch(body, arrivals, taken.refused)
    origin = meta.get("HTTP_ORIGIN", "")
    new = tuple(
        [
            arrival
            for arrival in arrivals
            if not is_repeated(arrival.entry.report, origin=origin, user_agent=agent)
        ]
    )
    return Batch(body, new, taken.refused, len(arrivals) - len(new))


def refused(reason: StrEnum) -> Batch:
    return Batch(b"", (), {reason.value: 1})


def _unsigned(request: HttpRequest, token: str) -> Surplus | None:
    if not conf.SECURITY_REPORTS.token:
        return None
    if not token:
        return Surplus.UNSIGNED
    today = datetime.now(UTC).date()
    return None if tokens.is_valid(token, _host(request), today) else Surplus.STALE


def _host(request: HttpRequest) -> str:
    """Return the name that the request was sent to, "" for one that is not allowed."""
    try:
        return split_domain_port(request.get_host())[0]
    except DisallowedHost:
        return ""


def _body(request: Any) -> bytes | StrEnum:
    limit = wire.MAX_BODY
    if settings.DATA_UPLOAD_MAX_MEMORY_SIZE is not None:
        limit = min(limit, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if "_body" in request.__dict__:  # a middleware has read it
        body: bytes = request.body
    else:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdecimal() and int(declared[:20]) > limit:
            return Refusal.TOO_LARGE
        try:
            body = _read(request, limit + 1)
        except (OSError, ValueError):
            return Surplus.UNREADABLE
    return body if len(body) <= limit else Refusal.TOO_LARGE


def _read(request: Any, most: int) -> bytes:
    """Read at most so many bytes, whatever Content-Length says; a stream may give less at once."""
    body: bytes = request.read(most)
    if len(body) == most or not body:
        return body
    parts = [body]
    left = most - len(body)
    while left and (part := request.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts) if len(parts) > 1 else body


def accepted() -> HttpResponse:
    """Answer 204: to what was taken, and to what no sending again would make better."""
    return _answer(204)


def forbidden() -> HttpResponse:
    """Answer 403, as the documented view does to what is no report."""
    return _answer(403)


def preflight() -> HttpResponse:
    """Answer 204 and what CORS wants to know before a browser sends reports elsewhere."""
    response = _answer(204)
    for name, value in _PREFLIGHT.items():
        response.headers[name] = value
    return response


def closed() -> HttpResponse:
    """Answer 410: who follows the Reporting API sends nothing more."""
    return _unlogged(_answer(410))


def unavailable() -> HttpResponse:
    """Answer 503: nothing was kept, and the browser may try again."""
    response = _answer(503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return _unlogged(response)


def _answer(status: int) -> HttpResponse:
    response = HttpResponse(status=status, content_type="")
    headers: Any = response.headers
    headers._store = _OWN.copy()  # to set them one by one costs as much as all the rest
    return response


def _unlogged(response: Any) -> HttpResponse:
    """Keep Django from a line, or a mail to the admins, for each report of an outage."""
    response._has_been_logged = True
    answer: HttpResponse = response
    return answer
