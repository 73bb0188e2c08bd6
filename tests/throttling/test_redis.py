"""What a login costs in round trips, and that Redis counts as Python does."""

from __future__ import annotations

import random
from importlib.util import find_spec

import pytest
from django.core.cache import cache, close_caches
from redis.connection import Connection
from tests.throttling.conftest import LOCAL, REDIS
from tests.throttling.guesses import NOW, caches
from tests.throttling.logins import Browser

from security.auth_throttling import attempts, default_delay_function
from security.auth_throttling.stores import Entry
from security.auth_throttling.stores.base import claims
from security.policy.throttling import MAX_SLOTS, MAX_SPELLINGS

DJANGO_REDIS = "django_redis.cache.RedisCache"
BACKENDS = [REDIS, *([DJANGO_REDIS] if find_spec("django_redis") else [])]


@pytest.fixture(params=BACKENDS)
def redis(request, redis_server, settings):
    settings.CACHES = caches(request.param, redis_server.url_of(7))
    cache.clear()
    yield
    close_caches()


@pytest.fixture
def trips(monkeypatch):
    """Count what is sent to Redis, but for the words at the start of a connection."""
    sent = []
    send = Connection.send_packed_command

    def count(self, command, check_health=True):
        packed = command if isinstance(command, bytes) else b"".join(command)
        words = packed.split(b"\r\n")
        if words[2] in (b"EVAL", b"MGET", b"GET", b"SET", b"DEL"):
            sent.append(words[2].decode())
        return send(self, command, check_health)

    monkeypatch.setattr(Connection, "send_packed_command", count)
    return sent


@pytest.mark.parametrize("address", ["/plain/", "/json/", "/async/"])
def test_a_login_costs_two_round_trips_at_most(redis, guarded, ann, site, trips, address):
    browser = Browser(site)
    costs = []
    for password in ("right", "wrong", "right", "wrong", "wrong", "wrong", "right", "right"):
        browser.logout()
        trips.clear()
        status = browser.attempt("ann", password, address)
        costs.append((status == 429, trips[:]))
    assert costs == [
        (False, ["EVAL", "EVAL"]),
        (False, ["EVAL"]),
        (False, ["EVAL", "EVAL"]),
        (False, ["EVAL"]),
        (False, ["EVAL"]),
        (False, ["EVAL"]),
        (True, ["EVAL"]),
        (True, ["EVAL"]),
    ]


def test_a_page_that_is_no_login_costs_none(redis, guarded, ann, site, trips):
    Browser(site).get("/who/")
    assert trips == []


def test_counters_do_not_stay_for_ever(redis):
    where = [Entry("a", "", "s:x")]
    attempts.store().reserve(where, attempts.rule(default_delay_function), NOW)
    client = attempts.store()._client()
    assert client.ttl(attempts.store()._names(["a"])[0]) == 48 * 60 * 60


def story(seed):
    """Return what some accounts, addresses and devices do: the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311  # a story, no secret
    now = NOW
    for _ in range(120):
        now += dice.choice([0, 1, 400, 5_000, 60_000])
        name = dice.choice("ab")
        spelling = f"s:{dice.choice('xyz')}{dice.randrange(40) if seed % 2 else ''}"
        device = dice.choice(["", "", f"d:{dice.randrange(50 if seed % 3 else 2)}"])
        entries = [Entry(name, device, spelling), Entry("ip")][: dice.choice([1, 2, 2])]
        yield entries, now, dice.choice(["fail", "fail", "refund", "clear"])


def told(seed):
    """Run a story; return all that a store said and what it remembers in the end."""
    store, rule, said, pending = attempts.store(), attempts.rule(mixed), [], []
    for entries, now, outcome in story(seed):
        before = store.reserve(entries, rule, now)
        said.append(rule.wait(entries, before, now))
        if not said[-1]:
            operations = claims(entries, before, now)
            if outcome == "clear":
                operations[0] = operations[0]._replace(clears=True)
            if outcome != "fail":
                pending.append(operations)
        if len(pending) > 2:
            store.settle(pending.pop(0))
    return said, store.look(["a", "b", "ip"])


def mixed(account, ip):
    return (0 if account < 3 else 0.4 * account), (0 if ip < 9 else 0.001 * ip)


@pytest.mark.parametrize("seed", range(12))
def test_redis_counts_as_every_other_store(redis, settings, seed):
    by_redis = told(seed)
    settings.CACHES = caches(LOCAL, "compared")
    cache.clear()
    assert told(seed) == by_redis


def test_a_record_does_not_grow_without_end(redis):
    rule = attempts.rule(lambda account, ip: (0, 0))
    for number in range(MAX_SLOTS + 20):
        attempts.store().reserve([Entry("a", f"d:{number}", "s:x")], rule, NOW)
    record = attempts.store().look(["a"])[0]
    assert len(record.slots) == MAX_SLOTS + 1
    assert record.at("").count == 20


def test_redis_keeps_room_for_devices_too(redis):
    rule = attempts.rule(lambda account, ip: (0, 0))
    for number in range(MAX_SLOTS):
        attempts.store().reserve([Entry("a", "", f"s:{number}")], rule, NOW)
    record = attempts.store().look(["a"])[0]
    assert len(record.slots) == MAX_SPELLINGS + 1
    assert record.slot("d:1") == "d:1"
