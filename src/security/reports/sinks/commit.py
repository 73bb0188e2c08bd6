"""One write for many requests that come at the same time: group commit."""

from __future__ import annotations

import asyncio
import logging
import os
from abc import ABC, abstractmethod
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


class _Ticket(ABC):
    """The arrivals of one request."""

    __slots__ = ("arrivals", "error", "state")

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self.arrivals = arrivals
        self.state = _State.WAITING
        self.error: BaseException | None = None

    @abstractmethod
    def wake(self) -> bool:
        """Wake who waits; say whether anybody is there to be woken."""


class _Thread(_Ticket):
    """
    A thread that waits, and ``after`` it another, which it wakes in turn.

    Threads that wake all at once only wait again, each for the interpreter.
    """

    __slots__ = ("after", "gate", "is_gone")

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        super().__init__(arrivals)
        self.gate = Lock()
        self.gate.acquire()
        self.after: _Thread | None = None
        self.is_gone = False

    def wake(self) -> bool:
        self.gate.release()
        return True


class _Task(_Ticket):
    """A task that waits in an event loop."""

    __slots__ = ("future", "loop")

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        super().__init__(arrivals)
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self.loop.create_future()

    def wake(self) -> bool:
        return _tell(self.loop, [self.future])


class GroupCommit:
    """
    Let requests share writes. Threads and event loops may use one object at the same time.

    The first that comes leads: it writes what waits, its own with the rest, tells the others,
    and hands over to one of those that came meanwhile. Nobody waits for a clock.

    ``write`` gets arrivals in their order, at most ``writes`` times at once: what comes while
    one waits for the disk need not wait for that. What it raises reaches everybody whose
    arrivals these were as ``SinkUnavailable``; where that is not what it raised, each is
    written once more alone, so that one bad report spoils no other. ``is_alone`` tells whether
    this thread must write its own, and nobody else's: it is inside of a transaction. ``after``
    is called after a write when the others are told.
    """

    def __init__(
        self,
        write: Callable[[list[Arrival]], None],
        most_waiting: int,
        *,
        writes: int = 1,
        is_alone: Callable[[], bool] = lambda: False,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """``most_waiting`` is a number of arrivals; more are refused at once."""
        self._write = write
        self._most_waiting = most_waiting
        self._most_writes = writes
        self._is_alone = is_alone
        self._after = after
        self._start()
        # A child has none of the threads that would end what has begun.
        os.register_at_fork(after_in_child=partial(_call, WeakMethod(self._start)))

    def _start(self) -> None:
        self._lock = Lock()
        self._queue: deque[_Ticket] = deque()
        self._waiting = 0  # arrivals that came in and are not settled
        self._writes = 0  # that are under way
        self._has_next = False  # one in the queue is chosen to lead

    @property
    def waiting(self) -> int:
        """How many arrivals came in and are neither written nor given up."""
        return self._waiting

    def run(self, arrivals: Sequence[Arrival]) -> None:
        """Return when the arrivals are written. Raises ``SinkUnavailable``."""
        ticket = _Thread(arrivals)
        if self._is_alone():
            self._write_for([ticket])
        else:
            if not self._enter(ticket):
                self._wait(ticket)
            if ticket.state is _State.CHOSEN:
                self._lead(ticket)
        if ticket.error is not None:
            raise SinkUnavailable(str(ticket.error)) from ticket.error

    async def arun(self, arrivals: Sequence[Arrival]) -> None:
        """Do the same, awaited; the write runs where Django's synchronous code runs."""
        ticket = _Task(arrivals)
        leads = self._enter(ticket)
        try:
            if not leads:
                await ticket.future
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
            if self._has_next or self._writes == self._most_writes:
                return False
            self._has_next = True
            ticket.state = _State.CHOSEN
            return True

    def _wait(self, ticket: _Thread) -> None:
        """Wait to be woken, and wake the next."""
        try:
            ticket.gate.acquire()
        except BaseException:  # of a signal, in the main thread
            self._leave(ticket)
            raise
        finally:
            if ticket.after is not None:
                ticket.after.wake()

    def _leave(self, ticket: _Ticket) -> None:
        """Forget one who waits no more: who waited for it was cancelled."""
        with self._lock:
            if ticket.state in {_State.WRITING, _State.DONE}:
                if isinstance(ticket, _Thread):
                    ticket.is_gone = True
                return
            if ticket.state is _State.CHOSEN:
                self._has_next = False
            self._drop(ticket)
        self._hand_over()

    def _drop(self, ticket: _Ticket) -> None:
        ticket.state = _State.DONE
        self._queue.remove(ticket)
        self._waiting -= len(ticket.arrivals)

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
            self._has_next = False
            self._writes += 1
        try:
            self._write_for(batch)
        except BaseException as error:
            for each in batch:
                each.error = each.error or error
            raise
        finally:
            self._settle(ticket, batch)
            self._hand_over()
        self._after()

    def _settle(self, leader: _Ticket, batch: Sequence[_Ticket]) -> None:
        """Wake the others: each loop by one call, and the first of the threads."""
        loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        first: _Thread | None = None
        with self._lock:
            self._writes -= 1
            for each in reversed(batch):
                self._waiting -= len(each.arrivals)
                each.state = _State.DONE
                if each is leader:
                    continue
                if isinstance(each, _Task):
                    loops.setdefault(each.loop, []).append(each.future)
                elif isinstance(each, _Thread) and not each.is_gone:
                    each.after, first = first, each
        for loop, futures in loops.items():
            _tell(loop, futures[::-1])
        if first is not None:
            first.wake()

    def _hand_over(self) -> None:
        """Let one that waits lead, if there is any, and it may."""
        while True:
            with self._lock:
                if self._has_next or not self._queue or self._writes == self._most_writes:
                    return
                ticket = self._queue[0]
                ticket.state = _State.CHOSEN
                self._has_next = True
            if ticket.wake():
                return
            with self._lock:
                self._has_next = False
                self._drop(ticket)

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


def _tell(loop: asyncio.AbstractEventLoop, futures: Sequence[asyncio.Future[None]]) -> bool:
    """Wake all that wait in a loop; say whether it is there."""

    def tell() -> None:
        for future in futures:
            if not future.done():
                future.set_result(None)

    try:
        loop.call_soon_threadsafe(tell)
    except RuntimeError:  # the loop is closed
        return False
    return True


def _call(method: WeakMethod[Callable[[], None]]) -> None:
    """Call a method of an object that may be gone."""
    if (there := method()) is not None:
        there()
