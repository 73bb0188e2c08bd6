"""A profiler over one request, wherever its steps run, and over nothing else."""

from __future__ import annotations

import cProfile
import functools
import io
import pstats
import sys
import threading
import time
from collections.abc import Callable, Container, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from typing import Any, ClassVar, Final, Protocol

from asgiref.sync import iscoroutinefunction
from django.db import connections
from django.http import HttpRequest

MAX_QUERIES: Final = 200  # texts of queries that are kept; all are counted
MAX_ROWS: Final = 50  # functions that the log shows
# What cProfile listens to, of sys.monitoring.events.
EVENTS: Final = (
    *("PY_START", "PY_RESUME", "PY_THROW", "PY_RETURN", "PY_YIELD", "PY_UNWIND"),
    *("CALL", "C_RETURN", "C_RAISE"),
)


class Tool(Protocol):
    """
    A profiler that can be switched on and off in one thread, again and again.

    ``knows_tasks`` tells whether it leaves out what the event loop does for other tasks.
    """

    knows_tasks: ClassVar[bool]

    def start(self) -> None:
        """Switch it on. Raises ``ValueError`` or ``RuntimeError`` where another one is."""

    def stop(self) -> None:
        """Switch it off."""


class CProfile:
    """The profiler of the standard library."""

    knows_tasks: ClassVar[bool] = False

    def __init__(self, threads: Container[int], *, has_thread: bool = False) -> None:
        self.profile = cProfile.Profile()
        self.stop = self.profile.disable
        self.threads = threads

    def start(self) -> None:
        """Switch it on, for our threads. Raises ``ValueError`` where another one is."""
        self.profile.enable()
        _keep_to(self.threads, getattr(sys, "monitoring", None))

    @staticmethod
    def text(tools: list[Any]) -> str:
        """Return the functions that took longest, with what they called."""
        out = io.StringIO()
        stats = pstats.Stats(tools[0].profile, stream=out)
        for tool in tools[1:]:
            stats.add(tool.profile)
        stats.sort_stats("cumulative").print_stats(MAX_ROWS)
        return out.getvalue()


def _keep_to(threads: Container[int], monitoring: Any) -> None:
    """Since Python 3.12 cProfile mixes up the calls of all threads: give it those of ours."""
    if monitoring is None:
        return
    get_ident = threading.get_ident

    def kept(callback: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *event: callback(*event) if get_ident() in threads else None

    for name in EVENTS:
        event = getattr(monitoring.events, name)
        if (callback := monitoring.register_callback(monitoring.PROFILER_ID, event, None)) is None:
            continue
        monitoring.register_callback(monitoring.PROFILER_ID, event, kept(callback))


class Pyinstrument:
    """The profiler that draws; of the extra ``[profiling]``."""

    knows_tasks: ClassVar[bool] = True

    def __init__(self, threads: Container[int], *, has_thread: bool = False) -> None:
        # In a thread of its own, the context still says that one of us is at work elsewhere.
        mode = "disabled" if has_thread else "enabled"
        self.profiler = import_module("pyinstrument").Profiler(async_mode=mode)
        self.start, self.stop = self.profiler.start, self.profiler.stop

    @staticmethod
    def text(tools: list[Any]) -> str:
        """Return the calls as a tree."""
        return _rendered(tools, "ConsoleRenderer")

    @staticmethod
    def html(tools: list[Any]) -> str:
        """Return the calls as a page that needs nothing else."""
        return _rendered(tools, "HTMLRenderer")


def _rendered(tools: list[Any], renderer: str) -> str:
    combine = import_module("pyinstrument.session").Session.combine
    session = functools.reduce(combine, [tool.profiler.last_session for tool in tools])
    return str(getattr(import_module("pyinstrument.renderers"), renderer)().render(session))


class Recorder:
    """
    A profiler that follows one request through the threads and tasks it runs in.

    Django runs a sync view under ASGI, and an async view under WSGI, in another thread. So
    the view is recorded where it runs. A profiler that does not know tasks is on while an
    async step runs and off while it waits: what the event loop does meanwhile is not ours.
    """

    def __init__(self, make: Callable[..., Tool]) -> None:
        self.threads: set[int] = set()
        self.make = functools.partial(make, self.threads)
        self.first: Tool = self.make()
        self.tools: list[Tool] = []

    def run(self, call: Callable[..., Any], request: HttpRequest) -> Any:
        """Return what a sync handler returns, recorded."""
        _watch(request, self.around)
        with self._recording(self.first):
            return call(request)

    async def arun(self, call: Callable[..., Any], request: HttpRequest) -> Any:
        """Return what an async handler returns, recorded step by step."""
        _watch(request, self.around)
        return await self._awaited(call(request), self.first)

    def around(self, view: Callable[..., Any], begin: Callable[[], None]) -> Callable[..., Any]:
        """Return the same view, recorded in the thread that it runs in; first calls ``begin``."""
        if iscoroutinefunction(view):

            @functools.wraps(view)
            async def recorded(*args: Any, **kwargs: Any) -> Any:
                begin()
                return await self._awaited(view(*args, **kwargs), self.make(has_thread=True))
        else:

            @functools.wraps(view)
            def recorded(*args: Any, **kwargs: Any) -> Any:
                begin()
                with self._recording(self.make(has_thread=True)):
                    return view(*args, **kwargs)

        return recorded

    async def _awaited(self, awaitable: Any, tool: Tool) -> Any:
        if tool.knows_tasks:
            with self._recording(tool):
                return await awaitable
        return await _Stepped(awaitable, lambda: self._recording(tool))

    @contextmanager
    def _recording(self, tool: Tool) -> Iterator[None]:
        here = threading.get_ident()
        has_started = here not in self.threads and self._start(tool)
        # One that was refused, while ours is on in another thread: that one takes us in.
        joins = has_started or (here not in self.threads and bool(self.threads))
        if joins:
            self.threads.add(here)
        try:
            yield
        finally:
            if joins:
                self.threads.discard(here)
            if has_started:
                tool.stop()

    def _start(self, tool: Tool) -> bool:
        try:
            tool.start()
        except (ValueError, RuntimeError):  # since Python 3.12, cProfile sees every thread
            return False
        if tool not in self.tools:
            self.tools.append(tool)
        return True


class _Stepped:
    """An awaitable whose every step runs within a context of its own."""

    def __init__(self, awaitable: Any, context: Callable[[], AbstractContextManager[None]]) -> None:
        self.awaitable = awaitable
        self.context = context

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self.awaitable.__await__()
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                with self.context():
                    waited = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as stop:
                return stop.value
            value = error = None
            try:
                value = yield waited
            except BaseException as thrown:  # a cancellation too is for whoever waits
                error = thrown


def _watch(request: HttpRequest, around: Callable[..., Any]) -> None:
    """Have the view of this request wrapped as soon as it is found."""
    request.__dict__["_security_around"] = around
    kind: Any = type(request)
    request.__class__ = _watched(kind)


@functools.cache
def _watched(kind: Any) -> type[HttpRequest]:
    return type(kind.__name__, (_Watched, kind), {"__module__": kind.__module__})


class _Watched:
    """A request that wraps its view when Django finds it: in between, nobody else can."""

    @property
    def resolver_match(self) -> Any:
        return self.__dict__["resolver_match"]

    @resolver_match.setter
    def resolver_match(self, match: Any) -> None:
        self.__dict__["resolver_match"] = match
        if match is None:
            return
        view = match.func

        def restore() -> None:
            match.func = view  # by which marks and plans are found

        match.func = self.__dict__["_security_around"](view, restore)


class Queries:
    """Count and time the queries of the thread in which it is installed."""

    def __init__(self, *, keeps_text: bool) -> None:
        self.keeps_text = keeps_text
        self.number = 0
        self.seconds = 0.0
        self.texts: list[str] = []
        self.connections: Sequence[Any] = ()

    def install(self) -> None:
        """Begin to count, on each connection of this thread."""
        self.connections = connections.all()
        for connection in self.connections:
            connection.execute_wrappers.append(self)

    def remove(self) -> None:
        """End it; from any thread."""
        for connection in self.connections:
            with suppress(ValueError):
                connection.execute_wrappers.remove(self)

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - began
            self.number += 1
            if self.keeps_text and len(self.texts) < MAX_QUERIES:
                self.texts.append(str(sql))  # without its parameters, which may be secret
