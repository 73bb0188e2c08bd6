"""End sessions that are too old or too idle."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.timezone import get_default_timezone

from security.conf import conf
from security.marks import LOGGED_IN, is_unattended
from security.policy.expiry import Expiry, Verdict, read_time, write_time

from . import session_limits
from ._run import Flow, FlowMiddleware, GetResponse, Step, blocking
from .logouts import log_out

logger = logging.getLogger("security.sessions")

STARTED: Final = "starttime"
SEEN: Final = "lastactivity"
WATCH: Final = "_security_session"  # on a request

SETTINGS: Final = (
    "CUSTOM_LOGOUT_MODULE",
    "SESSION_COOKIE_AGE",
    "SESSION_INACTIVITY_TIMEOUT",
    "SESSION_EXPIRY_EXEMPT_URLS",
    "SECURITY_SESSION_LIMITS",
    "SECURITY_SESSION_PASSIVE_NAMES",
    "SECURITY_SESSION_PASSIVE_HEADER",
    "SECURITY_SESSION_REFRESH",
)

now = time.time


@dataclass(slots=True)
class Watch:
    """
    What a session was before the view had it: its key, and more where it was judged.

    ``limits`` is ``None`` unless the session was judged and lives. Only then are ``user``,
    the id of who was logged in, ``times``, what was recorded, and ``due``, when the next
    activity is to be recorded (Unix seconds), known.
    """

    key: str | None
    limits: Expiry | None = None
    user: object = None
    times: Mapping[str, object] | None = None
    due: float = 0.0

    def lives(self, data: Mapping[str, Any], limits: Expiry) -> None:
        """Note a session that was judged, and its times as they are recorded now."""
        self.limits, self.user = limits, data.get(SESSION_KEY)
        self.times = {STARTED: data[STARTED], SEEN: data[SEEN]}
        self.due = limits.due(_read(data[SEEN]))


class SessionExpiryPolicyMiddleware(FlowMiddleware):
    """
    End a session that is too old or too idle: log the user out, or flush an anonymous one.

    The limits are ``SESSION_COOKIE_AGE`` and ``SESSION_INACTIVITY_TIMEOUT``, or what
    ``SECURITY_SESSION_LIMITS`` says of a user. The times are in the session itself, under
    ``starttime`` and ``lastactivity``, as ISO 8601 text in UTC. Who has no session does not
    get one.

    Raises ``ImproperlyConfigured`` for a request without a session, and where
    ``SECURITY_SESSION_LIMITS`` fails or returns no limits.
    """

    START_TIME_KEY: ClassVar = STARTED
    LAST_ACTIVITY_KEY: ClassVar = SEEN

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        for name in SETTINGS:
            getattr(conf, name)  # refuse to start on a bad value

    def is_settled(self, request: HttpRequest) -> bool:
        """Tell whether there is no session to judge, or one that lives and needs no record."""
        session = _session_of(request)
        watch = request.__dict__[WATCH] = Watch(session.session_key)
        if watch.key is None or _is_exempt(request):
            return True
        if conf.SECURITY_SESSION_LIMITS is not None:
            return False
        if not hasattr(session, "_session_cache"):
            if self.async_mode:
                return False
            session.get(STARTED)
        data = session._session_cache
        if not data:  # the cookie is nobody's
            return True
        limits = conf.derived(session_limits.standing)
        if limits.judge(_time(data, STARTED), _time(data, SEEN), now()) is not Verdict.ALIVE:
            return False
        watch.lives(data, limits)
        return True

    def request_flow(self, request: HttpRequest) -> Flow:
        session = _session_of(request)
        watch = request.__dict__[WATCH] = Watch(session.session_key)
        if watch.key is None or _is_exempt(request):
            return None
        if not hasattr(session, "_session_cache"):
            yield _step(session, "get", STARTED)
        limits = conf.derived(session_limits.standing)
        if conf.SECURITY_SESSION_LIMITS is not None:
            limits = yield from session_limits.asked(request, limits)
        data, moment = session._session_cache, now()
        if not data:  # the cookie is nobody's, or the user whose it was is none any more
            return None
        match limits.judge(_time(data, STARTED), _time(data, SEEN), moment):
            case Verdict.IDLE | Verdict.OLD | Verdict.UNREADABLE as verdict:
                return (yield from _end(request, verdict))
            case Verdict.FRESH:
                yield from _record(session, {STARTED: moment, SEEN: moment})
            case Verdict.DUE if not _is_passive(request):
                yield from _record(session, {SEEN: moment})
        watch.lives(data, limits)
        return None

    def is_answered(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Tell whether the session is as it was, and too soon seen for another record."""
        watch: Watch | None = request.__dict__.get(WATCH)
        session: Any = getattr(request, "session", None)
        if watch is None or session is None:
            return True
        return not session.modified and (watch.limits is None or now() < watch.due)

    def response_flow(self, request: HttpRequest, response: HttpResponseBase) -> Flow:
        watch: Watch | None = request.__dict__.get(WATCH)
        session: Any = getattr(request, "session", None)
        data = getattr(session, "_session_cache", None)
        if watch is None or not data:  # never loaded, or flushed: it stays as it is
            return response
        if _begins(request, watch):
            if session.modified:
                yield from _record(session, {STARTED: now(), SEEN: now()})
        elif watch.limits is not None:
            yield from _go_on(request, watch, watch.limits)
        return response


def _is_exempt(request: HttpRequest) -> bool:
    return conf.SESSION_EXPIRY_EXEMPT_URLS.covers(request.path_info) or is_unattended(request)


def _begins(request: HttpRequest, watch: Watch) -> bool:
    """Tell whether a session is new, or somebody logged in with it."""
    session: Any = request.session
    data = session._session_cache
    user = data.get(SESSION_KEY)
    if user is None:
        return STARTED not in data
    if watch.limits is None:  # who it was before is not known
        return STARTED not in data or hasattr(request, LOGGED_IN)
    return bool(user != watch.user)


def _go_on(request: HttpRequest, watch: Watch, limits: Expiry) -> Flow:
    """
    Record the end of a request too: a long upload is an activity to its end.

    What was loaded before the view may be old by now. So unless the view itself has it
    saved, nothing but the time is written, to what the session is now.
    """
    session: Any = request.session
    data, moment = session._session_cache, now()
    if session.modified:
        for key, recorded in (watch.times or {}).items():  # to clear them starts no new session
            data.setdefault(key, recorded)
    elif not limits.is_due(_read(data.get(SEEN)), moment):
        return
    if _is_passive(request):
        return
    if session.modified:
        yield from _record(session, {SEEN: moment})
        return
    copy = type(session)(session.session_key)
    current = yield from _loaded(copy)
    if current.get(SESSION_KEY) != watch.user or current.get(STARTED) != data[STARTED]:
        return  # ended meanwhile, or another login
    yield from _record(copy, {SEEN: moment})
    if copy.modified:  # it is all in the cookie
        session.update({SEEN: current[SEEN]})


def _record(session: Any, moments: Mapping[str, float]) -> Flow:
    """
    Record times, and save them at once unless the session is to be saved anyway.

    Were they left to the end of the request, a save would undo what another request saved
    in the meantime, and be a 400 where another request logged the user out.
    """
    data = session._session_cache
    data.update({key: write_time(moment) for key, moment in moments.items()})
    if session.modified:
        return
    try:
        yield _step(session, "save")
    except UpdateError:
        logger.warning("The activity of a session could not be saved: it was ended meanwhile.")


def _end(request: HttpRequest, verdict: Verdict) -> Flow:
    """End a session; return the response of the project's own logout, or ``None``."""
    logger.info("A session was ended: %s.", verdict.value)
    session: Any = request.session
    response = None
    if SESSION_KEY in session._session_cache:
        response = yield from log_out(request)
    session = request.session
    left = yield from _loaded(session)
    if any(key in left for key in (SESSION_KEY, STARTED, SEEN)):
        yield _step(session, "flush")
    return response


def _is_passive(request: HttpRequest) -> bool:
    """Tell whether a request is no activity: a script's, and not the user's."""
    if conf.SECURITY_SESSION_PASSIVE_HEADER in request.META:
        return True
    names = conf.SECURITY_SESSION_PASSIVE_NAMES
    if not names:
        return False
    match = request.resolver_match or _resolved(request)
    return match is None or any(name in names for name in _names(match))


def _resolved(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return None


def _names(match: ResolverMatch) -> Iterator[str]:
    """Yield what the URL is called, and what all of its namespaces are."""
    if match.url_name is not None:
        yield match.view_name
    for depth in range(1, len(match.namespaces) + 1):
        yield ":".join(match.namespaces[:depth]) + ":*"


def _session_of(request: HttpRequest) -> Any:
    session = getattr(request, "session", None)
    if session is None:
        raise ImproperlyConfigured(
            "MIDDLEWARE must name SessionMiddleware before SessionExpiryPolicyMiddleware "
            "(got a request without a session).\n"
            '    HINT: Put "django.contrib.sessions.middleware.SessionMiddleware" in front.'
        )
    return session


def _loaded(session: Any) -> Flow:
    """Return the data of a session; without a step if something read it before."""
    if not hasattr(session, "_session_cache"):
        yield _step(session, "get", STARTED)
    return session._session_cache


def _step(session: Any, name: str, *arguments: Any) -> Step:
    call, awaited = getattr(session, name), getattr(session, f"a{name}", None)
    if awaited is None:  # before Django 5.1
        return blocking(call, *arguments)
    return Step(partial(call, *arguments), partial(awaited, *arguments))


def _time(data: Mapping[str, object], key: str) -> float | None:
    return _read(data[key]) if key in data else None


def _read(recorded: object) -> float:
    return read_time(recorded, naive=get_default_timezone())
