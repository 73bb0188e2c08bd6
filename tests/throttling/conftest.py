"""Both modes, and every cache that can count."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import django.utils.cache
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache, close_caches
from django.core.management import call_command
from django.db import connections as databases
from tests.modes import connections, get, site
from tests.pages import page
from tests.throttling import logins
from tests.throttling.guesses import CACHE_TABLE, caches
from tests.wire import wire

from security.auth_throttling import attempts, guards

__all__ = ["connections", "get", "page", "site", "wire"]

# REST framework imports this name, and so does not know Django 6.1 yet.
knows_django = hasattr(django.utils.cache, "cc_delim_re")
collect_ignore = [] if knows_django else ["test_rest_framework.py"]

DATABASE = "django.core.cache.backends.db.DatabaseCache"
REDIS = "django.core.cache.backends.redis.RedisCache"
MEMCACHED = "django.core.cache.backends.memcached.PyMemcacheCache"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
NO_DATABASE = "django.db.backends.dummy"
TEMPLATE = (
    "{{ form.non_field_errors }}|{{ form.username.value|default:'' }}|{{ next }}|{% csrf_token %}"
)
SERVED = ["redis", "memcached", "sqlite", "postgresql", "mariadb"]


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    """Count from nothing, in a cache of this test's own, and leave nothing counted."""
    settings.CACHES = caches(LOCAL, "throttling")
    cache.clear()
    attempts._logged.clear()
    guards.current.set(None)
    yield
    guards.current.set(None)


@pytest.fixture(params=["local", *SERVED])
def counting(request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> Iterator[Any]:
    """Count in one kind of cache; the value is what another process has to configure."""
    yield from _serve(request.param, request, settings, tmp_path)


@pytest.fixture(params=SERVED)
def shared(request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> Iterator[Any]:
    """Count in one kind of cache that processes share."""
    yield from _serve(request.param, request, settings, tmp_path)


def _serve(kind: str, request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> Any:
    given: dict[str, Any] = {"DATABASES": {"default": {"ENGINE": NO_DATABASE}}}
    given["CACHES"] = settings.CACHES
    if kind == "redis":
        given["CACHES"] = caches(REDIS, request.getfixturevalue("redis_server").url_of(7))
    elif kind == "memcached":
        given["CACHES"] = caches(MEMCACHED, request.getfixturevalue("memcached_server").address)
    elif kind != "local":
        given["CACHES"] = caches(DATABASE, CACHE_TABLE)
        given["DATABASE_ROUTERS"] = ["tests.throttling.guesses.Router"]
        settings.DATABASE_ROUTERS = given["DATABASE_ROUTERS"]
        given["DATABASES"]["counters"] = _database(kind, request, tmp_path)
    settings.CACHES = given["CACHES"]
    if "counters" in given["DATABASES"]:
        with _database_of_its_own(given["DATABASES"]["counters"], request):
            call_command("createcachetable", database="counters", verbosity=0)
            yield given
    else:
        cache.clear()
        yield given
    close_caches()


def _database(kind: str, request: pytest.FixtureRequest, tmp_path: Any) -> dict[str, Any]:
    if kind == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "counters")}
    fresh: dict[str, Any] = request.getfixturevalue(f"{kind}_server").fresh()
    return fresh


class _database_of_its_own:  # noqa: N801  # used like a function
    """Let Django know one more database for as long as it takes."""

    def __init__(self, settings: dict[str, Any], request: pytest.FixtureRequest) -> None:
        self.settings = settings
        self.blocker = request.getfixturevalue("django_db_blocker")

    def __enter__(self) -> None:
        self.blocked = self.blocker.unblock()
        self.blocked.__enter__()
        databases.settings["counters"] = databases.configure_settings(
            {"default": {"ENGINE": NO_DATABASE}, "counters": {**self.settings}}
        )["counters"]

    def __exit__(self, *error: object) -> None:
        databases["counters"].close()
        del databases["counters"]
        del databases.settings["counters"]
        self.blocked.__exit__(*error)


@pytest.fixture
def guarded(settings: Any) -> Any:
    """Guard the login pages, with the backend in front."""
    settings.MIDDLEWARE = logins.MIDDLEWARE
    settings.AUTHENTICATION_BACKENDS = logins.BACKENDS
    settings.ROOT_URLCONF = logins.__name__
    settings.AUTHENTICATION_THROTTLING = {
        "LOGIN_URLS_WITH_TEMPLATES": [
            ("login/", "registration/login.html"),
            ("/plain/", None),
            ("itself/", None),
        ]
    }
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {"registration/login.html": TEMPLATE},
                    )
                ]
            },
        }
    ]
    return settings


@pytest.fixture
def ann(transactional_db: Any) -> Any:
    """Return somebody whose password is ``right``."""
    return get_user_model().objects.create_user("ann", "ann@example.com", "right")


@pytest.fixture
def browser(site: Any, guarded: Any, ann: Any) -> logins.Browser:
    return logins.Browser(site)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hold the time that attempts are counted by; ``clock.now`` moves it, in seconds."""
    held = SimpleNamespace(now=1_700_000_000.0)
    monkeypatch.setattr(attempts, "clock", lambda: held.now)
    return held
