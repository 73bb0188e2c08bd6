"""Who writes at the same time, and who wakes whom, whatever interrupts a thread that waits."""

from __future__ import annotations

import signal
from threading import Event, Thread, main_thread

import pytest
from tests.storing.made import arrival
from tests.storing.waiting import PATIENCE, Writer, end, name, started, until

from security.reports.sinks.commit import GroupCommit


@pytest.fixture
def writer():
    return Writer()


def test_as_many_write_at_once_as_may(writer):
    commit = GroupCommit(writer, 100, writes=2)
    first, _ = started(commit, [0])
    assert writer.begun.wait(PATIENCE)
    writer.begun.clear()
    second = Thread(target=commit.run, args=([arrival(1)],))
    second.start()
    assert writer.begun.wait(PATIENCE)
    writer.begun.clear()
    others = []
    for number in (2, 3):
        others.append(Thread(target=commit.run, args=([arrival(number)],)))
        others[-1].start()
        until(lambda number=number: commit.waiting == number + 1)
    assert not writer.begun.is_set()
    end(writer, [*first, second, *others])
    assert sorted(writer.batches) == [["0"], ["1"], ["2", "3"]]
    assert commit.waiting == 0


@pytest.fixture
def interrupts():
    """Have a signal raise in the main thread, and yield what sends it."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield lambda: signal.pthread_kill(main_thread().ident, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def test_who_is_interrupted_before_it_is_written_is_passed_over(writer, interrupts):
    commit = GroupCommit(writer, 100)
    threads, errors = started(commit, [0])

    def later():
        until(lambda: commit.waiting == 2)
        threads.extend(started(commit, [2, 3], waiting=2)[0])
        interrupts()

    helper = Thread(target=later)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        commit.run([arrival(1)])
    helper.join()
    end(writer, threads)
    assert writer.batches == [["0"], ["2", "3"]]
    assert (errors, commit.waiting) == ({}, 0)


def test_who_is_interrupted_while_it_is_written_lets_nobody_wait(interrupts):
    begun, go, batches = Event(), Event(), []

    def write(arrivals):
        batches.append([name(each) for each in arrivals])
        if len(batches) == 2:
            begun.set()
        if len(batches) < 3:
            assert go.wait(PATIENCE)

    commit = GroupCommit(write, 100)
    threads, errors = started(commit, [0, 1])

    def later():
        until(lambda: commit.waiting == 3)
        threads.extend(started(commit, [3, 4], waiting=3)[0])
        go.set()
        go.clear()
        assert begun.wait(PATIENCE)
        interrupts()

    helper = Thread(target=later)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        commit.run([arrival(2)])
    helper.join()
    go.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert batches == [["0"], ["1", "2", "3", "4"]]
    assert (errors, commit.waiting) == ({}, 0)
