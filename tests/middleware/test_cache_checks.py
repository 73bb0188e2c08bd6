from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import path
from django.views.decorators.cache import cache_page
from tests import views

from security.checks.caches import check_cache_blocks, check_cache_middleware, check_cached_views
from security.decorators import no_store

OURS = "security.middleware.SecurityMiddleware"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = [OURS]
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"]}


def ids(found):
    return [message.id for message in found]


def test_a_cache_in_front_sees_that_a_page_is_private(settings):
    settings.MIDDLEWARE = [UPDATE, FETCH, OURS]
    assert check_cache_middleware() == []


def test_a_cache_behind_keeps_pages_with_a_nonce(settings):
    settings.MIDDLEWARE = [OURS, UPDATE, FETCH]
    assert ids(check_cache_middleware()) == ["bulwark.W007", "bulwark.W007"]


def test_without_a_nonce_a_cache_may_stand_anywhere(settings):
    settings.MIDDLEWARE = [OURS, UPDATE]
    settings.SECURE_CSP = {"script-src": ["'self'"]}
    assert check_cache_middleware() == []


@pytest.mark.parametrize(
    "decorate", [lambda view: view, no_store], ids=["alone", "under a decorator"]
)
def test_a_cached_view_is_named(settings, decorate):
    settings.ROOT_URLCONF = (
        path("a/", decorate(cache_page(60)(views.sync_view)), name="a"),
        path("b/", views.sync_view, name="b"),
    )
    assert [str(message.msg).split("'")[1] for message in check_cached_views()] == ["a"]
    assert ids(check_cached_views()) == ["bulwark.W008"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{% cache 60 x %}<script nonce='{{ csp_nonce }}'>{% endcache %}", ["bulwark.W009"]),
        ("{% cache 60 x %}<i {% csp_nonce_attr %}>{% endcache %}", ["bulwark.W009"]),
        ("{% cache 60 x %}x{% endcache %}<script nonce='{{ csp_nonce }}'>", []),
    ],
)
def test_a_nonce_inside_of_a_cached_block_is_found(settings, tmp_path, text, found):
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert ids(check_cache_blocks()) == found


def test_django_runs_the_checks(settings, capsys):
    settings.MIDDLEWARE = [OURS, UPDATE]
    call_command("check", deploy=True, fail_level="CRITICAL")
    assert "(bulwark.W007) " in capsys.readouterr().err
