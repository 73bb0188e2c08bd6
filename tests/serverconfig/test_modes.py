"""Other settings than the common ones: each makes a file of its own, and a site that runs by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.serverconfig import fronts
from tests.serverconfig.conftest import FRONTS
from tests.serverconfig.fronts import Front
from tests.serverconfig.test_fronts import ONCE, protected

PLAIN = {name: value for name, value in ONCE.items() if name != "strict-transport-security"}


@contextmanager
def site(server, folder, *options, mode="wsgi", **settings) -> Iterator[Front]:
    with (
        fronts.django(folder, mode, **settings) as upstream,
        fronts.front(server, folder, upstream, *options, **settings) as front,
    ):
        yield front


@pytest.fixture(scope="module", params=FRONTS)
def exempting(request, folder):
    """Return a site that answers some pages over plain HTTP, and whose HSTS grows by date."""
    ramp = [["2020-01-01", 300], ["2999-01-01", 3600]]
    with site(
        request.param, folder, SECURE_REDIRECT_EXEMPT=["^health/$"], SECURITY_HSTS_RAMP=ramp
    ) as front:
        yield front


@pytest.fixture(scope="module", params=FRONTS)
def served(request, folder):
    """Return a site without a redirect, which knows HTTPS by a header of its own."""
    header = ["HTTP_X_SCHEME", "on"]
    with site(
        request.param, folder, SECURE_SSL_REDIRECT=False, SECURE_PROXY_SSL_HEADER=header
    ) as front:
        yield front


@pytest.fixture(scope="module", params=FRONTS)
def moved(request, folder):
    """Return a site on a Unix socket, without files, that redirects to one host."""
    settings = {"STATIC_ROOT": None, "MEDIA_ROOT": "", "SECURITY_TRUSTED_PROXIES": ["unix"]}
    settings["SECURE_SSL_HOST"] = "www.example.test:8443"
    with site(request.param, folder, "--max-body", "30k", mode="unix", **settings) as front:
        yield front


def test_what_is_exempt_from_the_redirect_is_answered_over_plain_http(exempting):
    exempt, other = exempting("/health/", secure=False), exempting("/healthy/", secure=False)
    assert (exempt.status, b"Shop" in exempt.body) == (200, True)
    assert (other.status, other["location"]) == (301, "https://www.example.test/healthy/")
    assert exempting("/health/").status == 200


@pytest.mark.parametrize("path", ["/static/site.css", "/media/photo.png?a=%3Fb"])
def test_files_are_redirected_where_django_decides_about_pages(exempting, path):
    answer = exempting(path, secure=False)
    assert (answer.status, answer["location"]) == (301, f"https://www.example.test{path}")


def test_hsts_is_left_to_django_where_a_ramp_changes_it(exempting):
    ours = "max-age=300; includeSubDomains; preload"
    assert exempting("/")["strict-transport-security"] == ours
    assert exempting("/static/site.css")["strict-transport-security"] is None


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/media/photo.png", "/static/nowhere"])
def test_without_a_redirect_both_kinds_of_connections_are_served(served, path):
    answer = served(path, secure=False)
    assert answer["strict-transport-security"] is None
    assert {name: protected(answer)[name] for name in PLAIN} == PLAIN
    assert protected(served(path)) == ONCE


def test_the_header_of_the_settings_tells_the_scheme(served):
    lies = {"X-Scheme": "on", "X_Scheme": "on", "X-Forwarded-Proto": "https"}
    lied = served("/told/", secure=False, headers=lies)
    assert json.loads(served("/told/").body)["secure"] is True
    assert json.loads(lied.body)["secure"] is False


def test_the_redirect_leads_to_the_host_of_the_settings(moved):
    answer = moved("/a?b", host="a.other.test", secure=False)
    assert answer["location"] == "https://www.example.test:8443/a?b"


def test_a_socket_of_unix_is_a_way_to_django(moved):
    told = json.loads(moved("/told/").body)
    assert (told["secure"], told["address"]) == (True, "127.0.0.1")


def test_the_limit_of_the_command_line_counts(moved):
    answers = [moved("/length/", method="POST", body=b"x" * n) for n in (30_720, 30_721)]
    assert [answer.status for answer in answers] == [200, 413]


@pytest.mark.parametrize("path", ["/static/site.css", "/media/photo.png"])
def test_without_a_folder_django_answers(moved, path):
    assert b"<title>Not Found</title>" in moved(path).body
