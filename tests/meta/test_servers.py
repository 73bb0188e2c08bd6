from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import redis
from django.db import connections
from pymemcache.client.base import Client
from tests import processes, servers

SQL = ["postgresql_server", "mariadb_server"]
CONTEXTS = ["redis", "memcached", "postgresql", "mariadb"]


@pytest.fixture
def cursor(request, django_db_blocker):
    """Return a cursor on a fresh database of a server, through Django."""
    connections.databases["server"] = {
        **connections.databases["default"],
        **request.getfixturevalue(request.param).fresh(),
    }
    with django_db_blocker.unblock(), connections["server"].cursor() as found:
        yield found
    connections["server"].close()
    del connections["server"], connections.databases["server"]


def test_redis_counts(redis_server):
    with redis.Redis.from_url(redis_server.url_of(15)) as client:
        client.flushdb()
        assert [client.incr("n"), client.incr("n")] == [1, 2]


def test_memcached_counts(memcached_server):
    with closing(Client(memcached_server.address)) as client:
        client.set("n", "1")
        assert client.incr("n", 1) == 2


@pytest.mark.parametrize("cursor", SQL, indirect=True)
def test_a_fresh_database_is_empty_and_keeps_unicode(cursor):
    assert connections["server"].introspection.table_names() == []
    cursor.execute("CREATE TABLE word (text VARCHAR(9))")
    cursor.execute("INSERT INTO word VALUES (%s)", ["na\u00efve \U0001f512"])
    cursor.execute("SELECT text FROM word")
    assert cursor.fetchall() in [[("na\u00efve \U0001f512",)], (("na\u00efve \U0001f512",),)]


@pytest.mark.parametrize("name", SQL)
def test_no_two_fresh_databases_are_one(request, name):
    server = request.getfixturevalue(name)
    assert server.fresh()["NAME"] != server.fresh()["NAME"]


@pytest.mark.requires("redis-server", "memcached", "postgresql", "mariadb-server")
@pytest.mark.parametrize("name", CONTEXTS)
def test_a_server_ends_with_its_block_and_leaves_nothing(name):
    with getattr(servers, name)() as server:
        folder = Path(f"/proc/{server.process.pid}/cwd").readlink()
        assert folder.is_dir()
    assert (server.process.poll() is None, folder.exists()) == (False, False)


@pytest.mark.requires("redis-server")
def test_a_port_that_somebody_took_is_left_to_them(redis_server, monkeypatch):
    ports = iter([redis_server.port, processes.free_port()])
    monkeypatch.setattr(processes, "free_port", lambda: next(ports))
    with servers.redis() as other:
        assert other.port != redis_server.port


def test_a_server_that_cannot_start_says_why(monkeypatch, tmp_path):
    def never(process, port):
        return False

    command = ("sh", "-c", "echo no room; exit 3")
    server = processes.running(command, tmp_path, never, port="port")
    with pytest.raises(processes.NotReadyError, match="no room"), server:
        raise AssertionError
