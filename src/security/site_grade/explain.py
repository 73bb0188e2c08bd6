"""What made each security header of one page, and why the others are not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from security.authoring import draft_pages
from security.authoring.draft_urls import path_of
from security.middleware import routes
from security.policy.errors import must_be

from .ask import SCANNER, describe
from .provenance import name_of
from .reasons import Visit, absent, made_by
from .senders import ALWAYS, WHERE_SENT
from .trace import TracingHandler, answered_by, headers_of, steps


@dataclass(frozen=True, slots=True)
class Row:
    """
    One header: its value, ``None`` where it is not sent, and the reasons in their order.

    A cookie has the header ``Set-Cookie NAME``.
    """

    header: str
    value: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    One page, one visitor, all headers.

    ``status`` is 0 where nothing came back; then ``error`` says which exception it was.
    ``keys`` are what ``SECURITY_ROUTES`` may call the page, the weakest first. ``middlewares``
    are those in use, the outermost first.
    """

    url: str
    visitor: str
    status: int
    view: str = ""
    keys: tuple[str, ...] = ()
    answered_by: str = ""
    error: str = ""
    middlewares: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def explain(wanted: str, host: str, user: Any = None) -> Explanation:
    """
    Ask for a page once, and say of each header where it comes from.

    ``wanted`` is an address, a path of the site, or the name of a URL with its arguments.
    What the page writes to a database is taken back. Raises ``NoReverseMatch`` for a name that
    there is not, ``ImproperlyConfigured`` where the site cannot start.
    """
    url = wanted if "://" in wanted else f"https://{host}{path_of(wanted)}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        error = must_be("a path, the name of a URL, or an http or https address", wanted)
        raise ImproperlyConfigured(error.describe("--explain"))
    visitor = "" if user is None else user.get_username()
    client = Client(raise_request_exception=False)
    client.defaults.update(SCANNER)
    handler = client.handler = TracingHandler()
    with draft_pages.quiet(), draft_pages.undone():
        handler.load_middleware()
        if user is not None:
            client.force_login(user)
        session = client.session if user is not None else None
        try:
            with handler.recording():
                response: Any = client.get(
                    url, secure=parts.scheme == "https", HTTP_HOST=parts.netloc
                )
        except (Exception, SystemExit) as error:
            return Explanation(url, visitor, 0, error=describe(error))
        finally:
            if session is not None:
                session.flush()
        try:
            if not handler.trace.order:
                handler.note_view(response)
            visit = Visit(response.wsgi_request, response, handler.trace)
            return _explained(url, visitor, visit)
        finally:
            response.close()


def _explained(url: str, visitor: str, visit: Visit) -> Explanation:
    match, raised = visit.match, visit.response.exc_info
    return Explanation(
        url,
        visitor,
        visit.response.status_code,
        view=name_of(match.func) if match is not None else "",
        keys=tuple(routes.keys(match)) if match is not None else (),
        answered_by=answered_by(visit.trace) or "",
        error=describe(raised[1]) if raised else "",
        middlewares=tuple(visit.trace.order),
        rows=tuple(_rows(visit)),
    )


def _rows(visit: Visit) -> list[Row]:
    final = headers_of(visit.response)
    done = steps(visit.trace, final)
    cookies = [name for name in done if name.startswith("set-cookie ")]
    rows = []
    for name in (*ALWAYS, *WHERE_SENT, *cookies):
        key = name.lower() if name not in cookies else name
        taken = done.get(key, [])
        reasons = [
            made_by(name, step, visit, is_first=number == 0) for number, step in enumerate(taken)
        ]
        if not reasons:
            if name in WHERE_SENT:
                continue
            reasons = [absent(name, visit)]
        shown = f"Set-Cookie {name.partition(' ')[2]}" if name in cookies else name
        rows.append(Row(shown, final.get(key), tuple(reasons)))
    return rows
