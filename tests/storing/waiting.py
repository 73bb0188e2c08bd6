"""Threads that wait for a group commit, and a writer that waits for the test."""

from __future__ import annotations

import time
from threading import Event, Thread

from tests.storing.made import arrival

from security.reports.sinks.base import SinkUnavailable

PATIENCE = 60  # seconds until a test gives up


def name(each):
    return each.entry.report.blocked.removeprefix("https://host").partition(".")[0]


class Writer:
    """Note what is written. It waits before the first write until ``go`` is set."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.go = Event(), Event()
        self.fails: dict[str, Exception] = {}

    def __call__(self, arrivals):
        names = [name(each) for each in arrivals]
        self.begun.set()
        assert self.go.wait(PATIENCE)
        for found in self.fails.keys() & set(names):
            raise self.fails[found]
        self.batches.append(names)


def until(is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


def started(commit, numbers, waiting=0):
    """Let threads wait for each number, after those that do; return them and what they raised."""
    errors = {}

    def run(number):
        try:
            commit.run([arrival(number)])
        except SinkUnavailable as error:
            errors[number] = str(error)

    threads = []
    for number in numbers:
        threads.append(Thread(target=run, args=(number,)))
        threads[-1].start()
        before = waiting + len(threads)
        until(lambda before=before: commit.waiting >= before)
    return threads, errors


def end(writer, threads):
    writer.go.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
