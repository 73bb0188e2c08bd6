from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from playwright.sync_api import Browser, Page, sync_playwright
from tests.grade.rendering.cards import card, hostile, refused, written
from tests.grade.rendering.test_html import STRICT
from tests.meta.tree import ROOT
from tests.programs import program

from security.grade.render import html
from security.grade.render.html_style import STYLE_HASH

pytestmark = pytest.mark.requires("chromium")

AXE = (ROOT / "tests/data/axe-core-4.14.1/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """(rules) => axe.run(document, {runOnly: rules}).then((found) => found.violations.map(
  (one) => one.id + ": " + one.nodes.map((node) => node.html + node.failureSummary).join("\\n")))"""
BACK = "() => getComputedStyle(document.body).backgroundColor"
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1200, "height": 900}}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Any]:
    """Return a function that opens cards as a page, and says what the console heard."""
    contexts = []

    def opened(cards: Any, size: str, scheme: Any) -> tuple[Page, list[str]]:
        path = tmp_path / "page.html"
        path.write_text(written(html.write, cards), encoding="ascii")
        contexts.append(chromium.new_context(viewport=SIZES[size], color_scheme=scheme))
        page = contexts[-1].new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.goto(path.as_uri())
        return page, heard

    yield opened
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, RULES)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["one", "many"])
def test_everybody_can_read_it(opened, kind, size, scheme):
    cards = {"one": [hostile()], "many": [hostile(), card(55), card(150), refused()]}[kind]
    page, heard = opened(cards, size, scheme)
    for line in page.locator("summary").all():
        line.click()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
    assert page.evaluate(BACK) == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]
    assert heard == []


def test_the_judge_sees_what_is_wrong(opened):
    page, _ = opened([card()], "phone", "light")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    assert [fault.partition(":")[0] for fault in faults(page)] == ["color-contrast"]


def test_the_link_of_the_summary_opens_the_site(opened):
    page, _ = opened([card(), card(55)], "desk", "light")
    place = page.locator("#site-2")
    assert not place.is_visible()
    page.locator('a[href="#site-2"]').click()
    place.wait_for(state="visible", timeout=15_000)


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def served() -> Iterator[str]:
    """Serve the page with the headers of the strict preset, and the hash of its style."""
    with (
        override_settings(**STRICT | {"ALLOWED_HOSTS": ["localhost"]}),
        make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet) as server,
    ):
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_strict_site_can_serve_it(chromium, served):
    page = chromium.new_page(color_scheme="dark")
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    answer = page.goto(served)
    assert f"style-src 'self' {STYLE_HASH};" in answer.headers["content-security-policy"]
    assert page.evaluate(BACK) == "rgb(20, 23, 26)"
    assert heard == []
    page.close()
