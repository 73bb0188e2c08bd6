"""Profile one request for those who may ask for it; cost nothing to all others."""

from __future__ import annotations

import importlib.util
import logging
import threading
import time
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from security.conf import conf
from security.policy.errors import shown
from security.profiling import Ring, is_token, laid_out, server_timing

from ._run import Flow, FlowMiddleware, GetResponse, Step, adrive, blocking, drive
from .current_user import current_user
from .recorders import CProfile, Pyinstrument, Queries, Recorder

logger = logging.getLogger("profiling")

HEADER: Final = "X-Profile"
META: Final = "HTTP_X_PROFILE"
TIMING: Final = "Server-Timing"
BUSY: Final = 'unprofiled;desc="another profile is being taken"'

_ONE = threading.Lock()  # a process has one cProfile at a time; Python 3.12 and later say so


class ProfilingMiddleware(FlowMiddleware):
    """
    Profile a request that carries ``X-Profile``, where its sender may ask for that.

    Stands behind ``AuthenticationMiddleware``, so that it knows who is staff. Removes
    itself where ``ENABLE_PROFILING`` is ``False``. Raises ``ImproperlyConfigured`` where it
    is missing, and for settings that cannot work.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        if not conf.is_set("ENABLE_PROFILING"):
            raise ImproperlyConfigured(
                "ENABLE_PROFILING must be set: ProfilingMiddleware needs it (got nothing).\n"
                "    HINT: Write ENABLE_PROFILING = False, or take the middleware out."
            )
        if not conf.ENABLE_PROFILING:
            raise MiddlewareNotUsed
        conf.derived(allowed)
        conf.derived(ring)

    def __call__(self, request: HttpRequest) -> Any:
        if META not in request.META:
            return self.get_response(request)
        return (adrive if self.async_mode else drive)(self._flow(request))

    def _flow(self, request: HttpRequest) -> Flow:
        plain = partial(self.get_response, request)
        if not (yield from _may(request)):
            logger.info(
                "Served without a profile: %s is for %s.",
                HEADER,
                " and ".join(conf.derived(allowed)),
            )
            return (yield Step(plain, plain))
        if not _ONE.acquire(blocking=False):
            return _busy((yield Step(plain, plain)))
        try:
            return (yield from self._profiled(request))
        finally:
            _ONE.release()

    def _profiled(self, request: HttpRequest) -> Flow:
        folder = conf.derived(ring)
        kind: Any = CProfile if folder is None else Pyinstrument
        recorder, queries = Recorder(kind), Queries(keeps_text=settings.DEBUG)
        yield blocking(queries.install)
        began = time.perf_counter()
        try:
            response = yield Step(
                partial(recorder.run, self.get_response, request),
                partial(recorder.arun, self.get_response, request),
            )
        finally:
            total = time.perf_counter() - began
            queries.remove()  # a cancelled flow cannot wait any more
        if not recorder.tools:
            return _busy(response)
        timing = server_timing(total, queries.seconds, queries.number)
        yield blocking(_report, request, f"{response.status_code} {timing}", recorder, queries)
        _add_timing(response, timing)
        return response


def allowed() -> tuple[str, ...]:
    """Return who may have a request profiled. Raises ``ImproperlyConfigured``."""
    who = conf.SECURITY_PROFILING_ALLOW
    if "anyone" in who and not settings.DEBUG:
        raise ImproperlyConfigured(
            "SECURITY_PROFILING_ALLOW must be without 'anyone' where DEBUG is off "
            f"(got {shown(who)}).\n"
            '    HINT: Write ["staff", "token"]; manage.py profiletoken makes a token.'
        )
    return who


def ring() -> Ring | None:
    """Return where profiles are kept, if anywhere. Raises ``ImproperlyConfigured``."""
    folder = conf.SECURITY_PROFILING_FOLDER
    if folder is None:
        return None
    if importlib.util.find_spec("pyinstrument") is None:
        raise ImproperlyConfigured(
            "SECURITY_PROFILING_FOLDER must be unset where pyinstrument is not installed "
            f"(got {shown(folder)}).\n"
            '    HINT: Install "django-bulwark[profiling]".'
        )
    return Ring(folder, keep=conf.SECURITY_PROFILING_KEEP)


def _may(request: HttpRequest) -> Flow:
    who = conf.derived(allowed)
    if "anyone" in who or ("token" in who and is_token(request.META[META])):
        return True
    if "staff" not in who or not hasattr(request, "user"):
        return False
    user = yield from current_user(request)
    return bool(user.is_active and user.is_staff)


def _report(request: HttpRequest, summary: str, recorder: Recorder, queries: Queries) -> None:
    """Log the profile by the route, as a path may be secret; keep it where there is a folder."""
    folder = conf.derived(ring)
    match = request.resolver_match
    lines = [f"{request.method} {match.route if match else 'no view'}: {summary}"]
    if folder is not None:
        try:
            lines.append(f"Saved as {folder.save(Pyinstrument.html(recorder.tools)).name}.")
        except OSError as error:
            logger.warning("SECURITY_PROFILING_FOLDER cannot be written to: %s", error.strerror)
    if logger.isEnabledFor(logging.DEBUG):
        kind: Any = CProfile if folder is None else Pyinstrument
        lines.append(kind.text(recorder.tools))
        lines.extend(laid_out(sql) for sql in queries.texts)
        logger.debug("%s", "\n".join(lines))


def _busy(response: HttpResponseBase) -> HttpResponseBase:
    logger.info("Served without a profile: another one is being taken.")
    _add_timing(response, BUSY)
    return response


def _add_timing(response: HttpResponseBase, timing: str) -> None:
    """Add to what the view measured itself; let no cache give it to who did not ask for it."""
    before = response.headers.get(TIMING)
    response.headers[TIMING] = f"{before}, {timing}" if before else timing
    patch_vary_headers(response, [HEADER])
