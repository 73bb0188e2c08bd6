from __future__ import annotations

import json
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest
from tests.browser.servers import SHOP, Servers, serving
from tests.browser.visitor import host, until

pytestmark = pytest.mark.requires("chromium")

PLAIN = SHOP.replace("https://", "http://", 1)
SETTLED = 400  # milliseconds; the reporting delay of this browser is 100
VISITS = 4
BY_NAME, BY_ADDRESS = "reports", "csp-report"


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reported")
    with serving(folder, "tests.browser.offending_site", ".example.test") as site:
        yield Servers(site, site)


@pytest.fixture
def endpoint(servers):
    """Return what was reported so far; it is forgotten when asked to."""

    def endpoint(query=""):
        connection = HTTPConnection("127.0.0.1", servers.shop.http)
        connection.request("GET", f"/endpoint/{query}", headers={"Host": host(SHOP)})
        with closing(connection), connection.getresponse() as answer:
            return json.load(answer)

    endpoint("?forget")
    return endpoint


@pytest.fixture
def reported(page, endpoint):
    """Open a page and return what arrives: how, about what, and whether it came twice."""

    def reported(path, site=SHOP, expected=1):
        page.goto(site + path)
        until(page, lambda: len(endpoint()) >= expected)
        page.wait_for_timeout(SETTLED)
        return endpoint()

    return reported


def counted(found):
    return [(each["shape"], each["subject"]) for each in found if not each["again"]]


def test_an_ordinary_violation_comes_by_both_ways_and_counts_once(page, reported):
    found = reported("/page/script/", expected=2)
    assert counted(found) == [(BY_NAME, "script-src-elem")]
    assert [each["shape"] for each in found if each["again"]] == [BY_ADDRESS]
    assert {each["disposition"] for each in found} == {"enforce"}
    assert page.title() == "Still"


def test_two_policies_block_no_more_than_the_one(page, reported):
    reported("/page/script/", expected=2)
    assert page.evaluate("document.body.dataset.ours") == "ran"


def test_what_is_only_watched_counts_once_and_runs(page, reported):
    found = reported("/watched/script/", expected=2)
    assert counted(found) == [(BY_NAME, "script-src-elem")]
    assert {each["disposition"] for each in found} == {"report"}
    assert page.title() == "Ran"


@pytest.mark.parametrize("path", ["/page/srcdoc/", "/page/blank/"])
def test_a_violation_in_a_frame_that_inherits_the_policy_counts_once(page, reported, path):
    assert counted(reported(path)) == [(BY_ADDRESS, "script-src-elem")]
    assert page.title() == "Still"


@pytest.mark.parametrize("path", ["/page/sandboxed/", "/page/frames-sandboxed/"])
def test_a_violation_in_a_sandboxed_page_counts_once(reported, path):
    assert counted(reported(path)) == [(BY_ADDRESS, "script-src-elem")]


@pytest.mark.parametrize("path", ["/page/works/", "/page/shares/"])
def test_a_violation_in_a_worker_with_a_policy_of_its_own_counts_once(reported, path):
    assert counted(reported(path)) == [(BY_ADDRESS, "connect-src")]


def test_a_page_that_refuses_its_frame_counts_once(reported):
    found = reported("/page/frames-framed/")
    assert [(each["shape"], each["subject"]) for each in found] == [(BY_ADDRESS, "frame-ancestors")]


def test_a_violation_in_an_ordinary_frame_counts_once(endpoint, reported):
    """A busy Chromium loses one of a hundred such reports before its own network service."""
    found = []
    for _ in range(VISITS):
        with suppress(AssertionError):
            found = reported("/page/frames-script/", expected=2)
            break
        assert [each["shape"] for each in endpoint("?forget")] == [BY_ADDRESS]
    assert counted(found) == [(BY_NAME, "script-src-elem")]


def test_a_page_makes_trusted_types_once(page, endpoint):
    page.goto(SHOP + "/page/types/")
    page.get_by_text("Made").wait_for()
    assert page.evaluate("window.made") == 1
    page.wait_for_timeout(SETTLED)
    assert endpoint() == []


@pytest.mark.parametrize("path", ["/page/script/", "/page/srcdoc/", "/watched/script/"])
def test_over_plain_http_the_address_does_it(reported, path):
    found = reported(path, site=PLAIN)
    assert counted(found) == [(BY_ADDRESS, "script-src-elem")]
    assert len(found) == 1
