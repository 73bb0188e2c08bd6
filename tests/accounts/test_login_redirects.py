from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts import login_site as pages
from tests.accounts.login_site import to_login, ways

from security.middleware import login_url
from security.middleware.refusals import MAX_ACCEPT, wants_json

AJAX = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture(autouse=True)
def installed(settings):
    pages.install(settings)


# The way back.


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/home/?a=1&b=2", "/home/?a=1&b=2"),
        ("/any/%26next=//evil.example/%26x=1", "/any/&next%3D//evil.example/&x%3D1"),
        ("/any/%23a?b=1", "/any/%23a?b=1"),
        ("/any/a%2541", "/any/a%2541"),
        ("/any/a%3Fb", "/any/a%3Fb"),
        ("/any/%5C%5Cevil.example", "/any/%5C%5Cevil.example"),
        ("/any/?next=https://evil.example/", "/any/?next=https://evil.example/"),
    ],
)
def test_the_way_back_is_the_whole_path_and_nothing_else(get, asked, back):
    login, fields = ways(get(asked))
    assert (login, fields) == ("/accounts/login/", [("next", back)])
    assert QueryDict(urlsplit(get(asked)["Location"]).query).getlist("next") == [back]


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("//evil.example/", "/evil.example/"),
        ("///evil.example/", "/evil.example/"),
        ("/\\evil.example/", "/%5Cevil.example/"),
        ("http://evil.example/", "/http:/evil.example/"),
        ("/\t/evil.example/", "/%09/evil.example/"),
        ("/any/\N{SNOWMAN}/", "/any/%E2%98%83/"),
    ],
    ids=["two", "three", "backslash", "absolute", "tab", "snowman"],
)
def test_the_way_back_never_leaves_the_site(wire, asked, back):
    response = wire()(path=asked)
    (found,) = dict(parse_qsl(urlsplit(response["location"]).query)).values()
    assert found.replace("http://", "http:/") == back
    assert url_has_allowed_host_and_scheme(found, allowed_hosts=None)


@given(path=st.text(max_size=60), query=st.text(st.characters(max_codepoint=126), max_size=40))
def test_any_way_back_is_one_that_django_would_follow(path, query):
    request = RequestFactory().get("/")
    request.path = request.path_info = path
    request.META["QUERY_STRING"] = query
    there = login_url.with_next("/login/?x=1", request, "next")
    fields = parse_qsl(urlsplit(there).query, keep_blank_values=True)
    assert fields[0] == ("x", "1")
    assert [name for name, _ in fields] in (["x"], ["x", "next"])
    for _, back in fields[1:]:
        assert back.startswith("/")
        assert not back.startswith("//")
        assert url_has_allowed_host_and_scheme(back, allowed_hosts=None)


def test_a_way_back_that_is_too_long_is_left_out(get):
    kept = "/any/" + "a" * (login_url.MAX_NEXT - 5)
    assert ways(get(kept)) == to_login(kept)
    assert ways(get(f"{kept}a")) == ("/accounts/login/", [])


def test_the_way_back_has_no_fragment(wire):
    response = wire()(path="/home/", query="a=#b")
    assert response["location"] == "/accounts/login/?next=/home/%3Fa%3D%2523b"


def test_the_way_back_has_the_prefix_of_the_site(wire):
    response = wire()(path="/app/home/", query="a=1", root="/app")
    assert response["location"] == "/accounts/login/?next=/app/home/%3Fa%3D1"


# The login page.


@pytest.mark.parametrize(
    "written", ["/accounts/login/", "login", reverse_lazy("login")], ids=["path", "name", "lazy"]
)
def test_the_login_page_is_a_path_or_a_name(get, settings, written):
    settings.LOGIN_URL = written
    settings.ROOT_URLCONF = "tests.accounts.login_site"  # reverse_lazy() reads the setting
    assert ways(get("/home/")) == to_login("/home/")
    assert get("/home/", headers=AJAX).json() == {"login_url": "/accounts/login/"}
    assert get("/accounts/login/").content == b"public"


def test_the_query_of_the_login_page_stays(get, settings):
    settings.LOGIN_URL = "/accounts/login/?from=a%20b&next=/old/#form"
    assert get("/home/")["Location"] == "/accounts/login/?from=a+b&next=/home/#form"
    assert get("/accounts/login/?next=/home/").content == b"public"


def test_a_login_page_named_in_the_urlconf_of_the_request_is_found(get, settings):
    settings.LOGIN_URL = "enter"
    settings.MIDDLEWARE = [f"{pages.__name__}.other_urlconf", *pages.MIDDLEWARE]
    assert ways(get("/home/")) == ("/enter/", [("next", "/home/")])
    assert get("/enter/").content == b"public"


def test_the_login_page_below_a_prefix_is_let_through(wire, settings):
    settings.LOGIN_URL = "login"
    site = wire()
    assert site(path="/app/home/", root="/app")["location"].startswith("/app/accounts/login/?")
    assert site(path="/app/accounts/login/", root="/app").body == b"public"


def test_a_quoted_login_page_is_recognised(wire, settings):
    settings.LOGIN_URL = "/any/%E2%98%83/"
    assert wire()(path="/any/\N{SNOWMAN}/").body == b"secret"


def test_a_login_page_elsewhere_opens_nothing_here(get, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.LOGIN_URL = "https://sso.example/"
    assert ways(get("/")) == ("https://sso.example/", [("next", "/")])
    assert get("/", headers={"Host": "sso.example"}).status_code == 302
    assert pages.REACHED == []


@pytest.mark.parametrize("written", ["http://testserver/home/", "//TESTSERVER/home/"])
def test_a_login_page_with_our_own_host_is_let_through(get, settings, written):
    settings.LOGIN_URL = written
    assert get("/home/").content == b"secret"
    assert get("/class/").status_code == 302
    settings.ALLOWED_HOSTS = ["localhost"]
    assert get("/home/").status_code == 302  # a host that is refused is not ours


@pytest.mark.parametrize("written", ["nothing", "accounts/login/", "./login/"])
def test_a_login_page_that_there_is_not_is_an_error_and_opens_nothing(get, settings, written):
    settings.LOGIN_URL = written
    with pytest.raises(ImproperlyConfigured, match="LOGIN_URL must be the address of the login"):
        get("/home/")
    assert pages.REACHED == []


def test_a_login_address_on_the_request_stands_alone(get, settings):
    settings.MIDDLEWARE = [f"{pages.__name__}.own_login_url", *pages.MIDDLEWARE]
    assert get("/home/")["Location"] == "/shop/open/?a=1"
    assert get("/home/", headers=AJAX).json() == {"login_url": "/shop/open/?a=1"}
    assert get("/shop/open/").content == b"public"


def test_a_view_may_have_a_login_page_of_its_own(page):
    def view(request):
        return pages.secret(request)

    view.login_url, view.redirect_field_name = "/other/", "back"
    assert ways(page(view)) == ("/other/", [("back", "/page/")])
    view.redirect_field_name = None
    assert ways(page(view)) == ("/other/", [])


# Programs.


def test_a_script_gets_the_documented_body(get):
    response = get("/home/", headers=AJAX)
    assert (response.status_code, response["Content-Type"]) == (401, "application/json")
    assert json.loads(response.content) == {"login_url": "/accounts/login/"}


def test_an_api_caller_gets_a_problem(get):
    response = get("/home/", headers={"Accept": "application/json"})
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Log in first.",
        "login_url": "/accounts/login/",
    }


@pytest.mark.parametrize("headers", [{}, AJAX, {"Accept": "application/json"}], ids=str)
def test_no_cache_keeps_a_refusal(get, headers):
    response = get("/home/", headers=headers)
    assert response["Cache-Control"] == "no-store"
    assert response["Vary"] == "Accept, Cookie, X-Requested-With"
    wanted = 'Cookie realm="login"' if headers else None
    assert response.get("WWW-Authenticate") == wanted


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/vnd.api+json", True),
        ("application/problem+json, */*;q=0.1", True),
        ("application/json, text/plain, */*", True),
        ("application/json;q=0.5, text/html", False),
        ("text/html;q=0.5, application/json;q=0.9", True),
        ("application/json, text/html", True),
        ("text/html, application/json", False),
        ("application/json;q=0", False),
        ("application/json;q=2", False),
        ("application/json;q=nan", False),
        ("text/json", False),
        ("application/jsonp", False),
    ],
)
def test_json_is_wanted_where_accept_prefers_it(accept, wanted):
    assert wants_json(RequestFactory().get("/", HTTP_ACCEPT=accept)) is wanted


def test_an_accept_header_that_is_too_long_is_not_read():
    accept = "application/json".ljust(MAX_ACCEPT)
    assert wants_json(RequestFactory().get("/", HTTP_ACCEPT=accept))
    assert not wants_json(RequestFactory().get("/", HTTP_ACCEPT=f"{accept} "))


@given(st.text(st.sampled_from("application/json+;q=0.19 ,*-"), max_size=80))
def test_no_accept_header_is_an_error(accept):
    assert wants_json(RequestFactory().get("/", HTTP_ACCEPT=accept)) in {True, False}
