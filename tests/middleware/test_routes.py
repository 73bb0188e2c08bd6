from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from tests import views
from tests.pages import responding

from security.checks.settings import check_routes, check_settings
from security.decorators import frame_options, security_headers
from security.middleware import SecurityMiddleware

ROW = {"X_FRAME_OPTIONS": "SAMEORIGIN"}
PAGES = [
    "/sync/",
    "/async/",
    "/sync-page/",
    "/async-page/",
    "/shop/",
    "/shop/about/",
    "/shop/basket/",
    "/shop/basket/pay/",
    "/shop/basket/unnamed/",
    "/outlet/",
    "/outlet/about/",
    "/outlet/basket/pay/",
    "/nowhere/",
]
MEANT = {
    "sync": ["/sync/"],
    "async": ["/async/"],
    "sync-page": ["/sync-page/"],
    "async-page": ["/async-page/"],
    "shop:about": ["/shop/about/"],
    "shop:index": ["/shop/"],
    "shop:basket:pay": ["/shop/basket/pay/"],
    "shop:*": [
        "/shop/",
        "/shop/about/",
        "/shop/basket/",
        "/shop/basket/pay/",
        "/shop/basket/unnamed/",
    ],
    "shop:basket:*": ["/shop/basket/", "/shop/basket/pay/", "/shop/basket/unnamed/"],
    "outlet:*": ["/outlet/", "/outlet/about/", "/outlet/basket/pay/"],
    "outlet:basket:pay": ["/outlet/basket/pay/"],
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]


@pytest.mark.parametrize(("route", "meant"), MEANT.items())
def test_a_row_holds_for_what_its_key_means_and_for_nothing_else(get, settings, route, meant):
    settings.SECURITY_ROUTES = {route: ROW}
    assert [page for page in PAGES if get(page)["X-Frame-Options"] == "SAMEORIGIN"] == meant


def test_an_app_label_means_the_views_of_the_app(client, settings):
    settings.MIDDLEWARE += [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    settings.SECURITY_ROUTES = {"admin": ROW}
    assert client.get("/admin/login/")["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/sync/")["X-Frame-Options"] == "DENY"


def of_app(view):
    """Make the view one of Django's auth app."""
    view.__module__ = "django.contrib.auth.views"
    return view


def labelled(request):
    return HttpResponse()


class Labelled(views.SyncPage):
    __module__ = "django.contrib.auth.views"


class LabelledCallable(views.Callable):
    __module__ = "django.contrib.auth.views"


LABELLED = {
    "function": of_app(labelled),
    "partial": partial(of_app(labelled)),
    "partial of partial": partial(partial(of_app(labelled))),
    "class": Labelled.as_view(),
    "object": LabelledCallable(),
    "decorated": frame_options("DENY")(of_app(labelled)),
}


@pytest.mark.parametrize("view", LABELLED.values(), ids=LABELLED)
def test_an_app_label_means_views_of_every_form(page, settings, view):
    settings.SECURITY_ROUTES = {"auth": {"SECURE_REFERRER_POLICY": "origin"}}
    assert page(view)["Referrer-Policy"] == "origin"


def test_a_view_of_an_unknown_module_is_of_no_app(page, settings):
    def view(request):
        return HttpResponse()

    view.__module__ = "nowhere.views"
    settings.SECURITY_ROUTES = {"auth": ROW}
    assert page(view)["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        (["shop:*"], "shop:*"),
        (["auth", "shop:*"], "shop:*"),
        (["shop:basket:*", "shop:*"], "shop:basket:*"),
        (["shop:*", "shop:basket:*"], "shop:basket:*"),
        (["shop:basket:pay", "shop:*", "shop:basket:*", "auth"], "shop:basket:pay"),
        (["auth"], "auth"),
    ],
)
def test_the_nearer_row_wins_in_any_order(get, settings, rows, value):
    policies = {
        "auth": "origin",
        "shop:*": "no-referrer",
        "shop:basket:*": "strict-origin",
        "shop:basket:pay": "unsafe-url",
    }
    pay = path("pay/", of_app(labelled), name="pay")
    basket = path("basket/", include(([pay], "basket")))
    settings.ROOT_URLCONF = (path("shop/", include(([basket], "shop"))),)
    settings.SECURITY_ROUTES = {row: {"SECURE_REFERRER_POLICY": policies[row]} for row in rows}
    assert get("/shop/basket/pay/")["Referrer-Policy"] == policies[value]


def test_rows_for_several_settings_add_up(get, settings):
    settings.SECURITY_ROUTES = {
        "shop:*": ROW,
        "shop:about": {"SECURE_REFERRER_POLICY": "origin"},
    }
    response = get("/shop/about/")
    assert (response["X-Frame-Options"], response["Referrer-Policy"]) == ("SAMEORIGIN", "origin")


def test_none_in_a_row_sends_no_such_header(get, settings):
    settings.SECURITY_ROUTES = {"sync": {"X_FRAME_OPTIONS": None}}
    assert "X-Frame-Options" not in get("/sync/")


# From the strongest: each sends its own Referrer-Policy, or nothing to the next.
STRENGTHS = ["view", "decorator", "row", "setting", "preset"]
SAYS = ["unsafe-url", "origin", "no-referrer", "strict-origin", "strict-origin-when-cross-origin"]


@pytest.mark.parametrize("strongest", range(5), ids=STRENGTHS)
def test_the_nearer_to_the_view_the_stronger(page, settings, strongest):
    says = dict(zip(STRENGTHS, SAYS, strict=True))
    view = responding({"Referrer-Policy": says["view"]} if strongest == 0 else {})
    if strongest <= 1:
        view = security_headers(SECURE_REFERRER_POLICY=says["decorator"])(view)
    if strongest <= 2:
        settings.SECURITY_ROUTES = {"page": {"SECURE_REFERRER_POLICY": says["row"]}}
    if strongest <= 3:
        settings.SECURE_REFERRER_POLICY = says["setting"]
    settings.SECURITY_PRESET = "balanced"
    assert page(view)["Referrer-Policy"] == SAYS[strongest]


def test_a_row_for_the_age_is_stronger_than_a_ramp_in_the_settings(get, settings):
    settings.SECURITY_HSTS_RAMP = [("2020-01-01", 100)]
    settings.SECURITY_ROUTES = {"sync": {"SECURE_HSTS_SECONDS": 7}}
    assert get("/sync/", secure=True)["Strict-Transport-Security"] == "max-age=7"
    assert get("/async/", secure=True)["Strict-Transport-Security"] == "max-age=100"


def test_two_names_for_one_view_keep_their_rows_apart(get, settings):
    settings.ROOT_URLCONF = (
        path("one/", views.sync_view, name="one"),
        path("two/", views.sync_view, name="two"),
        path("three/", views.sync_view),
    )
    settings.SECURITY_ROUTES = {"one": ROW}
    addresses = ["/one/", "/two/", "/three/", "/one/"]
    sent = [get(address)["X-Frame-Options"] for address in addresses]
    assert sent == ["SAMEORIGIN", "DENY", "DENY", "SAMEORIGIN"]


UNKNOWN = {
    "sinc": "Did you mean 'sync'?",
    "shop:aboot": "Did you mean 'shop:about'?",
    "shpo:*": "Did you mean 'shop:*'?",
    "shop": "Did you mean 'shop:*'?",
    "about": None,
    "basket:*": None,
    "/sync/": None,
    "sync:*": None,
    "*": None,
    "zzzzzzzz": None,
}


@pytest.mark.parametrize(("route", "hint"), UNKNOWN.items())
def test_a_key_that_means_nothing_stops_the_start(settings, route, hint):
    settings.SECURITY_ROUTES = {"sync": ROW, route: ROW}
    with pytest.raises(ImproperlyConfigured) as error:
        SecurityMiddleware(lambda request: None)
    line, _, told = str(error.value).partition("\n    HINT: ")
    assert line == (
        f"SECURITY_ROUTES must be made of URL names, 'namespace:*' or app labels (got {route!r})."
    )
    assert told
    assert hint is None or told == hint
    (found,) = check_routes()
    assert (found.id, found.msg) == ("bulwark.E002", line)
    assert hint is None or found.hint == hint


BROKEN = [
    ([], "SECURITY_ROUTES must be a dictionary of routes (got [])."),
    ("sync", "SECURITY_ROUTES must be a dictionary of routes (got 'sync')."),
    ({5: ROW}, "SECURITY_ROUTES must be made of URL names, 'namespace:*' or app labels (got 5)."),
    ({"": ROW}, "SECURITY_ROUTES must be made of URL names, 'namespace:*' or app labels (got '')."),
    ({"sync": None}, 'SECURITY_ROUTES["sync"] must be a dictionary (got None).'),
    ({"sync": "DENY"}, "SECURITY_ROUTES[\"sync\"] must be a dictionary (got 'DENY')."),
    (
        {"sync": {"X_FRAME_OPTION": "DENY"}},
        "SECURITY_ROUTES[\"sync\"] must be made of header settings (got 'X_FRAME_OPTION').",
    ),
    (
        {"sync": {"SECURE_SSL_REDIRECT": True}},
        "SECURITY_ROUTES[\"sync\"] must be made of header settings (got 'SECURE_SSL_REDIRECT').",
    ),
    (
        {"sync": {"SECURE_CSP": {"img-src": ["self"]}}},
        'SECURITY_ROUTES["sync"]["SECURE_CSP"]["img-src"][0] must be quoted (got \'self\').',
    ),
    (
        {"sync": {"SECURE_HSTS_PRELOAD": None}},
        'SECURITY_ROUTES["sync"]["SECURE_HSTS_PRELOAD"] must be True or False (got None).',
    ),
]


@pytest.mark.parametrize(("rows", "message"), BROKEN, ids=str)
def test_a_table_that_cannot_work_stops_the_start(settings, rows, message):
    settings.SECURITY_ROUTES = rows
    with pytest.raises(ImproperlyConfigured) as error:
        SecurityMiddleware(lambda request: None)
    assert str(error.value).partition("\n")[0] == message
    assert [found.msg for found in check_settings()] == [message]
    assert check_routes() == []


def test_a_row_whose_endpoint_has_no_url_stops_the_start(settings):
    settings.SECURITY_ROUTES = {"sync": {"SECURITY_REPORTING_ENDPOINTS": {"main": "nowhere"}}}
    with pytest.raises(ImproperlyConfigured, match="nowhere"):
        SecurityMiddleware(lambda request: None)


def test_a_route_overridden_in_a_test_is_seen_at_once(settings):
    client = Client()
    assert client.get("/sync/")["X-Frame-Options"] == "DENY"
    settings.SECURITY_ROUTES = {"sync": ROW}
    assert client.get("/sync/")["X-Frame-Options"] == "SAMEORIGIN"
    del settings.SECURITY_ROUTES
    settings.SECURITY_ROUTES = {}
    assert client.get("/sync/")["X-Frame-Options"] == "DENY"
