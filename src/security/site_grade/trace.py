"""One request, with what each middleware and the view did to the headers of its response."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, FrameType
from typing import Any, Final, NamedTuple

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http.response import ResponseHeaders
from django.test.client import ClientHandler

MAX_FRAMES: Final = 100  # calls between a header and the handler; honest ones have under thirty
_NAMED: Final = "middleware "  # what Django puts before the path when it adapts one
_HOOKS: Final = frozenset({"process_exception", "process_template_response", "process_view"})

Headers = Mapping[str, str]  # lower-case name to value; a cookie is "set-cookie NAME"


class Frame(NamedTuple):
    """One call on the way to a header."""

    module: str
    name: str
    line: int
    code: CodeType
    owner: type


@dataclass(slots=True)
class Trace:
    """
    What happened: the headers that each middleware got from behind it, the innermost first.

    ``order`` are the middlewares in use, the outermost first. ``made`` says which calls set a
    header before any middleware did.
    """

    order: list[str] = field(default_factory=list)
    seen: list[tuple[str, Headers]] = field(default_factory=list)
    made: dict[str, tuple[Frame, ...]] = field(default_factory=dict)


class Step(NamedTuple):
    """One change: who did it, ``None`` for the view and what is around it, and the new value."""

    middleware: str | None
    value: str | None


class TracingHandler(ClientHandler):
    """A handler that writes down what passes between its middlewares."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=False)
        self.trace = Trace()
        # By identity, and kept alive: a copy of the headers for a cache stays what it is.
        self._set: dict[int, tuple[ResponseHeaders, dict[str, tuple[Frame, ...]]]] = {}

    def note_view(self, response: Any) -> None:
        """Write down which calls have set headers so far."""
        _, made = self._set.get(id(response.headers), (None, {}))
        self.trace.made = dict(made)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Remember, for responses that are made within, which calls set their headers."""
        headers: Any = ResponseHeaders
        original = headers.__setitem__

        def setting(own: ResponseHeaders, key: Any, value: Any) -> None:
            original(own, key, value)
            _, made = self._set.setdefault(id(own), (own, {}))
            made[str(key).lower()] = tuple(_frames(sys._getframe(1)))

        headers.__setitem__ = setting
        try:
            yield
        finally:
            headers.__setitem__ = original

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async)
        used = set(self.trace.order)  # not those that Django dropped as not used
        self.trace.order = [path for path in settings.MIDDLEWARE if path in used]

    def adapt_method_mode(
        self,
        is_async: bool,
        method: Any,
        method_is_async: bool | None = None,
        debug: bool = False,
        name: str | None = None,
    ) -> Any:
        adapted = super().adapt_method_mode(is_async, method, method_is_async, debug, name)
        if name is None or not name.startswith(_NAMED):
            return adapted
        path = name.removeprefix(_NAMED)
        self.trace.order.append(path)
        return _watched(adapted, partial(self._note, path))

    def _note(self, path: str, response: Any) -> None:
        if not self.trace.seen:
            self.note_view(response)
        self.trace.seen.append((path, headers_of(response)))


def _watched(handler: Any, note: Callable[[Any], None]) -> Any:
    if not iscoroutinefunction(handler):

        def watched(request: Any) -> Any:
            response = handler(request)
            note(response)
            return response

        return watched

    async def awatched(request: Any) -> Any:
        response = await handler(request)
        note(response)
        return response

    return markcoroutinefunction(awatched)


def headers_of(response: Any) -> Headers:
    """Return the headers and cookies of a response as it is now."""
    found = {name.lower(): value for name, value in response.items()}
    for name, morsel in response.cookies.items():
        found[f"set-cookie {name}"] = morsel.OutputString()
    return found


def answered_by(trace: Trace) -> str | None:
    """Return the middleware that answered in place of the view, or ``None`` for the view."""
    if not trace.order:
        return None
    if not trace.seen:
        return trace.order[0]
    innermost = trace.order.index(trace.seen[0][0])
    return trace.order[innermost + 1] if innermost + 1 < len(trace.order) else None


def steps(trace: Trace, final: Headers) -> dict[str, list[Step]]:
    """Return what happened to each header, in order."""
    found: dict[str, list[Step]] = {}
    before: Headers = {}
    who = answered_by(trace)
    for path, after in (*trace.seen, ("", final)):
        for name in {**before, **after}:
            if before.get(name) != after.get(name):
                found.setdefault(name, []).append(Step(who, after.get(name)))
        before, who = after, path
    return found


def _frames(frame: FrameType | None) -> Iterator[Frame]:
    for _ in range(MAX_FRAMES):
        if frame is None:
            return
        module = frame.f_globals.get("__name__", "")
        if module.startswith("django.core.handlers."):
            return
        owner = frame.f_locals.get("self")
        code = frame.f_code
        yield Frame(module, code.co_qualname, frame.f_lineno, code, type(owner))
        frame = frame.f_back


def hook_of(frames: tuple[Frame, ...]) -> str | None:
    """Return the middleware whose hook set the header beside the view, if one did."""
    for frame in frames:
        if frame.code.co_name in _HOOKS:
            return f"{frame.owner.__module__}.{frame.owner.__qualname__}"
    return None
