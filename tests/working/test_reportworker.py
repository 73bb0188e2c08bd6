"""The command, as a process of its own where signals and servers come into it."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from tests import servers
from tests.meta.tree import ROOT
from tests.working import places
from tests.working.conftest import ALIAS, databases
from tests.working.made import SINK, arrivals, counted
from tests.working.test_redis_sink import again

from security.reports import worker
from security.reports.sinks.redis import GROUP, RedisSink
from security.reports.worker import Worker

PATIENCE = 30  # seconds until something must have happened


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def process(database, options):
    """Start the command with words of its own; what is left in the end is killed."""
    started = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": places.SITE,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        places.DATABASE: json.dumps(database),
        places.REPORTS: json.dumps({"SINK": SINK, "OPTIONS": options}),
    }

    def start(*words):
        command = [sys.executable, "-m", "django", "reportworker", *words]
        made = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE)
        started.append(made)
        return made

    yield start
    for each in started:
        each.kill()
        each.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_in_peace(process, sink, number):
    running = process()
    sink.accept(arrivals("a"))
    wait_for(lambda: counted() == {"a": 1})
    running.send_signal(number)
    _, said = running.communicate(timeout=PATIENCE)
    assert (running.returncode, b"Counted 1 reports of 1 entries" in said) == (0, True)
    assert sink.client.xlen(sink.stream) == 0
    assert sink.client.xinfo_consumers(sink.stream, GROUP) == []


def test_two_processes_count_what_comes_while_one_is_killed(process, sink):
    first, second = process("--idle", "1"), process("--idle", "1", "--batch", "1")
    for _ in range(50):
        sink.accept(arrivals("a", "b"))
    first.kill()
    for _ in range(50):
        sink.accept(arrivals("a", "b"))
    wait_for(lambda: sink.client.xlen(sink.stream) == 0)
    second.terminate()
    assert second.wait(PATIENCE) == 0
    assert counted() == {"a": 100, "b": 100}


def test_once_ends_when_nothing_is_left(database, sink):
    for _ in range(3):
        sink.accept(arrivals("a"))
    call_command("reportworker", "--once", "--batch", "2")
    assert counted() == {"a": 3}


def test_once_says_that_redis_is_down(postgresql, settings):
    settings.SECURITY_REPORTS = {"SINK": SINK, "OPTIONS": {"url": "redis://127.0.0.1:1/0"}}
    with pytest.raises(CommandError, match="ConnectionError") as error:
        call_command("reportworker", "--once")
    assert error.value.returncode == 1


@pytest.mark.parametrize("given", [{}, {"SINK": "security.reports.sinks.log.LogSink"}])
def test_without_the_sink_it_says_what_to_set(settings, given):
    settings.SECURITY_REPORTS = given
    with pytest.raises(CommandError) as error:
        call_command("reportworker")
    assert error.value.returncode == 2
    assert str(error.value).startswith('SECURITY_REPORTS["SINK"] must be ')
    assert f'"SINK": "{SINK}"' in str(error.value)


def test_with_a_sink_that_cannot_be_made_it_says_why(settings):
    settings.SECURITY_REPORTS = {"SINK": SINK, "OPTIONS": {"url": "http://localhost"}}
    with pytest.raises(CommandError, match="must be like 'redis://localhost:6379/0'") as error:
        call_command("reportworker")
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    ("option", "value"),
    [("--batch", "0"), ("--batch", "1001"), ("--idle", "0.5"), ("--idle", "3600")],
)
def test_an_option_beyond_its_limits_is_named(options, option, value):
    with pytest.raises(CommandError, match=f"^{option} must be ") as error:
        call_command("reportworker", option, value)
    assert error.value.returncode == 2


def run_aside(one):
    def run():
        try:
            one.run()
        finally:
            databases[ALIAS].close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_redis_that_is_away_is_waited_for_and_told_of_once(postgresql, caplog, monkeypatch):
    monkeypatch.setattr(worker, "PAUSES", (0.01,))
    caplog.set_level(logging.INFO, worker.log.name)
    with servers.redis() as server:
        sink = RedisSink(server.url, timeout=1)
        one, port = Worker(sink), server.port
        thread = run_aside(one)
        sink.accept(arrivals("a"))
        wait_for(lambda: counted() == {"a": 1})
    try:
        wait_for(lambda: "Waiting: ConnectionError" in caplog.text)
        with again(port):
            sink.accept(arrivals("b"))
            wait_for(lambda: counted() == {"a": 1, "b": 1})
            one.stop()
            thread.join(PATIENCE)
    finally:
        one.stop()
        thread.join(PATIENCE)
        sink.client.close()
    said = [record.getMessage() for record in caplog.records if record.name == worker.log.name]
    assert [line.partition(" ")[0] for line in said] == ["Waiting:", "Back", "Counted"]


@contextmanager
def shut(database):
    """Have PostgreSQL end all connections to a database, and take no other."""
    import psycopg

    name = database["NAME"]
    place = {"host": servers.HOST, "port": database["PORT"], "user": servers.USER}
    databases[ALIAS].close()
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_database_that_is_away_is_waited_for(postgresql, sink, caplog, monkeypatch):
    monkeypatch.setattr(worker, "PAUSES", (0.01,))
    one = Worker(sink)
    thread = run_aside(one)
    try:
        sink.accept(arrivals("a"))
        wait_for(lambda: counted() == {"a": 1})
        with shut(postgresql):
            sink.accept(arrivals("b"))
            wait_for(lambda: "Waiting: StorageUnavailable" in caplog.text)
            assert sink.client.xlen(sink.stream) == 1
        wait_for(lambda: sink.client.xlen(sink.stream) == 0)
        assert counted() == {"a": 1, "b": 1}
    finally:
        one.stop()
        thread.join(PATIENCE)


def test_it_says_what_it_counted_once_a_minute_at_most(postgresql, sink, caplog, monkeypatch):
    caplog.set_level(logging.INFO, worker.log.name)
    one = Worker(sink, batch=1)
    for _ in range(5):
        sink.accept(arrivals("a"))
    one.run(once=True)
    assert [r.getMessage() for r in caplog.records if r.name == worker.log.name] == [
        "Counted 5 reports of 5 entries in 0 s; 0 entries are left."
    ]
    monkeypatch.setattr(worker, "REPORT_EVERY", -1)
    for _ in range(2):
        sink.accept(arrivals("a"))
    one.run(once=True)
    assert len([r for r in caplog.records if r.name == worker.log.name]) == 3


def test_what_it_says_is_seen_where_no_logging_is_set_up(postgresql, sink, monkeypatch):
    monkeypatch.setattr(logging.Logger, "hasHandlers", lambda self: False)
    sink.accept(arrivals("a"))
    seen = StringIO()
    call_command("reportworker", "--once", stderr=seen)
    assert seen.getvalue().startswith("Counted 1 reports of 1 entries in 0 s")
    assert worker.log.handlers == []
