"""What a visitor does, and how the tests write an address."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page
from tests.browser.servers import PASSWORD

STEP = 50  # milliseconds
STEPS = 100


def with_text(site: str, name: str, text: str) -> str:
    """Return the address of a page of ``pages.py`` that does something with ``text``."""
    return f"{site}/test/{name}/?text={quote(text, safe='')}"


def host(url: str) -> str:
    return urlsplit(url).netloc


def sign_in(page: Page, site: str, name: str, password: str = PASSWORD) -> None:
    """Sign in at the shop; the visitor arrives at the profile."""
    page.goto(f"{site}/accounts/login/")
    give_credentials(page, name, password)


def give_credentials(page: Page, name: str, password: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_label("Password").press("Enter")


def sign_out(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").first.click()


def until(page: Page, happened: Callable[[], object]) -> None:
    """Wait until something is true, at most ``STEPS`` times ``STEP``."""
    for _ in range(STEPS):
        if happened():
            return
        page.wait_for_timeout(STEP)
    raise AssertionError("It did not happen in time.")
