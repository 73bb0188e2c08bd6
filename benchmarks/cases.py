"""Who is measured: each middleware within whole requests, and called alone."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from security.middleware import SecurityMiddleware

from . import changed, limit, peers, site
from .changed import BASE
from .measure import Asgi, Interface, Subject, Wsgi, rounds, summary

OURS = "security.middleware.SecurityMiddleware"
SCHEMES = ("https", "http")

BATCH = 10  # requests: too short for another process to come between, mostly
PEER_BATCH = 5
PEER_EVERY = 10  # rounds

MATCH = ResolverMatch(site.page, (), {}, route=site.PAGE[1:])
RESPONSE = HttpResponse(content_type="text/html; charset=utf-8")
STORE = {"content-type": ("Content-Type", "text/html; charset=utf-8")}


class Case(NamedTuple):
    """One interface over one scheme."""

    interface: Interface
    scheme: str
    handler: Callable[[Sequence[str]], Callable[[HttpRequest], Any]]
    request: Callable[[str], HttpRequest]
    view: Callable[[HttpRequest], Any]

    def __str__(self) -> str:
        return f"{self.interface.name} {self.scheme.upper()}"

    def whole(self, *middleware: str, query: str = "") -> Subject:
        """Return Django's handler with these middlewares; each request is a new one."""
        return Subject(self.handler(middleware), lambda: self.request(query), BATCH)

    def alone(self, *middleware: Callable[[Any], Any], query: str = "") -> Subject:
        """
        Return the middlewares around a view that has its response ready.

        Django's handler wraps the view and every middleware as is done here.
        """
        call = convert_exception_to_response(self.view)
        for each in middleware:
            call = convert_exception_to_response(each(call))
        return Subject(call, lambda: self.request(query), BATCH)

    def subjects(self) -> tuple[dict[str, Subject], dict[str, Subject]]:
        """Return who is measured in whole requests, and who alone. The peers come later."""
        ours = self.whole(OURS)
        sent: Any = self.interface.ask(ours).headers
        limit.PREPARED.clear()
        limit.PREPARED.update(sent._store)
        del limit.PREPARED["content-type"]
        return {
            BASE: self.whole(),
            "limit": self.whole(f"{limit.__name__}.Limit"),
            "function": self.whole(f"{limit.__name__}.function"),
            "ours": ours,
            "nonce": self.whole(OURS, query=site.NONCE),
        }, {
            BASE: self.alone(),
            "limit": self.alone(limit.Limit),
            "function": self.alone(limit.function),
            "ours": self.alone(SecurityMiddleware),
            "nonce": self.alone(SecurityMiddleware, query=site.NONCE),
        }

    def peers(self, rivals: peers.Peers) -> dict[str, Subject]:
        lists = {"django": rivals.django, "peers": rivals.together}
        return {
            name: self.whole(*middleware)._replace(batch=PEER_BATCH, every=PEER_EVERY)
            for name, middleware in lists.items()
        }


def cases() -> Iterator[Case]:
    """Yield the four cases."""
    wsgi, asgi = Wsgi(), Asgi()
    for scheme in SCHEMES:
        environs = {query: site.environ(scheme, query) for query in ("", site.NONCE)}
        yield Case(wsgi, scheme, wsgi_handler, wsgi_request(environs), ready)
    for scheme in SCHEMES:
        scopes = {query: site.scope(scheme, query) for query in ("", site.NONCE)}
        yield Case(asgi, scheme, asgi_handler, asgi_request(scopes), ready_later)


def wsgi_request(environs: dict[str, dict[str, Any]]) -> Callable[[str], HttpRequest]:
    return lambda query: WSGIRequest(environs[query])


def asgi_request(scopes: dict[str, dict[str, Any]]) -> Callable[[str], HttpRequest]:
    body = site.environ("https")["wsgi.input"]
    return lambda query: ASGIRequest(scopes[query], body)


def wsgi_handler(middleware: Sequence[str]) -> Callable[[HttpRequest], Any]:
    settings.MIDDLEWARE = list(middleware)
    return WSGIHandler().get_response


def asgi_handler(middleware: Sequence[str]) -> Callable[[HttpRequest], Any]:
    settings.MIDDLEWARE = list(middleware)
    return ASGIHandler().get_response_async


def ready(request: HttpRequest) -> HttpResponse:
    request.resolver_match = MATCH
    site.markup(request)
    RESPONSE.headers._store = dict(STORE)
    return RESPONSE


async def ready_later(request: HttpRequest) -> HttpResponse:
    return ready(request)


def run(count: int) -> dict[str, Any]:
    """
    Measure every case with ``count`` rounds in this process.

    The peers come last: their settings, beside the preset, would be ours too.
    """
    every = list(cases())
    prepared = [case.subjects() for case in every]
    for case, (whole, alone) in zip(every, prepared, strict=True):
        for subject in (*whole.values(), *alone.values()):
            case.interface.ask(subject)
    first, subjects = every[0], prepared[0][0]  # WSGI over HTTPS
    pairs = changed.ours(subjects["ours"])
    changed.look(first.interface, pairs)
    peers.configure()
    rivals = peers.load()
    pairs |= changed.rivals(first.whole)
    changed.look(first.interface, pairs)
    found: dict[str, Any] = {"notes": rivals.notes, "cases": {}}
    for case, (whole, _) in zip(every, prepared, strict=True):
        whole.update(case.peers(rivals))
        found["cases"][str(case)] = looked_at(case, whole)
    gc.collect()
    gc.freeze()
    for case, (whole, alone) in zip(every, prepared, strict=True):
        figures = found["cases"][str(case)]
        figures["whole"] = summary(rounds(case.interface, whole, count), BASE)
        figures["alone"] = summary(rounds(case.interface, alone, count), BASE)
    found["changed"] = changed.measure(first.interface, subjects[BASE], pairs, count)
    return found


def looked_at(case: Case, subjects: dict[str, Subject]) -> dict[str, dict[str, int]]:
    """Return the number of headers and of thread hops; refuse what is not a page."""
    headers, hops = {}, {}
    for name, subject in subjects.items():
        response = case.interface.ask(subject)
        if response.status_code != 200:
            raise RuntimeError(f"{case}, {name}: the answer is {response.status_code}, not a page.")
        headers[name] = len(response.headers) - 1  # Content-Type is Django's own
        hops[name] = case.interface.hops(subject)
    return {"headers": headers, "hops": hops}
