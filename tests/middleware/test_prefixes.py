from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.http import HttpResponse
from django.urls import path

from security.conf import conf
from security.middleware.shield import MAX_MOUNTS, Shield

REPORTS = "Reporting-Endpoints"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "shop:about"}


def test_an_endpoint_is_below_the_prefix_that_the_site_has_now(wire):
    site = wire()
    prefixes = ["", "/app", "/other", "/app", ""]
    found = [site(path=f"{root}/sync/", root=root, scheme="https")[REPORTS] for root in prefixes]
    assert found == [f'main="{root}/shop/about/"' for root in prefixes]


def test_a_view_of_its_own_plan_is_below_the_prefix_too(wire, settings):
    settings.SECURITY_ROUTES = {"sync": {"X_FRAME_OPTIONS": "SAMEORIGIN"}}
    site = wire()
    prefixes = ["", "/app", ""]
    found = [site(path=f"{root}/sync/", root=root, scheme="https")[REPORTS] for root in prefixes]
    assert found == [f'main="{root}/shop/about/"' for root in prefixes]


def test_an_endpoint_of_a_row_is_below_the_prefix_too(wire, settings):
    settings.SECURITY_REPORTING_ENDPOINTS = None
    row = {"SECURITY_REPORTING_ENDPOINTS": {"own": "shop:index"}}
    settings.SECURITY_ROUTES = {"sync": row}
    site = wire()
    prefixes = ["", "/app", ""]
    found = [site(path=f"{root}/sync/", root=root, scheme="https")[REPORTS] for root in prefixes]
    assert found == [f'own="{root}/shop/"' for root in prefixes]


@pytest.mark.parametrize("site", ["wsgi"], indirect=True)
def test_requests_below_two_prefixes_at_once_do_not_mix(wire, settings):
    entered, leave = Event(), Event()

    def slow(request):
        entered.set()
        assert leave.wait(10)  # seconds
        return HttpResponse()

    def about(request):
        return HttpResponse()

    settings.ROOT_URLCONF = (path("slow/", slow), path("about/", about, name="about"))
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "about"}
    serve = wire()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(serve, path="/a/slow/", root="/a", scheme="https")
        assert entered.wait(10)
        other = serve(path="/b/about/", root="/b", scheme="https")
        leave.set()
    assert other[REPORTS] == 'main="/b/about/"'
    assert waiting.result()[REPORTS] == 'main="/a/about/"'


def test_two_prefixes_do_not_make_the_log_repeat_itself(wire, caplog):
    caplog.set_level(logging.INFO)
    site = wire()
    for root in ["", "/app"] * 5:
        site(path=f"{root}/sync/", root=root, headers={"Host": "evil.example"})
    assert len(caplog.records) == 1


def test_any_number_of_prefixes_takes_little_memory(wire):
    site = wire()
    roots = [f"/{number}" for number in range(MAX_MOUNTS + 5)]
    found = [site(path=f"{root}/sync/", root=root, scheme="https")[REPORTS] for root in roots]
    assert found == [f'main="{root}/shop/about/"' for root in roots]
    assert len(conf.memo[Shield].mounts) <= MAX_MOUNTS
