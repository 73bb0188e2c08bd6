"""The documented views and decorators of views, and the address for every kind of report."""

from __future__ import annotations

import logging
import time
from asyncio import _get_running_loop
from collections.abc import Callable, Iterable
from functools import partial, update_wrapper, wraps
from ipaddress import ip_address
from threading import Lock
from typing import Any, Final, TypeVar, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponseForbidden

from security.client import client_of
from security.conf import conf
from security.marks import UNATTENDED
from security.middleware._run import Flow, Step, adrive, drive
from security.reports import fields, receiver, scrub, wire
from security.reports.entry import added_up
from security.reports.report import Kind
from security.reports.sinks import SinkUnavailable, sink
from security.reports.sinks.log import LogSink

V = TypeVar("V", bound=Callable[..., Any])

logger = logging.getLogger("security.csp_report")

# What the documented view takes. Browsers of today send the first, or the second for report-to.
_TYPES: Final = frozenset(
    {"application/csp-report", "application/reports+json", "application/json"}
)
_NOBODY: Final = "0.0.0.0"  # noqa: S104  # stored for an address that is none


class _Everything(set[str]):
    """The databases whose transactions a view stays out of: all, and those added later."""

    def __contains__(self, alias: object) -> bool:
        return True


class Endpoint:
    """
    A view that browsers send to by themselves, written once for WSGI and ASGI.

    Django asks at each request whether a view is a coroutine function: it is one as long as
    an event loop runs in the asking thread, so that neither world pays for a thread. Without
    CSRF token, login, session and transaction; SecurityMiddleware does not redirect it.
    """

    def __init__(self, flow: Callable[..., Flow]) -> None:
        update_wrapper(cast("Any", self), flow)
        self.flow = flow
        # On the object itself, where decorators look for what they copy.
        self.csrf_exempt = True
        self.login_required = False
        self._non_atomic_requests = _Everything()
        setattr(self, UNATTENDED, True)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the response, or in an event loop what it is awaited from."""
        flow = self.flow(request, *args, **kwargs)
        return drive(flow) if _get_running_loop() is None else adrive(flow)


def _marked_while_awaited(sample: Any) -> None:
    """Give ``Endpoint`` what this Python knows a coroutine function that is an object by."""

    def only_in_a_loop(mark: object) -> property:
        return property(lambda _: None if _get_running_loop() is None else mark)

    for name, mark in vars(markcoroutinefunction(sample)).items():
        setattr(Endpoint, name, only_in_a_loop(mark))


_marked_while_awaited(lambda: None)


@Endpoint
def security_reports(request: HttpRequest, token: str = "") -> Flow:
    """
    Take reports of every type from every browser.

    Answers 204 to what is kept for good, and to what cannot be read: that is counted. 503 if
    it cannot be kept just now, 410 if ``SECURITY_REPORTS["CLOSED"]``; nothing else, whatever
    is sent, since browsers send again what is not answered by 2xx.
    """
    if request.method == "OPTIONS":
        return receiver.preflight()
    if conf.SECURITY_REPORTS.closed:
        return receiver.closed()
    if request.method == "POST":
        batch = receiver.receive(request, token)
    else:
        batch = receiver.refused(receiver.Surplus.NOT_POST)
    return (yield from _kept(batch)) or receiver.accepted()


@Endpoint
def csp_report(
    request: HttpRequest, csp_save: bool = False, csp_log: bool = True, token: str = ""
) -> Flow:
    """
    Take reports about the Content-Security-Policy, as the documented view does.

    ``csp_log`` logs each to ``security.csp_report``, whether it can be kept or not; where the
    sink is the log, it has one line there. ``csp_save`` stores every one as ``CspReport``,
    with whole paths, without user, query, fragment and nonce. The group that it belongs to is
    kept either way; without the app, ``csp_log=False`` writes nothing. Answers 204; 403 to
    another method than POST, another type, and a body without a report; 503 and 410 like
    ``security_reports``.
    """
    if conf.SECURITY_REPORTS.closed:
        return receiver.closed()
    if request.method != "POST":
        batch = receiver.refused(receiver.Surplus.NOT_POST)
    elif request.content_type not in _TYPES:
        batch = receiver.refused(receiver.Surplus.WRONG_TYPE)
    else:
        batch = receiver.receive(request, token)
    if csp_save and batch.arrivals and not apps.is_installed("security"):
        raise ImproperlyConfigured(
            "INSTALLED_APPS must name 'security': csp_save=True keeps reports in its table "
            "(got no such app).\n    HINT: Add it, and run manage.py migrate."
        )
    if csp_log and not _logs():  # first, so that it needs no database
        for arrival in added_up(list(batch.arrivals)):
            logger.warning("A policy was violated: %s", arrival.entry.text)
    if csp_save and batch.arrivals:
        try:
            yield _saving(request, batch.body)
        except DatabaseError as error:
            logger.warning("Reports cannot be stored: %s", type(error).__name__)
            return receiver.unavailable()
    # Without the app there is nothing but the log: nobody chose it, and csp_log turns it off.
    is_unwanted = not csp_log and conf.SECURITY_REPORTS.sink is None and _logs()
    if not is_unwanted and (failure := (yield from _kept(batch))) is not None:
        return failure
    if not batch.arrivals and not batch.repeated:
        return receiver.forbidden()
    return receiver.accepted()


def _logs() -> bool:
    """Tell whether the sink is the log; one that cannot be made is none."""
    try:
        return isinstance(sink(), LogSink)
    except Exception:  # _kept() says so
        return False


class _Outage:
    """Tells when to log again that nothing can be kept, and how often that was so meanwhile."""

    QUIET: Final = 60.0  # seconds

    def __init__(self) -> None:
        self._lock = Lock()
        self._logged = -self.QUIET
        self._refused = 0

    def count(self, now: float) -> int | None:
        """Count one more; return how many there were if it is time to say so."""
        with self._lock:
            self._refused += 1
            if now - self._logged < self.QUIET:
                return None
            refused, self._refused = self._refused, 0
            self._logged = now
            return refused


_outage = _Outage()


def _kept(batch: receiver.Batch) -> Flow:
    """Hand everything to the sink; return the answer that says so if it cannot be kept."""
    try:
        keeper = sink()
        for reason, count in batch.refused.items():
            keeper.refuse(reason, count)
        if arrivals := batch.arrivals:
            yield Step(partial(keeper.accept, arrivals), partial(keeper.aaccept, arrivals))
    except SinkUnavailable as error:
        if (refused := _outage.count(time.monotonic())) is not None:
            logger.warning(
                "Reports cannot be kept just now: %s. This is logged once a minute; "
                "%d were answered 503 since.",
                error,
                refused,
            )
        return receiver.unavailable()
    except Exception:  # of a sink of the project, or of one that cannot be made
        logger.exception("The sink of reports failed.")
        return receiver.unavailable()
    return None


def _saving(request: HttpRequest, body: bytes) -> Step:
    from security.models import CspReport  # noqa: PLC0415  # views may be used without the app

    rows = [CspReport(**columns) for columns in _rows(request, body)]
    objects = CspReport._base_manager
    return Step(partial(objects.bulk_create, rows), partial(objects.abulk_create, rows))


def _rows(request: HttpRequest, body: bytes) -> Iterable[dict[str, str]]:
    """Yield the documented columns of each report about a policy, each as long as it may be."""
    size = 1000  # characters, and so at most as many bytes

    def place(url: str) -> str:
        return fields.text(scrub.place(url), size)

    sender = _address(client_of(request).address)
    user_agent = fields.text(request.META.get("HTTP_USER_AGENT", ""), size)
    for report in wire.parse(body).reports:
        if report.kind == Kind.CSP:
            yield {
                "document_uri": place(report.document),
                "referrer": place(report.referrer),
                "blocked_uri": place(report.blocked),
                "violated_directive": fields.text(
                    scrub.policy(report.detail("violated-directive") or report.subject), size
                ),
                "original_policy": fields.text(scrub.policy(report.policy), size),
                "sender_ip": sender,
                "user_agent": user_agent,
            }


def _address(text: str) -> str:
    """Return an address that every database takes, whatever the server says."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return _NOBODY


def require_ajax(view: V) -> V:
    """
    Answer 403 unless the request says ``X-Requested-With: XMLHttpRequest``.

    For sync and async views; for the methods of a class with ``method_decorator``. A page of
    another origin cannot send that header without being allowed to by CORS.
    """
    if iscoroutinefunction(view):

        @wraps(view)
        async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not _is_ajax(request):
                return HttpResponseForbidden()
            return await view(request, *args, **kwargs)
    else:

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return view(request, *args, **kwargs) if _is_ajax(request) else HttpResponseForbidden()

    return cast(V, guarded)


def _is_ajax(request: HttpRequest) -> bool:
    return bool(request.META.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest")
