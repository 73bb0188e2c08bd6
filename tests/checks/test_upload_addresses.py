from __future__ import annotations

import sys
from functools import partial, wraps

import pytest
from django.contrib.auth.decorators import login_required
from django.urls import clear_script_prefix, include, path, re_path, set_script_prefix
from django.views.static import serve
from tests.checks.catalogue import SAFE, ids, say
from tests.checks.upload_cases import OURS, PLAIN

from security.decorators import frame_options
from security.uploads.serve import MediaView, media

ROOT = {"document_root": SAFE["MEDIA_ROOT"]}
ON_SITE = {"MEDIA_URL": "/media/"}
DOMAIN = "upload_addresses.check_upload_domain"
VIEW = "upload_addresses.check_upload_view"


@wraps(serve)
def logged(request, path, document_root=None):
    return serve(request, path, document_root)


def urls(view, *rest):
    return {"ROOT_URLCONF": (path("media/<path:path>", view, *rest),)}


@pytest.fixture
def without_list(monkeypatch):
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)


@pytest.mark.parametrize(
    ("url", "hosts", "beside"),
    [
        ("https://www.example.com/media/", ["www.example.com"], "www.example.com"),
        ("//WWW.example.com:8443/media/", ["www.example.com"], "www.example.com"),
        ("https://media.example.com/", ["www.example.com"], "www.example.com"),
        ("https://example.com/", ["shop.net", "www.example.com"], "www.example.com"),
        ("https://media.shop.co.uk/", [".shop.co.uk"], "shop.co.uk"),
        ("https://93.184.215.14/", ["93.184.215.14"], "93.184.215.14"),
        ("https://other.co.uk/", ["www.shop.co.uk"], None),
        ("https://shop-media.github.io/", ["shop.github.io"], None),
        ("https://notexample.com/", ["example.com"], None),
        ("https://bucket.s3.amazonaws.com/", ["*"], None),
        ("https://media.example.com/", [], None),
        ("https://media.lan/", ["www.shop.lan"], None),
        ("http://localhost:9000/", ["localhost"], None),
        ("https://10.0.0.5/", ["10.0.0.5"], None),
        ("http://[", ["www.example.com"], None),
    ],
)
def test_uploads_have_a_domain_that_no_host_of_the_site_is_on(settings, url, hosts, beside):
    found = say(settings, DOMAIN, {"MEDIA_URL": url, "ALLOWED_HOSTS": hosts})
    assert [f", beside {beside!r}): " in str(message.msg) for message in found] == (
        [True] if beside else []
    )


@pytest.mark.parametrize(
    ("media", "site", "is_sure"),
    [
        ("www.example.com", "www.example.com", True),
        ("media.example.com", "example.com", True),
        ("example.com", "www.example.com", True),
        ("media.example.com", "www.example.com", False),
        ("bucket.s3.amazonaws.com", "s3.amazonaws.com", False),
        ("s3.amazonaws.com", "bucket.s3.amazonaws.com", False),
        ("notexample.com", "example.com", False),
        ("co.uk", "shop.co.uk", False),
    ],
)
@pytest.mark.usefixtures("without_list")
def test_without_the_list_nothing_is_said_that_is_not_sure(settings, media, site, is_sure):
    values = {"MEDIA_URL": f"https://{media}/", "ALLOWED_HOSTS": [site]}
    assert ids(say(settings, DOMAIN, values)) == ["bulwark.W065"] * is_sure


@pytest.mark.parametrize(
    "changes",
    [
        {"MEDIA_URL": ""},
        {"MEDIA_URL": None},
        {"MEDIA_URL": "/"},
        {"MEDIA_ROOT": ""},
        {"STORAGES": {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}},
        {
            "STORAGES": {
                "default": {
                    "BACKEND": "django.core.files.storage.FileSystemStorage",
                    "OPTIONS": {"base_url": "https://shop-uploads.net/"},
                }
            }
        },
        {"STORAGES": {"default": {}}},
        {"STORAGES": {"default": {"BACKEND": 3}}},
    ],
    ids=repr,
)
def test_what_is_no_address_of_uploads_is_not_judged(settings, changes):
    assert say(settings, DOMAIN, ON_SITE, changes) == []


@pytest.mark.parametrize(
    "view",
    [
        MediaView.as_view(signed=True),
        media,
        login_required(media),
        frame_options("DENY")(media),
        type("Own", (MediaView,), {}).as_view(),
    ],
    ids=["ours", "ready made", "behind a login", "marked", "of a subclass"],
)
def test_our_view_may_be_on_the_site(settings, view):
    assert say(settings, DOMAIN, ON_SITE, urls(view)) == []


def test_our_view_may_take_some_names_only_or_another_host(settings):
    below = {"ROOT_URLCONF": (re_path(r"^media/(?P<path>\w+/.+)$", media),)}
    assert say(settings, DOMAIN, ON_SITE, below) == []
    values = {"MEDIA_URL": "https://shop-uploads.net/media/", "ROOT_URLCONF": OURS}
    both = {"ALLOWED_HOSTS": ["www.example.com", "shop-uploads.net"]}
    assert say(settings, DOMAIN, values, both) == []
    elsewhere = {"MEDIA_URL": "https://media.example.com/media/", "ROOT_URLCONF": OURS}
    assert ids(say(settings, DOMAIN, elsewhere)) == ["bulwark.W065"]


def test_another_view_is_not_ours(settings):
    own = urls(lambda request, path: None)
    assert ids(say(settings, DOMAIN, ON_SITE, own)) == ["bulwark.W065"]
    assert ids(say(settings, DOMAIN, ON_SITE, {"ROOT_URLCONF": ()})) == ["bulwark.W065"]


def test_one_cause_has_one_message(settings):
    changes = ON_SITE, {"ROOT_URLCONF": PLAIN}
    assert say(settings, DOMAIN, *changes) == []
    assert ids(say(settings, VIEW, *changes)) == ["bulwark.W066"]
    debug = {"DEBUG": True}  # then Django's view is not there in production
    assert ids(say(settings, DOMAIN, *changes, debug)) == ["bulwark.W065"]
    assert say(settings, VIEW, *changes, debug) == []


@pytest.fixture
def prefix():
    set_script_prefix("/shop/")
    yield
    clear_script_prefix()


@pytest.mark.usefixtures("prefix")
def test_a_prefix_is_in_the_address_and_not_in_the_pattern(settings):
    assert say(settings, DOMAIN, {"MEDIA_URL": "media/", "ROOT_URLCONF": OURS}) == []
    (found,) = say(settings, DOMAIN, {"MEDIA_URL": "media/", "ROOT_URLCONF": ()})
    assert 'MEDIA_URL = "/shop/media/" and path("media/<path:path>", ' in found.hint


@pytest.mark.parametrize(
    ("pattern", "route"),
    [
        (path("media/<path:path>", serve, ROOT), "'media/<path:path>'"),
        (re_path(r"^media/(?P<path>.*)$", serve, ROOT), "'^media/(?P<path>.*)$'"),
        (path("m/", include([path("<path:path>", serve, ROOT)])), "'m/<path:path>'"),
        (path("<path:path>", partial(serve, **ROOT)), "'<path:path>'"),
        (path("<path:path>", login_required(serve), ROOT), "'<path:path>'"),
        (path("<path:path>", logged, ROOT), "'<path:path>'"),
        (path("<path:path>", serve, {"document_root": "/srv"}), "'<path:path>'"),
        (path("<path:path>", serve, {"document_root": "/srv/shop/static"}), None),
        (path("<path:path>", serve), None),
        (path("<path:path>", serve, {"document_root": 3}), None),
        (path("media/<path:path>", media), None),
    ],
    ids=str,
)
def test_django_s_view_is_found_by_its_folder(settings, pattern, route):
    found = say(settings, VIEW, {"ROOT_URLCONF": (pattern,)})
    assert [str(message.msg).partition(" sends ")[0] for message in found] == (
        [f"The URL pattern {route}"] if route else []
    )


def test_what_the_hint_says_stands_at_the_address(settings):
    (found,) = say(settings, VIEW, ON_SITE, {"ROOT_URLCONF": PLAIN})
    assert found.hint.startswith('Write path("media/<path:path>", MediaView.as_view()) in its')
    (found,) = say(settings, VIEW, {"MEDIA_URL": "/a b{x}/"}, {"ROOT_URLCONF": PLAIN})
    assert found.hint.startswith('Write path("a b{x}/<path:path>", MediaView.as_view()) in its')
