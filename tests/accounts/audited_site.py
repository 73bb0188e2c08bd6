"""A site of a few URLs, all behind the middleware."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import include, path, re_path
from tests.accounts import login_site
from tests.accounts.audited import plain

from security.decorators import login_not_required

MIDDLEWARE = "LoginRequiredMiddleware"
inner = ([path("pay/", plain, name="pay"), path("<int:number>/", plain)], "basket")
URLS = (
    path("", plain, name="home"),
    path("accounts/login/", plain, name="login"),
    path("public/", plain, name="public"),
    path("blog/<slug:slug>/", plain, name="post"),
    path("shop/", include(([path("basket/", include(inner))], "shop"))),
    re_path(r"^year/(?P<year>\d{4})/$", plain, name="year"),
    path("feed.xml", plain),
    path("marked/", login_not_required(plain)),
)


@pytest.fixture(autouse=True)
def installed(settings: Any) -> None:
    settings.MIDDLEWARE = login_site.MIDDLEWARE
    settings.ROOT_URLCONF = URLS
    settings.STATIC_URL = None
