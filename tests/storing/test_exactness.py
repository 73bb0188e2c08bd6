"""Every accepted report is counted exactly once, whoever sends, folds, dies or is down."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.management import call_command
from django.db import connections
from django.db.transaction import atomic, set_rollback
from tests import processes, servers
from tests.storing import sender
from tests.storing.conftest import known
from tests.storing.made import NOW, arrival, counted, sums, together
from tests.storing.router import ALIAS

from security.models import ReportDaily, ReportExemplar, ReportGroup, ReportInbox, ReportReceipt
from security.reports import storage
from security.reports.sinks.base import SinkUnavailable
from security.reports.sinks.database import DatabaseSink


def test_threads_and_processes_lose_nothing(database):
    others = [sender.start(database, "send", 4, 15) for _ in range(2)]
    sink = DatabaseSink()
    for other in others:
        sender.go(other)

    def send(thread: int) -> None:
        for number in range(15):
            sink.accept([arrival(number), arrival(number, count=2)])

    assert together(4, send) == []
    assert [other.communicate()[0] for other in others] == ["[]\n"] * 2
    storage.fold()
    assert ReportInbox.objects.count() == 0
    assert counted() == {f"https://host{n}.example": 2 * 4 + 3 * 4 for n in range(15)}
    assert sums() == {15 * 20}
    assert ReportExemplar.objects.count() == 15


def test_two_that_fold_count_once(database):
    for number in range(60):
        storage.append([arrival(number % 9), arrival(number % 7)])
    folded = []
    assert together(4, lambda _: folded.append(storage.fold())) == []
    assert sum(folded) == 120
    assert sums() == {120}


def test_a_batch_is_counted_once_however_many_workers_have_it(database):
    batches = {f"{n}-0": [arrival(n), arrival(n + 1, count=2)] for n in range(6)}
    kept = []
    assert together(4, lambda _: kept.append(storage.keep(batches, now=NOW))) == []
    assert sum(kept) == 18
    assert sums() == {18}
    assert ReportReceipt.objects.count() == 6
    assert storage.keep({**batches, "7-0": [arrival()]}, now=NOW) == 1


def test_a_process_that_is_killed_loses_nothing(database):
    process = sender.start(database, "send_until_killed")
    sender.go(process)
    accepted = 0
    while accepted < 20:
        accepted = int(process.stdout.readline())
    process.kill()
    accepted = max([accepted, *map(int, process.communicate()[0].split("\n")[:-1])])
    storage.fold()
    # The last may be in the database, and the process dead before it could say so.
    assert sums() in ({accepted}, {accepted + 1})
    assert ReportInbox.objects.count() == 0


def test_a_process_that_is_killed_while_it_folds_counts_nothing_twice(database):
    process = sender.start(database, "stop_while_it_folds")
    sender.go(process)
    assert process.stdout.readline() == "counted\n"
    process.kill()
    process.communicate()
    while not ReportGroup.objects.filter(count__gt=0).exists():
        storage.fold()  # nothing, until the database knows that nobody is there any more
    assert sums() == {9}
    assert ReportInbox.objects.count() == 0


def test_coroutines_share_commits(database):
    sink = DatabaseSink()

    async def send() -> None:
        async with ThreadSensitiveContext():  # as Django does for each request
            await asyncio.gather(*(sink.aaccept([arrival(n % 5)]) for n in range(40)))
            await sync_to_async(connections.close_all)()

    asyncio.run(send())
    storage.fold()
    assert sums() == {40}


def test_inside_of_a_transaction_a_caller_writes_its_own(database):
    sink = DatabaseSink()
    sink.accept([arrival(1)])
    with atomic(using=ALIAS):
        sink.accept([arrival(2)])
        set_rollback(True, using=ALIAS)
    with atomic(using=ALIAS):
        sink.accept([arrival(3)])
    storage.fold()
    assert sorted(counted()) == ["https://host1.example", "https://host3.example"]


def test_the_sink_folds_by_itself_and_notes_refusals(database):
    sink = DatabaseSink()
    sink.refuse("too-many", 3)
    sink.refuse("too-many", 1)
    sink.accept([arrival(1)])
    assert counted() == {"https://host1.example": 1}
    assert ReportDaily.objects.get(what="refused", name="too-many").count == 4


def test_a_sink_that_cannot_count_says_so_without_what_was_reported(database, caplog, monkeypatch):
    monkeypatch.setattr("security.reports.sinks.database.FOLD_EVERY", 0)
    sink = DatabaseSink()

    def fail(using, *_):
        with connections[using].cursor() as cursor:
            name = connections[using].ops.quote_name("https://host1.example")
            cursor.execute(f"SELECT 1 FROM {name}")  # noqa: S608

    with monkeypatch.context() as broken:
        broken.setattr("security.reports.storage.upsert.add", fail)
        sink.accept([arrival(1)])
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "security.reports")
    said = r"Accepted reports wait to be counted: \w+Error\.|.*: UndefinedTable\."
    assert re.fullmatch(said, caplog.messages[0])
    assert record.exc_info is None
    sink.accept([arrival(1)])
    assert len(caplog.records) == 1
    assert counted() == {"https://host1.example": 2}


def test_a_table_that_is_missing_is_no_answer(django_db_blocker, tmp_path):
    empty = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "empty.sqlite3"}
    with django_db_blocker.unblock(), known(empty):
        sink = DatabaseSink(ALIAS)
        with pytest.raises(SinkUnavailable, match="no such table"):
            sink.accept([arrival()])


@contextmanager
def its_own():
    """Run a server that a test may stop and start again; yield it with both ways."""
    with servers.postgresql() as server:
        running = [server.process]
        of = Path(f"/proc/{server.process.pid}")
        command = of.joinpath("cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        folder = of.joinpath("cwd").readlink()

        def stop(how: signal.Signals = signal.SIGINT) -> None:
            processes.stop(running.pop(), how)

        def start() -> None:
            with (folder / "log").open("wb") as log:
                user = processes.user_of("postgres")
                words = [word.decode() for word in command]
                process = processes.start(words, folder, user, log)
            running.append(process)
            pid = folder / "postmaster.pid"

            def ready() -> bool:
                return pid.exists() and pid.read_text().split()[-1:] == ["ready"]

            processes.wait(ready, process, folder / "log")

        try:
            yield server, stop, start
        finally:
            for process in running:
                processes.stop(process, signal.SIGINT)


@pytest.mark.requires("postgresql")
def test_a_database_that_comes_back_is_used_again(settings, django_db_blocker):
    settings.DATABASE_ROUTERS = ["tests.storing.router.Router"]
    with its_own() as (server, stop, start), django_db_blocker.unblock():
        given = {**server.fresh(), "CONN_MAX_AGE": None}
        with known(given):
            call_command("migrate", "security", database=ALIAS, verbosity=0)
            sink = DatabaseSink()
            sink.accept([arrival(1)])
            stop()
            for _ in range(2):
                with pytest.raises(SinkUnavailable):
                    sink.accept([arrival(1)])
            with pytest.raises(storage.StorageUnavailable):
                storage.keep({"1-0": [arrival(1)]}, now=NOW)
            with pytest.raises(storage.StorageUnavailable):
                storage.fold()
            start()
            sink.accept([arrival(1), arrival(2)])
            storage.fold()
            assert sums() == {3}
            assert ReportGroup.objects.count() == 2
