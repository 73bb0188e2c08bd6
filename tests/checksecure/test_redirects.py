"""What the middleware does with the settings that the checks ask for."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import re_path
from tests.checksecure.conftest import OLD
from tests.modes import connections, site

from djangosecure.decorators import frame_deny_exempt

__all__ = ["connections", "site"]


async def framed(request):
    return HttpResponse(b"ok")


@pytest.fixture(autouse=True)
def redirecting(settings):
    settings.MIDDLEWARE = [OLD]
    settings.SECURE_SSL_REDIRECT = True
    settings.ROOT_URLCONF = (re_path("", frame_deny_exempt(framed)),)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/insecure/", 200),
        ("/insecure/page/", 200),
        ("/secret/insecure/", 301),
        ("/insecure-not/", 301),
        ("/", 301),
    ],
)
def test_an_exemption_covers_its_own_path_and_no_path_that_holds_it(site, settings, path, status):
    settings.SECURE_REDIRECT_EXEMPT = ["insecure/"]
    assert site.get(path).status_code == status


def test_a_form_that_was_posted_is_posted_again(site):
    assert site.post("/a/", {"b": "1"}).status_code == 308


def test_an_async_view_may_be_framed(site, settings):
    settings.SECURE_FRAME_DENY = True
    response = site.get("/", secure=True)
    assert (response.content, "X-Frame-Options" in response.headers) == (b"ok", False)
