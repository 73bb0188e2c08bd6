from __future__ import annotations

import gzip
import json
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from tests.browser.servers import SHOP, Servers, serving
from tests.browser.visitor import host, until
from tests.sri.enforced import SCRIPTS
from tests.sri.site import OF_WHITENOISE, Folders

pytestmark = pytest.mark.requires("chromium")

SETTLED = 400  # milliseconds; the reporting delay of this browser is 100


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Collect static files, then let somebody change two that were collected."""
    folders = Folders(tmp_path_factory.mktemp("integrity"))
    for name, content in SCRIPTS.items():
        folders.write(name, content)
    folders.collect(OF_WHITENOISE)
    for name in ("tampered.js", "tampered.css"):
        place = folders.collected / folders.said["paths"][name]
        changed = place.read_bytes() + b"/* changed */"
        place.write_bytes(changed)
        place.with_name(f"{place.name}.gz").write_bytes(gzip.compress(changed))
    return folders


@pytest.fixture(scope="module")
def servers(folders):
    with serving(folders.collected.parent, "tests.sri.enforced_site", ".example.test") as site:
        yield Servers(site, site)


@pytest.fixture
def endpoint(servers):
    """Return what was reported so far; it is forgotten when asked to."""

    def endpoint(query=""):
        connection = HTTPConnection("127.0.0.1", servers.shop.http)
        headers = {"Host": host(SHOP), "X-Forwarded-Proto": "https"}
        connection.request("GET", f"/endpoint/{query}", headers=headers)
        with closing(connection), connection.getresponse() as answer:
            return json.load(answer)

    endpoint("?forget")
    return endpoint


@pytest.fixture
def loaded(page, endpoint):
    """Open a page; return what of it ran, and which file was reported, by name."""

    def loaded(path, expected):
        page.goto(SHOP + path)
        until(page, lambda: len(names(endpoint())) >= expected)
        page.wait_for_timeout(SETTLED)
        return page.evaluate("({...document.documentElement.dataset})"), names(endpoint())

    return loaded


def names(reports):
    """Return each report once: Chromium sends those of scripts that it foresaw again."""
    found = {
        (each["subject"], urlsplit(each["blocked"]).path.split("/")[-1].split(".")[0])
        for each in reports
        if each["kind"] == "integrity-violation"
    }
    return sorted(found)


RAN = "ran"
WITHOUT = [("script", "bare"), ("script", "plain")]
ORIGINS = pytest.mark.parametrize("query", ["", "?cdn"], ids=["same origin", "other origin"])


@ORIGINS
def test_a_script_with_the_tag_runs_and_one_without_is_blocked_and_reported(loaded, query):
    ran, reported = loaded(f"/enforced/scripts/{query}", len(WITHOUT))
    assert ran == {"tagged": RAN}
    assert reported == WITHOUT


def test_what_is_blocked_is_reported_as_enforced(page, endpoint):
    page.goto(SHOP + "/enforced/scripts/")
    until(page, endpoint)
    assert {each["disposition"] for each in endpoint()} == {"enforce"}


def test_a_hash_without_cors_counts_for_nothing_on_the_site_itself(loaded):
    ran, reported = loaded("/enforced/scripts/", len(WITHOUT))
    assert ("plain" in ran, ("script", "plain") in reported) == (False, True)
    ran, reported = loaded("/free/scripts/", 0)
    assert "plain" in ran


@ORIGINS
@pytest.mark.parametrize("policy", ["enforced", "watched", "free"])
def test_a_file_that_was_changed_does_not_run_and_is_no_violation(loaded, policy, query):
    ran, reported = loaded(f"/{policy}/scripts/{query}", 0 if policy == "free" else len(WITHOUT))
    assert ("tagged" in ran, "tampered" in ran) == (True, False)
    assert ("script", "tampered") not in reported


def test_the_changed_file_would_run_without_its_hash(loaded):
    ran, _ = loaded("/free/unchecked/", 0)
    assert ran == {"tampered": RAN}


def test_what_is_only_watched_runs_and_is_reported(loaded, endpoint):
    ran, reported = loaded("/watched/scripts/", len(WITHOUT))
    assert ran == {"tagged": RAN, "bare": RAN, "plain": RAN}
    assert reported == WITHOUT
    assert {each["disposition"] for each in endpoint()} == {"report"}


def test_without_the_header_everything_runs_and_nothing_is_reported(loaded):
    ran, reported = loaded("/free/scripts/", 0)
    assert ran == {"tagged": RAN, "bare": RAN, "plain": RAN}
    assert reported == []


def test_a_module_imports_only_what_the_import_map_has_a_hash_of(loaded):
    ran, reported = loaded("/enforced/modules/", 1)
    assert ran == {"known": RAN}
    assert reported == [("script", "free")]
    ran, reported = loaded("/free/modules/", 0)
    assert ran == {"known": RAN, "free": RAN, "module": RAN}


@ORIGINS
@pytest.mark.parametrize("policy", ["enforced", "free"])
def test_a_stylesheet_with_the_tag_is_applied_unless_it_was_changed(page, loaded, policy, query):
    loaded(f"/{policy}/styles/{query}", 0)
    applied = page.evaluate(
        "['--tagged', '--tampered'].filter(name =>"
        " getComputedStyle(document.documentElement).getPropertyValue(name) === 'ran')"
    )
    assert applied == ["--tagged"]
