"""A report that Redis did not take is not accepted, and nothing is sent twice."""

from __future__ import annotations

import asyncio
import builtins
import socket
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from tests import processes, servers
from tests.working.made import arrivals, entry

from security.reports.entry import Arrival
from security.reports.sinks import SinkUnavailable
from security.reports.sinks.redis import MAX_ENTRY, RedisSink, packed, unpacked


def accept(mode, sink, *names):
    if mode == "threads":
        sink.accept(arrivals(*names))
    else:
        asyncio.run(sink.aaccept(arrivals(*names)))


@pytest.fixture(params=["threads", "tasks"])
def mode(request):
    return request.param


def held(sink):
    """Return how many reports the stream holds."""
    return sum(
        arrival.count
        for _, fields in sink.client.xrange(sink.stream)
        for arrival in unpacked(fields).arrivals
    )


def test_a_full_stream_takes_nothing_and_loses_nothing(mode, options):
    sink = RedisSink(**options, most=2)
    for name in "ab":
        accept(mode, sink, name)
    with pytest.raises(SinkUnavailable, match="full: 2 entries"):
        accept(mode, sink, "c")
    assert held(sink) == 2
    sink.client.xtrim(sink.stream, maxlen=1, approximate=False)
    accept(mode, sink, "d")
    assert held(sink) == 2
    sink.client.close()


def test_redis_may_go_and_come_back(mode, tmp_path):
    with servers.redis() as server:
        sink = RedisSink(server.url, timeout=2)
        accept(mode, sink, "a")
        port = server.port
    with pytest.raises(SinkUnavailable, match="Redis: ConnectionError"):
        accept(mode, sink, "b")
    with again(port):
        accept(mode, sink, "c")
        assert held(sink) == 1
        sink.client.close()


class again:  # noqa: N801  # used like a function
    """Run Redis on a port where it was."""

    def __init__(self, port):
        self.port = port

    def __enter__(self):
        from subprocess import DEVNULL, Popen

        words = ["redis-server", "--bind", servers.HOST, "--port", str(self.port), "--save", ""]
        self.process = Popen(words, stdout=DEVNULL)
        while not processes.ask(self.port, b"PING\r\n").startswith(b"+PONG"):
            assert self.process.poll() is None

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()


def test_redis_without_memory_takes_nothing(mode, sink):
    sink.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(SinkUnavailable, match="OutOfMemory"):
            accept(mode, sink, "a")
    finally:
        sink.client.config_set("maxmemory", 0)
    accept(mode, sink, "a")
    assert held(sink) == 1


class Silent:
    """Take connections and commands, and answer nothing."""

    def __init__(self):
        self.listener = socket.create_server((servers.HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.got = []
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            with client:
                greeting = client.recv(65536)
                if not greeting:
                    return
                while b"EVAL" not in greeting:
                    client.sendall(b"+OK\r\n" * greeting.count(b"*"))
                    greeting = client.recv(65536)
                self.got.append(greeting)
                client.recv(1)  # until the other end gives up

    def close(self):
        socket.create_connection((servers.HOST, self.port)).close()
        self.thread.join()
        self.listener.close()


def test_what_redis_did_not_answer_is_not_sent_again(mode):
    silent = Silent()
    url = f"redis://{servers.HOST}:{silent.port}/0?retry_on_timeout=true"
    sink = RedisSink(url, timeout=0.3)
    try:
        with pytest.raises(SinkUnavailable, match="TimeoutError"):
            accept(mode, sink, "a")
    finally:
        silent.close()
        sink.client.close()
    assert len(silent.got) == 1


def test_requests_share_entries_of_the_stream(sink):
    threads = [threading.Thread(target=sink.accept, args=[arrivals("a")]) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    async def many():
        await asyncio.gather(*(sink.aaccept(arrivals("b")) for _ in range(64)))

    before = sink.client.xlen(sink.stream)
    asyncio.run(many())
    assert held(sink) == 128
    assert sink.client.xlen(sink.stream) - before <= 3


def test_more_may_not_wait_than_is_said(options):
    sink = RedisSink(**options, most_waiting=10)

    async def many():
        waiting = (sink.aaccept(arrivals("a")) for _ in range(50))
        return await asyncio.gather(*waiting, return_exceptions=True)

    outcomes = asyncio.run(many())
    taken = outcomes.count(None)
    assert all(isinstance(each, SinkUnavailable) for each in outcomes if each is not None)
    assert (taken < 50, held(sink)) == (True, taken)
    sink.client.close()


def test_entries_of_the_stream_are_bounded_and_in_order():
    many = [Arrival(entry(f"n{number}"), 1, 1) for number in range(2000)]
    parts = [dict(zip(p[::2], p[1::2], strict=True)) for p in packed(many, {"not-json": 1})]
    read = [unpacked({k.encode(): v.encode() for k, v in part.items()}) for part in parts]
    assert len(parts) > 1
    assert all(sum(len(a.entry.text) for a in one.arrivals) <= MAX_ENTRY for one in read)
    assert [arrival for one in read for arrival in one.arrivals] == many
    assert [one.refused for one in read] == [{}] * (len(parts) - 1) + [{"not-json": 1}]


def test_refusals_outlast_redis_being_away(options, redis_server):
    sink = RedisSink("redis://127.0.0.1:1/0", timeout=1)
    sink.refuse("not-json", 2)
    with pytest.raises(SinkUnavailable):
        sink.accept(arrivals("a"))
    here = RedisSink(**options)
    sink.client = here.client
    sink.accept(arrivals("a"))
    ((_, fields),) = sink.client.xrange(sink.stream)
    assert unpacked(fields).refused == {"not-json": 2}
    here.client.close()


BAD = {
    "scheme": ({"url": "http://localhost"}, "url"),
    "no text": ({"url": 5}, "url"),
    "no stream": ({"url": "redis://localhost", "stream": ""}, "stream"),
    "most": ({"url": "redis://localhost", "most": 0}, "most"),
    "most as text": ({"url": "redis://localhost", "most": "9"}, "most"),
    "most waiting": ({"url": "redis://localhost", "most_waiting": True}, "most_waiting"),
    "timeout": ({"url": "redis://localhost", "timeout": 0}, "timeout"),
    "timeout none": ({"url": "redis://localhost", "timeout": None}, "timeout"),
}


@pytest.mark.parametrize(("given", "name"), BAD.values(), ids=list(BAD))
def test_a_bad_option_is_named(given, name):
    with pytest.raises(ImproperlyConfigured) as error:
        RedisSink(**given)
    assert str(error.value).startswith(f'SECURITY_REPORTS["OPTIONS"]["{name}"] must be ')


def test_no_error_shows_the_password():
    with pytest.raises(ImproperlyConfigured) as error:
        RedisSink("redis://:secret@host:port/0")
    assert "secret" not in repr(error.value)
    assert error.value.__suppress_context__


def test_without_redis_installed_the_error_names_the_extra(monkeypatch):
    load = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == "redis":
            raise ImportError(name)
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImproperlyConfigured, match=r'Install "django-bulwark\[redis\]"'):
        RedisSink("redis://localhost")
