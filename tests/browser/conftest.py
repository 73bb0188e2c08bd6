"""
A real Chromium before two real servers.

The servers last for the session. Playwright lasts for one file: while it runs, so does its
event loop, and tests that start one of their own would fail.

In CI a test that failed is tried once more, and counted as such: on a busy machine Chromium
itself loses something now and then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.chromium import running
from tests.browser.servers import Servers, serving
from tests.browser.watch import Watch

HERE = Path(__file__).parent
TIMEOUT = 15_000  # milliseconds for anything that a page does, on a busy machine
expect.set_options(timeout=TIMEOUT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("CI"):
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with (
        serving(tmp_path_factory.mktemp("shop"), "tests.browser.site", ".example.test") as shop,
        serving(
            tmp_path_factory.mktemp("bare"), "tests.browser.bare", ".control.test,.other.test"
        ) as bare,
    ):
        yield Servers(shop, bare)


@pytest.fixture(scope="module")
def chromium(servers: Servers) -> Iterator[Browser]:
    with running(servers) as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Return a visitor that no site knows yet: no cookies, no storage, no HSTS."""
    context = chromium.new_context()
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    """Return what listens to the visitor's console; ask for it before any page."""
    return Watch(context)
