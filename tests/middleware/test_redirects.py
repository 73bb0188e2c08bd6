from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import path

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["testserver", "[2001:db8::1]", ".example.com"]


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("GET", 301),
        ("HEAD", 301),
        ("POST", 308),
        ("PUT", 308),
        ("PATCH", 308),
        ("DELETE", 308),
        ("OPTIONS", 308),
        ("TRACE", 308),
        ("PROPFIND", 308),
    ],
)
def test_the_method_and_the_body_survive(wire, method, status):
    answer = wire()(method=method)
    assert answer["Location"] == "https://testserver/sync/"
    assert answer.status == status


@pytest.mark.parametrize(
    ("request_", "location"),
    [
        ({"path": "/"}, "https://testserver/"),
        ({"path": "/a/b/", "query": "x=1&y=%20&z"}, "https://testserver/a/b/?x=1&y=%20&z"),
        (
            {"path": "/a/", "query": "next=https://evil.example/"},
            "https://testserver/a/?next=https://evil.example/",
        ),
        ({"path": "/\u00e9t\u00e9/\u65e5"}, "https://testserver/%C3%A9t%C3%A9/%E6%97%A5"),
        ({"path": "/a b/100%/#x?y"}, "https://testserver/a%20b/100%25/%23x%3Fy"),
        ({"path": "//evil.example/"}, "https://testserver//evil.example/"),
        ({"path": "///evil.example"}, "https://testserver///evil.example"),
        ({"path": "/\\evil.example"}, "https://testserver/%5Cevil.example"),
        ({"path": "/@evil.example"}, "https://testserver/@evil.example"),
        ({"path": "/a\r\nX-Evil: 1"}, "https://testserver/a%0D%0AX-Evil:%201"),
        ({"path": "/a\x00b"}, "https://testserver/a%00b"),
        ({"path": "/a", "query": "b=%0d%0aX-Evil:1"}, "https://testserver/a?b=%0d%0aX-Evil:1"),
        ({"path": "/a", "query": "b=%2F%2f&c=%25"}, "https://testserver/a?b=%2F%2f&c=%25"),
        ({"path": "/a", "query": 'b="<>\\'}, "https://testserver/a?b=%22%3C%3E%5C"),
        ({"path": "/a", "query": "b=\r\nX: y"}, "https://testserver/a?b=%0D%0AX:%20y"),
        ({"path": "/app/a/", "root": "/app", "query": "b"}, "https://testserver/app/a/?b"),
        ({"headers": {"Host": "testserver:8000"}}, "https://testserver/sync/"),
        ({"headers": {"Host": "TESTSERVER"}}, "https://testserver/sync/"),
        ({"headers": {"Host": "[2001:db8::1]:8000"}}, "https://[2001:db8::1]/sync/"),
        ({"headers": {"Host": "shop.example.com"}}, "https://shop.example.com/sync/"),
    ],
    ids=str,
)
def test_path_and_query_are_kept_and_the_port_is_dropped(wire, request_, location):
    assert wire()(**request_)["Location"] == location


@pytest.mark.parametrize("host", ["secure.example.com", "secure.example.com:8443", "[::1]:8443"])
def test_the_setting_names_the_host(wire, settings, host):
    settings.SECURE_SSL_HOST = host
    answer = wire()(path="/a/", query="b=c", headers={"Host": "testserver:8000"})
    assert answer["Location"] == f"https://{host}/a/?b=c"


@pytest.mark.parametrize("validates", [True, False])
def test_a_foreign_host_is_refused_and_not_redirected(wire, settings, validates):
    settings.SECURITY_VALIDATE_HOST = validates
    answer = wire()(headers={"Host": "evil.example"})
    assert (answer.status, answer["Location"]) == (400, None)
    assert answer["Content-Type"].startswith("text/plain")


def test_a_foreign_host_is_refused_even_where_the_setting_names_one(wire, settings):
    settings.SECURE_SSL_HOST = "secure.example.com"
    assert wire()(headers={"Host": "evil.example"}).status == 400


def test_https_is_served(wire):
    assert wire()(scheme="https").body == b"ok"


def test_no_view_runs_before_the_redirect(wire, settings):
    calls = []

    def view(request):
        calls.append(request)
        return HttpResponse()

    settings.ROOT_URLCONF = (path("sync/", view),)
    assert (wire()().status, calls) == (301, [])


def test_a_redirect_is_protected_and_promises_nothing_over_http(wire, settings):
    settings.SECURE_HSTS_SECONDS = 60
    ours = {name: value for name, value in wire()().headers if name in HEADERS or name[0] == "s"}
    assert ours == {n: v for n, v in HEADERS.items() if n != "cross-origin-opener-policy"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/.well-known/acme-challenge/x", 404),
        ("/sync/", 200),
        ("/sync/deeper", 404),
        ("/synchronous/", 301),
        ("/other/sync/", 301),
        ("//sync/", 301),
    ],
)
def test_exempt_paths_stay_on_plain_http(wire, settings, address, status):
    settings.SECURE_REDIRECT_EXEMPT = [r"^\.well-known/", "sync"]
    assert wire()(path=address).status == status


def test_an_exempt_path_means_the_same_below_a_prefix(wire, settings):
    settings.SECURE_REDIRECT_EXEMPT = ["sync/"]
    assert wire()(path="/app/sync/", root="/app").status == 200


def test_the_redirect_can_be_turned_off(wire, settings):
    settings.SECURE_SSL_REDIRECT = False
    assert wire()().body == b"ok"


def test_the_redirect_of_a_test_is_seen_at_once(wire, settings):
    site = wire()
    assert site().status == 301
    settings.SECURE_SSL_REDIRECT = False
    assert site().status == 200


def test_the_redirect_has_no_header_that_plain_http_makes_an_error(get, settings):
    settings.SECURITY_PRESET = "strict"
    response = get("/sync/")
    assert response.status_code == 301
    assert "Cross-Origin-Opener-Policy" not in response
    assert "Origin-Agent-Cluster" not in response
    assert response["X-Content-Type-Options"] == "nosniff"
