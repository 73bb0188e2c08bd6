"""What Chromium complains about, and how to walk through every page of a site."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  violated(`${event.effectiveDirective} ${event.blockedURI} ${event.disposition}`))"""
STATUS = "Failed to load resource: the server responded with a status of "
LEFT = "net::ERR_ABORTED"  # the visitor went on before it was there
QUIET = 300  # milliseconds; the browser process reports a little later than the page


class Watch:
    """
    Complaints of one visitor's console, in words: warnings, errors, violations, failures.

    A page that was not found makes Chromium complain by nature; that is left out, but only
    for the address in the address bar.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        self.violations: list[str] = []
        context.expose_binding("violated", self._violated)
        context.add_init_script(VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("requestfailed", self._failed)

    def heard(self, page: Page) -> list[str]:
        """Return the complaints so far, once the last ones have arrived."""
        page.wait_for_timeout(QUIET)
        return self.complaints

    def _violated(self, source: dict[str, Any], words: str) -> None:
        self.violations.append(words)
        self._add("violation", source["page"].url, words)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"warning", "error"}:
            return
        place = message.location["url"]
        is_whole_page = message.page is not None and message.page.url == place
        if not (is_whole_page and message.text.startswith(STATUS)):
            self._add(message.type, place, message.text)

    def _error(self, error: WebError) -> None:
        self._add("exception", error.page.url if error.page else "", str(error.error))

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._add("failure", request.url, str(request.failure))

    def _add(self, kind: str, place: str, words: str) -> None:
        self.complaints.append(f"{kind} at {place}: {words}")


def crawl(page: Page, start: str) -> dict[str, int]:
    """
    Visit every page that links lead to, and return each path with its status.

    Pages that differ in numbers, or in what a filter is set to, are one.
    """
    statuses: dict[str, int] = {}
    seen = {shape(start)}
    waiting = [start]
    while waiting:
        url = waiting.pop(0)
        response = page.goto(url)
        assert response is not None
        parts = urlsplit(url)
        statuses[parts.path + (f"?{parts.query}" if parts.query else "")] = response.status
        for link in links(page):
            if link.startswith(start) and shape(link) not in seen and is_simple(link):
                seen.add(shape(link))
                waiting.append(link)
    return statuses


def links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    return [str(link).partition("#")[0] for link in found]


def filters(url: str) -> frozenset[str]:
    return frozenset(parse_qs(urlsplit(url).query, keep_blank_values=True)) - {
        "_changelist_filters"
    }


def is_simple(url: str) -> bool:
    """One filter at a time: all combinations of them would take all day."""
    return len(filters(url)) < 2


def shape(url: str) -> tuple[str, frozenset[str]]:
    return re.sub(r"/\d+/", "/0/", urlsplit(url).path), filters(url)
