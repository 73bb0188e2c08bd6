"""Time requests in short batches that alternate, and compare what was timed side by side."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase

WARM = 2  # requests before each batch, not timed: they bring code and data back into the caches
BLOCK = 200  # rounds between two runs of the garbage collector
PATIENCE = 1.8  # seconds for a series of rounds; a machine with time to spare needs less
MICROSECONDS = 1e6  # in a second

Round = Mapping[str, float]  # name of a subject to microseconds per request


class Subject(NamedTuple):
    """
    Something that answers requests.

    ``batch`` requests are timed together, in every round of which the number divides by
    ``every``: what takes long needs fewer.
    """

    call: Callable[[HttpRequest], Any]
    request: Callable[[], HttpRequest]
    batch: int
    every: int = 1


class Interface(Protocol):
    """WSGI or ASGI."""

    name: str

    def time(self, subject: Subject) -> float:
        """Return the microseconds that one request of a batch takes."""

    def ask(self, subject: Subject) -> HttpResponseBase:
        """Return the answer to one request."""

    def hops(self, subject: Subject) -> int:
        """Return how often one request is handed to another thread."""


class Wsgi:
    """Call, and return when the answer is there."""

    name = "WSGI"

    def time(self, subject: Subject) -> float:
        call, request, batch, _ = subject
        for _ in range(WARM):
            call(request())
        start = time.perf_counter()
        for _ in range(batch):
            call(request())
        return (time.perf_counter() - start) / batch * MICROSECONDS

    def ask(self, subject: Subject) -> HttpResponseBase:
        response: HttpResponseBase = subject.call(subject.request())
        return response

    def hops(self, subject: Subject) -> int:
        return 0  # there is no event loop to leave


class Asgi:
    """Await each answer on one event loop, which lives as long as the process."""

    name = "ASGI"

    def __init__(self) -> None:
        self.loop = Loop()
        self.runner = asyncio.Runner(loop_factory=lambda: self.loop)

    def time(self, subject: Subject) -> float:
        return self.runner.run(time_later(subject))

    def ask(self, subject: Subject) -> HttpResponseBase:
        return self.runner.run(ask_later(subject))

    def hops(self, subject: Subject) -> int:
        before = self.loop.hops
        self.ask(subject)
        return self.loop.hops - before


class Loop(asyncio.SelectorEventLoop):
    """Count what leaves for a thread: every ``sync_to_async`` passes here, whatever its types."""

    hops = 0

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        self.hops += 1
        return super().run_in_executor(executor, func, *args)


async def time_later(subject: Subject) -> float:
    call, request, batch, _ = subject
    for _ in range(WARM):
        await call(request())
    start = time.perf_counter()
    for _ in range(batch):
        await call(request())
    return (time.perf_counter() - start) / batch * MICROSECONDS


async def ask_later(subject: Subject) -> HttpResponseBase:
    response: HttpResponseBase = await subject.call(subject.request())
    return response


def rounds(
    interface: Interface, subjects: Mapping[str, Subject], count: int, patience: float = PATIENCE
) -> list[Round]:
    """
    Time every subject once a round, each time in another order; end early after ``patience``.

    The garbage collector waits meanwhile, and works between two blocks of rounds.
    """
    names = list(subjects)
    done: list[Round] = []
    end = time.perf_counter() + patience
    gc.disable()
    try:
        for number in range(count):
            if time.perf_counter() > end:
                break
            if number % BLOCK == 0:
                gc.collect()
            names = [*names[1:], names[0]]
            due = [name for name in names if number % subjects[name].every == 0]
            order = due if number % 2 else due[::-1]
            done.append({name: interface.time(subjects[name]) for name in order})
    finally:
        gc.enable()
    return done


def added(done: Sequence[Round], name: str, to: str) -> float:
    """Return the median of what ``name`` took longer than ``to`` in the same round."""
    return statistics.median(took[name] - took[to] for took in done if name in took)


def summary(done: Sequence[Round], base: str) -> dict[str, float]:
    """Return the median time of ``base``, and what every other subject adds to it."""
    found = {base: statistics.median(took[base] for took in done)}
    for name in done[0]:
        if name != base:
            found[name] = added(done, name, base)
    return found
