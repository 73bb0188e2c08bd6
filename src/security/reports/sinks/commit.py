"""One write for many requests that come at the same time: group commit."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import partial
from threading import Lock
from typing import Final
from weakref import WeakMethod

from asgiref.sync import sync_to_async

from security.reports.entry import Arrival

from .base import SinkUnavailable

log = logging.getLogger("security.reports")

FULL: Final = "too many reports wait to be written"


class _State(Enum):
    WAITING = auto()
    CHOSEN = auto()  # to lead next; it does not know yet
    WRITING = auto()  # it leads, or its arrivals are in the hands of who does
    DONE = auto()


class _Ticket:
    """The arrivals of one request, and how to wake it."""

    __slots__ = ("arrivals", "error", "state", "wake")

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self.arrivals = arrivals
        self.state = _State.WAITING
        self.error: BaseException | None = None
        self.wake: Callable[[], bool]  # says whether anybody is there to be woken


class GroupCommit:
    """
    Let requests share writes. Threads and event loops may use one object at the same time.

    The first that comes leads: it writes what waits, its own with the rest, tells the others,
    and hands over to one of those that came meanwhile. Nobody waits for a clock.

    ``write`` gets arrivals in their order. What it raises reaches everybody whose arrivals
    these were as ``SinkUnavailable``; where that is not what it raised, each is written once
    more alone, so that one bad report spoils no other. ``is_alone`` tells whether this thread
    must write its own, and nobody else's: it is inside of a transaction. ``after`` is called
    after a write when the others are told.
    """

    def __init__(
        self,
        write: Callable[[list[Arrival]], None],
        most_waiting: int,
        *,
        is_alone: Callable[[], bool] = lambda: False,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """``most_waiting`` is a number of arrivals; more are refused at once."""
        self._write = write
        self._most_waiting = most_waiting
        self._is_alone = is_alone
        self._after = after
        self._start()
        # A child has none of the threads that would end what has begun.
        os.register_at_fork(after_in_child=partial(_call, WeakMethod(self._start)))

    def _start(self) -> None:
        self._lock = Lock()
        self._queue: deque[_Ticket] = deque()
        self._waiting = 0  # arrivals that came in and are not settled
        self._is_led = False

    @property
    def waiting(self) -> int:
        """How many arrivals came in and are neither written nor given up."""
        return self._waiting

    def run(self, arrivals: Sequence[Arrival]) -> None:
        """Return when the arrivals are written. Raises ``SinkUnavailable``."""
        ticket = _Ticket(arrivals)
        if self._is_alone():
            self._write_for([ticket])
        else:
            gate = Lock()
            gate.acquire()

            def wake() -> bool:
                gate.release()
                return True

            ticket.wake = wake
            if not self._enter(ticket):
                gate.acquire()
            if ticket.state is _State.CHOSEN:
                self._lead(ticket)
        if ticket.error is not None:
            raise SinkUnavailable(str(ticket.error)) from ticket.error

    async def arun(self, arrivals: Sequence[Arrival]) -> None:
        """Do the same, awaited; the write runs where Django's synchronous code runs."""
        ticket = _Ticket(arrivals)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def tell() -> None:
            if not future.done():
                future.set_result(None)

        def wake() -> bool:
            try:
                loop.call_soon_threadsafe(tell)
            except RuntimeError:  # the loop is closed
                return False
            return True

        ticket.wake = wake
        leads = self._enter(ticket)
        try:
            if not leads:
                await future
            if ticket.state is _State.CHOSEN:
                await sync_to_async(self._lead, thread_sensitive=True)(ticket)
        finally:
            self._leave(ticket)
        if ticket.error is not None:
            raise SinkUnavailable(str(ticket.error)) from ticket.error

    def _enter(self, ticket: _Ticket) -> bool:
        """Join those who wait; tell whether this one leads."""
        with self._lock:
            if self._waiting and self._waiting + len(ticket.arrivals) > self._most_waiting:
                raise SinkUnavailable(FULL)
            self._waiting += len(ticket.arrivals)
            self._queue.append(ticket)
            if self._is_led:
                return False
            self._is_led = True
            ticket.state = _State.CHOSEN
            return True

    def _leave(self, ticket: _Ticket) -> None:
        """Forget one who waits no more: who waited for it was cancelled."""
        with self._lock:
            if ticket.state in {_State.WRITING, _State.DONE}:
                return
            is_chosen = ticket.state is _State.CHOSEN
            ticket.state = _State.DONE
            self._queue.remove(ticket)
            self._waiting -= len(ticket.arrivals)
        if is_chosen:
            self._hand_over()

    def _lead(self, ticket: _Ticket) -> None:
        """Write what waits, hand over, and settle the leader's own."""
        is_alone = self._is_alone()
        with self._lock:
            if ticket.state is not _State.CHOSEN:
                return  # cancelled before this thread began
            if is_alone:
                self._queue.remove(ticket)
                batch = [ticket]
            else:
                batch = [*self._queue]
                self._queue.clear()
            for each in batch:
                each.state = _State.WRITING
        try:
            self._write_for(batch)
        except BaseException as error:
            for each in batch:
                each.error = each.error or error
            raise
        finally:
            with self._lock:
                self._waiting -= sum(len(each.arrivals) for each in batch)
                for each in batch:
                    each.state = _State.DONE
            for each in batch:
                if each is not ticket:
                    each.wake()
            self._hand_over()
        self._after()

    def _hand_over(self) -> None:
        """Let one that waits lead, or nobody."""
        while True:
            with self._lock:
                if not self._queue:
                    self._is_led = False
                    return
                ticket = self._queue[0]
                ticket.state = _State.CHOSEN
            if ticket.wake():
                return
            with self._lock:
                self._queue.remove(ticket)
                self._waiting -= len(ticket.arrivals)
                ticket.state = _State.DONE

    def _write_for(self, batch: Sequence[_Ticket]) -> None:
        """Write the arrivals of a batch, and note what became of it."""
        try:
            self._write([arrival for each in batch for arrival in each.arrivals])
        except SinkUnavailable as error:
            for each in batch:
                each.error = error
        except Exception as error:
            if len(batch) > 1:
                for each in batch:
                    self._write_for([each])
            else:
                log.exception("Reports could not be written.")
                batch[0].error = error


def _call(method: WeakMethod[Callable[[], None]]) -> None:
    """Call a method of an object that may be gone."""
    if (there := method()) is not None:
        there()
