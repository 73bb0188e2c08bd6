"""
Ask many sites at once, in bounded memory.

An event loop in a thread of its own talks to the sites, so that neither grading a long page nor
a reader that has stopped reading lets a site run out of time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final, TypeVar

WINDOW: Final = 1000  # results that may wait for a slower one before them

_T = TypeVar("_T")
_R = TypeVar("_R")


def crawl(
    targets: Iterable[_T],
    ask: Callable[[_T], Coroutine[None, None, _R]],
    *,
    concurrency: int,
    rate: float | None = None,
) -> Generator[tuple[int, _R], None, None]:
    """
    Yield the place of each target and what ``ask`` returns for it, as they come.

    At most ``concurrency`` targets are begun and not yet taken by the caller, and at most
    ``rate`` begun in a second; none is begun ``WINDOW`` places before one that is not done.
    Closing the iterator stops all of them. Raises what ``ask`` raises.
    """
    done: SimpleQueue[tuple[int, Future[_R]]] = SimpleQueue()
    pause = 1 / rate if rate else 0.0
    begun: set[int] = set()
    soonest = time.monotonic()

    def put(place: int, answer: Future[_R]) -> None:
        done.put((place, answer))

    def take(patience: float | None) -> Iterator[tuple[int, _R]]:
        try:
            place, answer = done.get(timeout=patience)
        except Empty:
            return
        begun.discard(place)
        yield place, answer.result()

    with _Loop(concurrency) as loop:
        for place, target in enumerate(targets):
            while len(begun) >= concurrency or (begun and place - min(begun) >= WINDOW):
                yield from take(None)
            while (wait := soonest - time.monotonic()) > 0:
                yield from take(wait)
            soonest = max(soonest + pause, time.monotonic())
            begun.add(place)
            loop.begin(ask(target), partial(put, place))
        while begun:
            yield from take(None)


def in_order(places: Iterable[tuple[int, _R]]) -> Iterator[_R]:
    """Yield what comes with its place in the order of places, which have no gap."""
    waiting: dict[int, _R] = {}
    wanted = 0
    for place, result in places:
        waiting[place] = result
        while wanted in waiting:
            yield waiting.pop(wanted)
            wanted += 1


class _Loop:
    """An event loop in a thread, which ends with all that runs in it."""

    def __init__(self, lookups: int) -> None:
        self._lookups = lookups  # of names, each of which takes a thread
        self._is_ready = Event()
        self._thread = Thread(target=asyncio.run, args=(self._serve(),), daemon=True)

    def __enter__(self) -> _Loop:
        self._thread.start()
        self._is_ready.wait()
        return self

    def __exit__(self, *raised: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def begin(self, work: Coroutine[None, None, _R], then: Callable[[Future[_R]], object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).add_done_callback(then)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(self._lookups))
        self._stop = asyncio.Event()
        self._is_ready.set()
        await self._stop.wait()
