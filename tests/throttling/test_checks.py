"""What the start refuses, and what ``manage.py check`` says."""

from __future__ import annotations

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from tests.throttling.conftest import DATABASE, LOCAL, REDIS
from tests.throttling.guesses import caches
from tests.throttling.logins import BACKENDS, Browser

from security.auth_throttling import Middleware, attempts, guards, stores
from security.auth_throttling.backends import (
    MODEL_PATH,
    PATH,
    ThrottledModelBackend,
    is_installed,
)
from security.checks.throttling import check_throttling, check_throttling_cache

CANNOT = {
    "dummy": "django.core.cache.backends.dummy.DummyCache",
    "file": "django.core.cache.backends.filebased.FileBasedCache",
    "unknown": f"{__name__}.Unknown",
}


class Unknown(BaseCache):
    def __init__(self, place, options):
        super().__init__(options)


class OwnLocMemCache(LocMemCache):
    pass


class OwnBackend(ThrottledModelBackend):
    pass


def found(check=check_throttling):
    return [message.id for message in check()]


@pytest.mark.parametrize("backend", CANNOT.values(), ids=list(CANNOT))
def test_a_cache_that_cannot_count_is_refused(guarded, backend, tmp_path):
    guarded.CACHES = caches(backend, str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="must be able to count"):
        Middleware(lambda request: None)
    assert found() == ["bulwark.E005"]
    assert check_throttling()[0].hint.startswith("Use Redis")


def test_a_cache_that_is_not_there_is_refused(guarded):
    guarded.AUTHENTICATION_THROTTLING = {**guarded.AUTHENTICATION_THROTTLING, "CACHE": "other"}
    with pytest.raises(ImproperlyConfigured):
        Middleware(lambda request: None)
    assert found() == ["bulwark.E005"]
    assert found(check_throttling_cache) == []


def test_a_cache_that_inherits_counts(guarded):
    guarded.CACHES = caches(f"{__name__}.OwnLocMemCache", "own")
    assert isinstance(attempts.store(), stores.LocalStore)
    assert found() == []


def test_without_the_setting_nothing_starts(guarded):
    guarded.AUTHENTICATION_THROTTLING = None
    with pytest.raises(ImproperlyConfigured, match="AUTHENTICATION_THROTTLING must be set"):
        Middleware(lambda request: None)
    assert found() == ["bulwark.E005"]
    assert found(check_throttling_cache) == []


def test_without_the_setting_the_backend_lets_nobody_in(guarded, ann):
    from django.contrib.auth import authenticate

    guarded.AUTHENTICATION_THROTTLING = None
    with pytest.raises(ImproperlyConfigured):
        authenticate(username="ann", password="right")


def test_a_backend_without_the_middleware_is_an_error(guarded):
    guarded.MIDDLEWARE = []
    assert found() == ["bulwark.E006"]


def test_a_middleware_without_the_backend_is_a_warning(guarded):
    guarded.AUTHENTICATION_BACKENDS = BACKENDS[1:]
    assert found() == ["bulwark.W012"]


def test_a_backend_that_is_not_the_first_is_an_error(guarded):
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[1], PATH]
    assert found() == ["bulwark.E006"]


def test_either_backend_is_enough(guarded):
    for path in (PATH, MODEL_PATH, f"{__name__}.OwnBackend"):
        guarded.AUTHENTICATION_BACKENDS = [path, BACKENDS[1]]
        assert is_installed()
        assert found() == []
    guarded.AUTHENTICATION_BACKENDS = [BACKENDS[1], MODEL_PATH]
    assert found() == ["bulwark.E006"]
    guarded.AUTHENTICATION_BACKENDS = ["nowhere.Backend", BACKENDS[1]]
    assert not is_installed()
    assert found() == ["bulwark.W012"]


def test_two_backends_that_count_are_an_error(guarded):
    guarded.AUTHENTICATION_BACKENDS = [PATH, MODEL_PATH]
    assert found() == ["bulwark.E006"]
    assert "must have one backend that counts" in check_throttling()[0].msg


def test_a_project_without_throttling_hears_nothing(settings):
    settings.MIDDLEWARE = []
    assert found() == []
    settings.AUTHENTICATION_THROTTLING = "broken"
    assert found() == found(check_throttling_cache) == []


def test_a_cache_of_one_process_is_a_warning_in_production(guarded):
    guarded.CACHES = caches(LOCAL, "large", OPTIONS={"MAX_ENTRIES": 10_000})
    assert found(check_throttling_cache) == ["bulwark.W011"]
    guarded.DEBUG = True
    assert found(check_throttling_cache) == []
    guarded.DEBUG = False
    guarded.CACHES = caches(REDIS, "redis://127.0.0.1:1")
    assert found(check_throttling_cache) == []


def test_a_cache_that_keeps_little_is_a_warning_in_production(guarded):
    assert found(check_throttling_cache) == ["bulwark.W011", "bulwark.W013"]
    guarded.CACHES = caches(DATABASE, "counters")
    assert found(check_throttling_cache) == ["bulwark.W013"]
    assert "(got 300)" in check_throttling_cache()[0].msg


DOWN = {
    "redis": caches(REDIS, "redis://127.0.0.1:1", OPTIONS={"retry": None}),
    "memcached": caches("django.core.cache.backends.memcached.PyMemcacheCache", "127.0.0.1:1"),
    "database": caches("django.core.cache.backends.db.DatabaseCache", "nowhere"),
}


@pytest.mark.parametrize("cache", DOWN.values(), ids=list(DOWN))
def test_a_cache_that_does_not_answer_lets_nobody_in(guarded, ann, site, cache):
    guarded.CACHES = cache
    browser = Browser(site)
    assert browser.attempt("ann", "right") == 503
    assert browser.attempt("ann", "right", "/json/") == 503


@pytest.mark.parametrize("cache", DOWN.values(), ids=list(DOWN))
def test_a_cache_that_does_not_answer_lets_nobody_in_without_the_middleware(guarded, ann, cache):
    from security.auth_throttling import receivers

    receivers.connect()
    guarded.MIDDLEWARE = [path for path in guarded.MIDDLEWARE if "throttling" not in path]
    guarded.CACHES = cache
    data = {"who": "ann", "word": "right"}
    assert Client().post("/json/", data).status_code == 403


def one_number(account, ip):
    return 5


def test_a_delay_function_that_tells_no_delays_is_refused(guarded):
    throttling = {**guarded.AUTHENTICATION_THROTTLING, "DELAY_FUNCTION": one_number}
    guarded.AUTHENTICATION_THROTTLING = throttling
    with pytest.raises(ImproperlyConfigured, match="must return two numbers"):
        Middleware(lambda request: None)
    assert found() == ["bulwark.E005"]


def test_a_template_that_is_not_there_is_an_error(guarded):
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("login/", "nope.html")]}
    assert found() == ["bulwark.E005"]
    assert "'nope.html' for '/login/'" in check_throttling()[0].msg


def test_a_table_that_is_missing_is_said_how_to_make(guarded, db):
    guarded.CACHES = DOWN["database"]
    with pytest.raises(stores.StoreUnavailable, match="createcachetable"):
        attempts.store().look(["a"])


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=", "multipart/form-data"])
def test_a_request_that_nobody_can_read_leaves_nothing_behind(guarded, ann, kind):
    from django.contrib.auth import authenticate

    assert Client().post("/plain/", b"x", content_type=kind).status_code in (200, 400)
    assert guards.current.get() is None
    guarded.AUTHENTICATION_BACKENDS = BACKENDS
    found = [authenticate(username="ann", password="right") for _ in range(6)]
    assert found == [ann] * 6
