"""Where attempts are counted: which of Django's caches can do so, and how each does."""

from __future__ import annotations

from typing import Any, Final

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured

from .base import Entry, Rule, Store, StoreUnavailable
from .database import DatabaseStore
from .local import LocalStore
from .memcached import MemcachedStore
from .redis import DjangoRedisStore, RedisStore

__all__ = ["Entry", "Rule", "Store", "StoreUnavailable", "find", "kind"]

_BACKENDS: tuple[tuple[type[BaseCache], type[Store]], ...] = (
    (RedisCache, RedisStore),
    (DatabaseCache, DatabaseStore),
    (PyMemcacheCache, MemcachedStore),
    (LocMemCache, LocalStore),
)

_EXTRAS: Final = {"redis": "django-bulwark[redis]"}

# By the class of the cache, or of one that it inherits from.
_KINDS: dict[str, type[Store]] = {
    f"{backend.__module__}.{backend.__qualname__}": store for backend, store in _BACKENDS
} | {"django_redis.cache.RedisCache": DjangoRedisStore}


def kind(cache: object) -> type[Store] | None:
    """Return the store for a cache, or ``None`` for a cache that cannot count."""
    names = (f"{base.__module__}.{base.__qualname__}" for base in type(cache).__mro__)
    return next((_KINDS[name] for name in names if name in _KINDS), None)


def find(alias: str) -> Store:
    """
    Return the store of one of ``CACHES``, for this thread.

    Raises ``ImproperlyConfigured`` where there is none of that name, for one whose client is
    not installed, and for one that cannot count: it loses attempts that come at the same
    time, or all of them.
    """
    cache = _opened(alias)
    if (store := kind(cache)) is None:
        raise ImproperlyConfigured(describe(alias, cache))
    return store(cache)


def _opened(alias: str) -> Any:
    try:
        cache = caches[alias]  # InvalidCacheBackendError is ImproperlyConfigured
        if isinstance(cache, RedisCache):
            import redis  # noqa: F401, PLC0415  # which it imports with its first command
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        raise ImproperlyConfigured(
            f"CACHES[{alias!r}] must have its client installed (got no {package!r}): every "
            "attempt to log in would be an error.\n"
            f'    HINT: Run pip install "{_EXTRAS.get(package, package)}".'
        ) from error
    return cache


def describe(alias: str, cache: BaseCache) -> str:
    return (
        f"CACHES[{alias!r}] must be able to count attempts that come at the same time "
        f"(got {type(cache).__module__}.{type(cache).__qualname__}).\n"
        "    HINT: Use Redis, Memcached through pymemcache, or the database cache, and name it "
        'in AUTHENTICATION_THROTTLING["CACHE"].'
    )
