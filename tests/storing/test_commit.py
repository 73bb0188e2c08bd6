"""Many requests share one write, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from threading import Thread

import pytest
from tests.storing.made import arrival, together
from tests.storing.sender import ROOT
from tests.storing.waiting import PATIENCE, Writer, end, name, started, until

from security.reports.sinks.base import SinkUnavailable
from security.reports.sinks.commit import GroupCommit


@pytest.fixture
def writer():
    return Writer()


@pytest.fixture
def commit(writer):
    return GroupCommit(writer, 100)


async def auntil(is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        await asyncio.sleep(0.001)


def test_who_comes_while_one_writes_is_written_together(commit, writer):
    threads, errors = started(commit, range(10))
    end(writer, threads)
    assert writer.batches == [["0"], [str(n) for n in range(1, 10)]]
    assert errors == {}
    assert commit.waiting == 0


def test_one_alone_writes_at_once(commit, writer):
    writer.go.set()
    commit.run([arrival(1), arrival(2)])
    commit.run([arrival(3)])
    assert writer.batches == [["1", "2"], ["3"]]


def test_too_many_that_wait_are_refused_at_once(writer):
    commit = GroupCommit(writer, 3)
    threads, errors = started(commit, range(3))
    with pytest.raises(SinkUnavailable, match="too many reports wait"):
        commit.run([arrival(3)])
    with pytest.raises(SinkUnavailable, match="too many reports wait"):
        asyncio.run(commit.arun([arrival(4)]))
    end(writer, threads)
    commit.run([arrival(5)])
    assert writer.batches == [["0"], ["1", "2"], ["5"]]
    assert errors == {}


def test_a_failure_reaches_everybody_in_the_batch(commit, writer):
    writer.fails["2"] = SinkUnavailable("the database is down")
    threads, errors = started(commit, range(4))
    end(writer, threads)
    assert errors == dict.fromkeys((1, 2, 3), "the database is down")
    assert writer.batches == [["0"]]
    commit.run([arrival(4)])
    assert commit.waiting == 0


def test_one_that_cannot_be_written_spoils_no_other(commit, writer, caplog):
    writer.fails["2"] = ValueError("no text for a database")
    threads, errors = started(commit, range(4))
    end(writer, threads)
    assert errors == {2: "no text for a database"}
    assert writer.batches == [["0"], ["1"], ["3"]]
    assert [record.message for record in caplog.records] == ["Reports could not be written."]


def test_a_leader_that_is_interrupted_lets_nobody_wait(commit, writer):
    def interrupted(arrivals):
        if name(arrivals[0]) == "0":
            writer.begun.set()
            assert writer.go.wait(PATIENCE)
            raise SystemExit
        writer(arrivals)

    commit = GroupCommit(interrupted, 100)
    ended = []

    def lead():
        try:
            commit.run([arrival(0)])
        except SystemExit:
            ended.append(0)

    leader = Thread(target=lead)
    leader.start()
    assert writer.begun.wait(PATIENCE)
    other = Thread(target=commit.run, args=([arrival(1)],))
    other.start()
    until(lambda: commit.waiting == 2)
    end(writer, [leader, other])
    assert (ended, writer.batches) == ([0], [["1"]])


def test_threads_and_loops_share_one_write(commit, writer):
    async def many():
        tasks = [asyncio.create_task(commit.arun([arrival(n)])) for n in range(1, 4)]
        await auntil(lambda: commit.waiting == 4)
        writer.go.set()
        await asyncio.gather(*tasks)

    threads, _ = started(commit, [0])
    asyncio.run(many())
    end(writer, threads)
    assert writer.batches == [["0"], ["1", "2", "3"]]


def test_who_was_cancelled_is_passed_over(commit, writer):
    async def many():
        tasks = [asyncio.create_task(commit.arun([arrival(n)])) for n in range(1, 5)]
        await auntil(lambda: commit.waiting == 5)
        for task in tasks[:2]:  # one of them would lead next
            task.cancel()
        await asyncio.wait(tasks[:2])
        assert commit.waiting == 3
        writer.go.set()
        await asyncio.gather(*tasks[2:])

    threads, _ = started(commit, [0])
    asyncio.run(many())
    end(writer, threads)
    assert writer.batches == [["0"], ["3", "4"]]
    assert commit.waiting == 0


def test_a_leader_that_is_cancelled_writes_and_hands_over(commit, writer):
    async def many():
        leader = asyncio.create_task(commit.arun([arrival(0)]))
        await auntil(writer.begun.is_set)
        other = asyncio.create_task(commit.arun([arrival(1)]))
        await auntil(lambda: commit.waiting == 2)
        leader.cancel()
        writer.go.set()
        await asyncio.wait([leader])
        await other

    asyncio.run(many())
    assert writer.batches == [["0"], ["1"]]
    assert commit.waiting == 0


def test_a_loop_that_ended_is_passed_over(commit, writer):
    threads, _ = started(commit, [0])
    loop = asyncio.new_event_loop()
    task = loop.create_task(commit.arun([arrival(1)]))
    while commit.waiting < 2:
        loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    more, errors = started(commit, [2])
    until(lambda: commit.waiting == 3)
    end(writer, threads + more)
    assert writer.batches == [["0"], ["2"]]
    assert (errors, commit.waiting) == ({}, 0)
    task._log_destroy_pending = False


def test_who_is_alone_writes_nobody_elses(writer):
    writer.go.set()
    commit = GroupCommit(writer, 100, is_alone=lambda: True)
    assert together(4, lambda number: commit.run([arrival(number)])) == []
    asyncio.run(commit.arun([arrival(4)]))
    assert sorted(writer.batches) == [["0"], ["1"], ["2"], ["3"], ["4"]]


CHILD = """
import os, sys
from threading import Event, Thread
from tests.storing.made import arrival
from security.reports.sinks.commit import GroupCommit

begun, go, written = Event(), Event(), []

def write(arrivals):
    if os.getpid() == parent:
        begun.set()
        go.wait()
    written.append(len(arrivals))

parent = os.getpid()
commit = GroupCommit(write, 100)
thread = Thread(target=commit.run, args=([arrival(1)],))
thread.start()
begun.wait()
if child := os.fork():
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    go.set()
    thread.join()
    sys.exit(code)
commit.run([arrival(2)])
os._exit(0 if written == [1] else 1)
"""


def test_a_forked_process_does_not_wait_for_threads_of_its_parent():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{CHILD}"]
    subprocess.run(command, cwd=ROOT, env=environment, timeout=PATIENCE, check=True)
