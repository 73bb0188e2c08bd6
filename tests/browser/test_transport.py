from __future__ import annotations

import re
import ssl
import threading
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.browser.chromium import running
from tests.browser.servers import BARE, SHOP
from tests.browser.visitor import host

pytestmark = pytest.mark.requires("chromium")

LOOPBACK = "127.0.0.1"
WIRETAPPED = "wiretapped.example.test"  # the shop over https, somebody else over http


def plain(url):
    return url.replace("https://", "http://", 1)


@pytest.fixture(scope="module")
def ear():
    """Return the port of a plain server, and the list of what it was asked for."""
    overheard = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self):
            overheard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments): ...

    with ThreadingHTTPServer((LOOPBACK, 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port, overheard
        server.shutdown()
        thread.join()


@pytest.fixture
def overheard(ear):
    ear[1].clear()
    return ear[1]


@pytest.fixture(scope="module")
def chromium(servers, ear):
    rule = f"MAP {WIRETAPPED}:80 {LOOPBACK}:{ear[0]}"
    with running(servers, rule) as browser:
        yield browser


def test_after_one_visit_nothing_leaves_the_browser_in_the_clear(page, overheard):
    page.goto(f"https://{WIRETAPPED}/")
    page.goto(f"http://{WIRETAPPED}/about/")
    assert (page.url, overheard) == (f"https://{WIRETAPPED}/about/", [])


def test_before_the_first_visit_the_browser_knows_nothing(page, overheard):
    page.goto(f"http://{WIRETAPPED}/about/")
    assert (page.url, overheard[0]) == (f"http://{WIRETAPPED}/about/", "/about/")


def first_hop(page, url):
    """Return status and inventor of the first redirect: the browser itself, or the server."""
    request = page.goto(url).request
    while request.redirected_from:
        request = request.redirected_from
    response = request.response()
    return response.status, response.headers.get("non-authoritative-reason")


def test_the_second_visit_is_upgraded_inside_the_browser(page):
    assert first_hop(page, plain(SHOP)) == (301, None)
    assert first_hop(page, plain(SHOP)) == (307, "HSTS")


def test_the_upgrade_covers_subdomains(page):
    page.goto(SHOP)
    assert first_hop(page, plain(SHOP).replace("app.", "deep.app.")) == (307, "HSTS")


def test_a_host_without_the_header_stays_in_the_clear(page):
    page.goto(BARE)
    assert first_hop(page, plain(BARE)) == (200, None)
    assert page.url == plain(BARE) + "/"


def ask(connection, path):
    connection.request("GET", path, headers={"Host": host(SHOP)})
    with closing(connection), connection.getresponse() as answer:
        return answer.status, answer.headers["Location"], answer.read().decode(errors="replace")


def test_every_address_redirects_once_from_http_to_https(servers):
    shop = servers.shop
    trust = ssl.create_default_context(cafile=shop.authority)
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        assert ask(HTTPConnection(LOOPBACK, shop.http), path)[:2] == (301, SHOP + path)
        status, _, text = ask(HTTPSConnection(LOOPBACK, shop.https, context=trust), path)
        assert status not in {301, 307, 308}
        found = set(re.findall(r'(?:action|href|src)="(/[^"#]*)"', text)) - seen
        waiting += found
        seen |= found
    assert seen > {"/accounts/login/", "/no-such-shelf/", "/oops/", "/pieces/tide-mug/"}


def test_a_browser_follows_a_single_redirect_to_https(page):
    request = page.goto(plain(SHOP) + "/about/?from=paper").request
    assert request.url == SHOP + "/about/?from=paper"
    assert request.redirected_from.url == plain(SHOP) + "/about/?from=paper"
    assert request.redirected_from.redirected_from is None
