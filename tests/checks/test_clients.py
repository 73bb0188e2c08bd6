"""Caches that count attempts, and whose client is not there."""

from __future__ import annotations

import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from tests.checks.cases import COUNTED
from tests.checks.catalogue import ids, say

from security.auth_throttling import Middleware

REDIS = "django.core.cache.backends.redis.RedisCache"
MEMCACHED = "django.core.cache.backends.memcached.PyMemcacheCache"


def counted_in(backend):
    return {
        **COUNTED,
        "CACHES": {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1"}},
    }


@pytest.mark.parametrize(
    ("backend", "client", "hint"),
    [
        (REDIS, "redis", 'Run pip install "django-bulwark[redis]".'),
        (MEMCACHED, "pymemcache", 'Run pip install "pymemcache".'),
    ],
)
def test_a_client_that_is_not_installed_is_an_error(settings, monkeypatch, backend, client, hint):
    for name in [name for name in sys.modules if name.partition(".")[0] == client]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, client, None)
    (found,) = say(settings, "throttling.check_throttling", counted_in(backend))
    assert found.id == "bulwark.E005"
    assert found.msg == (
        f"CACHES['default'] must have its client installed (got no {client!r}): every attempt to "
        "log in would be an error."
    )
    assert found.hint == hint
    assert say(settings, "throttling.check_throttling_cache") == []
    with pytest.raises(ImproperlyConfigured, match=f"got no '{client}'"):
        Middleware(lambda request: None)


def test_a_client_that_is_installed_is_none(settings):
    assert ids(say(settings, "throttling.check_throttling", counted_in(REDIS))) == []
