from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from tests.grade.fetching.conftest import SOURCE
from tests.grade.fetching.servers import Server, answer

from security.grade.fetch import crawl as module
from security.grade.fetch.crawl import crawl, in_order


def test_results_come_as_they_are_ready():
    async def late(target):
        await asyncio.sleep((3 - target) * 0.1)
        return target

    assert list(crawl(range(3), late, concurrency=3)) == [(2, 2), (1, 1), (0, 0)]


def test_results_are_put_in_order():
    assert list(in_order([(2, "c"), (0, "a"), (3, "d"), (1, "b")])) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_no_more_are_asked_at_once(concurrency):
    running = most = 0

    async def ask(target):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1

    assert len(list(crawl(range(20), ask, concurrency=concurrency))) == 20
    assert most == concurrency


def test_targets_are_read_as_they_are_needed():
    async def ask(target):
        return target

    numbers = itertools.count()
    results = crawl(numbers, ask, concurrency=3)
    for _ in range(10):
        next(results)
    results.close()
    assert next(numbers) <= 10 + 3 + 1


def test_none_is_begun_far_before_one_that_is_not_done(monkeypatch):
    monkeypatch.setattr(module, "WINDOW", 5)
    release = threading.Event()
    begun = []

    async def ask(target):
        begun.append(target)
        if target == 0:
            await asyncio.to_thread(release.wait)
        return target

    results = crawl(range(50), ask, concurrency=3)
    early = [next(results)[0] for _ in range(4)]
    later = threading.Timer(0.3, release.set)  # long after the sixth would be done
    later.start()
    assert (sorted(early), next(results)[0], max(begun)) == ([1, 2, 3, 4], 0, 4)
    later.join()
    assert len(list(results)) == 45


def test_closing_stops_what_runs():
    stopped = []

    async def ask(target):
        try:
            await asyncio.sleep(60 if target else 0)
        except asyncio.CancelledError:
            stopped.append(target)
            raise

    results = crawl(range(4), ask, concurrency=4)
    next(results)
    before = threading.active_count()
    results.close()
    assert sorted(stopped) == [1, 2, 3]
    assert threading.active_count() == before - 1


def test_a_mistake_is_not_swallowed():
    async def ask(target):
        raise KeyError(target)

    with pytest.raises(KeyError):
        list(crawl(range(4), ask, concurrency=2))


def test_the_rate_is_how_many_are_begun_in_a_second():
    times = []

    async def ask(target):
        times.append(asyncio.get_running_loop().time())

    assert len(list(crawl(range(11), ask, concurrency=20, rate=50))) == 11
    assert times[-1] - times[0] > 10 / 50 * 0.9  # never faster; how slow is up to the machine


def test_the_command_keeps_to_the_rate(graded):
    with Server(lambda request: answer()) as server:
        code, cards, _ = graded(*[f"{server.url}/{n}" for n in range(4)], "--rate=1000")
    assert (code, len(cards)) == (0, 4)


def test_json_is_in_the_order_of_the_targets_and_jsonl_is_not(graded):
    def respond(request):
        if request.path == "/0":
            others.wait(20)
        elif request.path == "/9" and request.method == "OPTIONS":
            others.set()
        yield answer()

    for form in ("json", "jsonl"):
        others = threading.Event()
        with Server(respond) as server:
            names = [f"{server.url}/{n}" for n in range(10)]
            code, out, _ = graded(*names, form=form)
        cards = out if form == "json" else [json.loads(line) for line in out.splitlines()]
        found = [card["target"] for card in cards]
        assert code == 0
        assert sorted(found) == names
        assert (found == names) == (form == "json")


def test_two_hundred_are_asked_at_once(command, tmp_path):
    page = answer("<p>x</p>" * 8192)
    listed = tmp_path / "targets.txt"
    with Server(lambda request: page) as server:
        listed.write_text("".join(f"{server.url}/{n}\n" for n in range(200)))
        with command("--targets", listed, "--format=jsonl", "--concurrency=200") as run:
            lines = run.stdout.read().splitlines()
            errors = run.stderr.read()
    assert (run.returncode, errors, len(lines)) == (0, b"", 200)
    assert len({json.loads(line)["target"] for line in lines}) == 200
    assert server.most <= 200


def test_the_memory_does_not_grow_with_the_number_of_targets():
    """Cards of text format come in order, so that this holds the window too."""
    script = """
import sys, tracemalloc
from security import cli
tracemalloc.start()
def most(count):
    tracemalloc.reset_peak()
    assert cli.main(["grade", *[sys.argv[1] + "/" + str(n) for n in range(count)]]) == 0
    return tracemalloc.get_traced_memory()[1]
most(20)
few, many = most(40), most(160)
print(few, many, file=sys.stderr)
sys.exit(many > few + 2_000_000)
"""
    with Server(lambda request: answer("<p>x</p>" * 16_384)) as server:
        done = run_script(script, server.url)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments", [["-"], ["--targets=/dev/stdin"], ["--targets=-"]], ids=["dash", "file", "both"]
)
def test_targets_are_read_one_a_line(command, arguments):
    with Server(lambda request: answer()) as server:
        data = f"\ufeff{server.url}/1\r\n\n# not this\n  {server.url}/2 \n{'a' * 30_000}\nb\xff\n"
        with command(*arguments, "--format=json", stdin=-1) as run:
            out, errors = run.communicate(data.encode("utf-8")[:-3] + b"\xff\n")
    cards = json.loads(out)
    assert (run.returncode, len(cards)) == (2, 4)
    assert [card["target"][-2:] for card in cards[:2]] == ["/1", "/2"]
    assert b"a target must be at most 2,048 characters long (got" in errors
    assert b"(got 'b\\\\xff')" in errors


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped(command, stop):
    names = [f"/{n}" for n in range(9)]
    with (
        Server(wait_for) as server,
        command(*[server.url + name for name in names], "--timeout=60") as run,
    ):
        while len(server.requests) < len(names):
            assert run.poll() is None
        run.send_signal(stop)
        errors = run.communicate(timeout=30)[1]
    assert run.returncode == (130 if stop == signal.SIGINT else -stop)
    assert errors == b""


def wait_for(request):
    request.over.wait(60)
    yield b""


def run_script(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        check=False,
    )
