from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from tests import views

from security.decorators import security_headers
from security.middleware import plan

OURS = "security.middleware.SecurityMiddleware"
OLD = "djangosecure.middleware.SecurityMiddleware"
RAMP = [("2030-01-01", 300), (date(2030, 2, 1), 86_400), ["2030-03-01", 31_536_000]]
SENT = {
    date(2029, 12, 31): None,
    date(2030, 1, 1): "max-age=300",
    date(2030, 1, 31): "max-age=300",
    date(2030, 2, 1): "max-age=86400",
    date(2030, 2, 28): "max-age=86400",
    date(2030, 3, 1): "max-age=31536000",
    date(2040, 1, 1): "max-age=31536000",
}


@pytest.fixture
def calendar(monkeypatch):
    """Return a function that sets the day."""

    def turn(day):
        monkeypatch.setattr(plan, "today", lambda: day)

    turn(date(2029, 12, 1))
    return turn


@pytest.fixture(params=[OURS, OLD], ids=["security", "djangosecure"])
def ramp(request, settings):
    settings.MIDDLEWARE = [request.param]
    settings.SECURITY_HSTS_RAMP = RAMP


def hsts(response):
    return response.headers.get("Strict-Transport-Security")


@pytest.mark.parametrize(("day", "text"), SENT.items(), ids=str)
def test_each_day_has_its_header(get, ramp, calendar, day, text):
    calendar(day)
    assert hsts(get("/sync/", secure=True)) == text
    assert hsts(get("/sync/")) is None


def test_the_header_changes_while_the_process_runs(ramp, calendar):
    client = Client()
    found = []
    for day in SENT:
        calendar(day)
        found.append(hsts(client.get("/sync/", secure=True)))
    assert found == list(SENT.values())


def test_the_header_takes_its_companions(get, settings, ramp, calendar):
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_PRELOAD = True
    calendar(date(2030, 1, 1))
    assert hsts(get("/sync/", secure=True)) == "max-age=300; includeSubDomains; preload"


def test_a_ramp_is_stronger_than_a_number(get, settings, ramp, calendar):
    settings.SECURE_HSTS_SECONDS = 60
    assert hsts(get("/sync/", secure=True)) is None
    calendar(date(2030, 1, 1))
    assert hsts(get("/sync/", secure=True)) == "max-age=300"


@pytest.mark.parametrize("preset", ["strict", "balanced", "api"])
def test_a_ramp_is_stronger_than_a_preset(get, settings, ramp, calendar, preset):
    settings.SECURITY_PRESET = preset
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = False
    calendar(date(2030, 1, 1))
    assert hsts(get("/sync/", secure=True)) == "max-age=300"


def test_a_step_of_nothing_withdraws(get, settings, ramp, calendar):
    settings.SECURITY_HSTS_RAMP = [("2030-01-01", 300), ("2030-01-02", 0)]
    calendar(date(2030, 1, 2))
    assert hsts(get("/sync/", secure=True)) == "max-age=0"


def test_a_ramp_in_a_route_row_changes_while_the_process_runs(settings, calendar):
    settings.MIDDLEWARE = [OURS]
    settings.SECURITY_ROUTES = {"sync": {"SECURITY_HSTS_RAMP": RAMP}}
    client = Client()
    found = []
    for day in SENT:
        calendar(day)
        found.append(hsts(client.get("/sync/", secure=True)))
    assert found == list(SENT.values())
    assert hsts(client.get("/async/", secure=True)) is None


def test_a_ramp_in_a_decorator_changes_while_the_process_runs(page, settings, calendar):
    from django.urls import path

    settings.MIDDLEWARE = [OURS]
    marked = security_headers(SECURITY_HSTS_RAMP=RAMP)(views.sync_view)
    settings.ROOT_URLCONF = (path("page/", marked),)
    client = Client()
    found = []
    for day in SENT:
        calendar(day)
        found.append(hsts(client.get("/page/", secure=True)))
    assert found == list(SENT.values())


def test_a_route_row_may_end_a_ramp(get, settings, ramp, calendar):
    settings.MIDDLEWARE = [OURS]
    settings.SECURITY_ROUTES = {"sync": {"SECURITY_HSTS_RAMP": None}}
    calendar(date(2030, 1, 1))
    assert hsts(get("/sync/", secure=True)) is None
    assert hsts(get("/async/", secure=True)) == "max-age=300"


def test_the_day_is_the_same_for_every_worker():
    before = datetime.now(UTC).date()
    assert before <= plan.today() <= datetime.now(UTC).date()
