from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from tests.pages import sent

from security.middleware import BaseMiddleware


class Corners(BaseMiddleware):
    """A middleware as a user writes it: two settings, shown in a header."""

    REQUIRED_SETTINGS = ("CORNERS",)
    OPTIONAL_SETTINGS = ("EDGES",)

    def __init__(self, get_response):
        self.loaded = []
        super().__init__(get_response)

    def load_setting(self, setting, value):
        if value == "refused":
            raise ImproperlyConfigured(f"{setting} must be something else.")
        self.loaded.append((setting, value))

    def process_response(self, request, response):
        response["Loaded"] = repr(self.loaded)
        return response


class Lists(Corners):
    REQUIRED_SETTINGS = ["CORNERS"]  # noqa: RUF012  # as upstream's users wrote it
    OPTIONAL_SETTINGS = ["EDGES"]  # noqa: RUF012


class Nothing(Corners):
    REQUIRED_SETTINGS = ()
    OPTIONAL_SETTINGS = ()


class Plain(BaseMiddleware):
    """Declares nothing, so it need not define ``load_setting``."""

    def process_response(self, request, response):
        response["Plain"] = "yes"
        return response


class Forgetful(BaseMiddleware):
    OPTIONAL_SETTINGS = ("EDGES",)


class RequiredString(Corners):
    REQUIRED_SETTINGS = "CORNERS"


class OptionalString(Corners):
    OPTIONAL_SETTINGS = "EDGES"


@pytest.fixture(autouse=True)
def corners(settings):
    settings.CORNERS = 4
    settings.MIDDLEWARE = [f"{__name__}.Corners"]


def response(request):
    raise AssertionError(request)


@pytest.mark.parametrize("middleware", ["Corners", "Lists"])
@pytest.mark.parametrize("path", ["/sync/", "/async/"])
def test_each_setting_is_loaded_at_the_start(get, settings, middleware, path):
    settings.MIDDLEWARE = [f"{__name__}.{middleware}"]
    settings.EDGES = 12
    assert sent(get(path)) == {"Loaded": "[('CORNERS', 4), ('EDGES', 12)]"}


def test_an_absent_optional_setting_is_none(get):
    assert sent(get("/sync/")) == {"Loaded": "[('CORNERS', 4), ('EDGES', None)]"}


def test_a_required_setting_may_be_none_if_it_is_set(settings):
    settings.CORNERS = None
    assert Corners(response).loaded == [("CORNERS", None), ("EDGES", None)]


def test_an_absent_required_setting_stops_the_start(get, settings):
    del settings.CORNERS
    with pytest.raises(ImproperlyConfigured, match=r"^CORNERS must be set: Corners needs it"):
        get("/sync/")


def test_nothing_is_loaded_where_no_setting_is_declared(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Nothing"]
    assert sent(get("/sync/")) == {"Loaded": "[]"}


def test_a_middleware_without_settings_needs_no_loader(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.Plain"]
    assert sent(get("/sync/")) == {"Plain": "yes"}


def test_a_middleware_with_settings_must_define_its_loader():
    with pytest.raises(NotImplementedError, match=r"Forgetful.*load_setting"):
        Forgetful(response)


@pytest.mark.parametrize("middleware", [RequiredString, OptionalString])
def test_a_string_is_no_list_of_settings(middleware):
    with pytest.raises(ImproperlyConfigured, match=r"_SETTINGS must be a tuple of names \(got '"):
        middleware(response)


def test_a_setting_is_loaded_again_when_it_changes():
    middleware = Corners(response)
    with override_settings(EDGES=12):
        assert middleware.loaded[2:] == [("EDGES", 12)]
    assert middleware.loaded[3:] == [("EDGES", None)]


def test_other_settings_are_not_loaded():
    middleware = Corners(response)
    with override_settings(DEBUG=True, SOMETHING="else"):
        assert middleware.loaded == [("CORNERS", 4), ("EDGES", None)]


def test_a_test_that_breaks_a_setting_does_not_fail_by_a_middleware_of_another():
    client = Client()
    assert client.get("/sync/").status_code == 200
    with override_settings(CORNERS="refused"), pytest.raises(ImproperlyConfigured, match="CORNERS"):
        client.get("/sync/")  # the request fails, not the change
    assert client.get("/sync/").status_code == 200


class Seasons(Corners):
    REQUIRED_SETTINGS = ("SEASON",)


def test_when_the_end_of_a_test_takes_a_required_setting_away_the_next_request_says_so(settings):
    settings.MIDDLEWARE = [f"{__name__}.Seasons"]
    client = Client()
    with override_settings(SEASON="spring"):
        assert client.get("/sync/").status_code == 200
    with pytest.raises(ImproperlyConfigured, match=r"^SEASON must be set: Seasons needs it"):
        client.get("/sync/")
    with override_settings(SEASON="autumn"):
        assert client.get("/sync/").status_code == 200


class Greeter(BaseMiddleware):
    """The other hooks of Django work as in any middleware."""

    def process_request(self, request):
        request.greeting = "hello"

    def process_response(self, request, response):
        response["Greeting"] = request.greeting
        return response


@pytest.mark.parametrize("path", ["/sync/", "/async/", "/moved/", "/nowhere/"])
def test_the_hooks_of_a_subclass_run(get, settings, path):
    settings.MIDDLEWARE = [f"{__name__}.Greeter"]
    assert sent(get(path)) == {"Greeting": "hello"}
