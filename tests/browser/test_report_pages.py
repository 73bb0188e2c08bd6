from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import reported
from tests.browser.reported import FRONT
from tests.browser.visitor import until
from tests.browser.watch import Watch

pytestmark = pytest.mark.requires("chromium")

AXE = Path(__file__).parent.parent / "data/axe-core-4.14.1/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Only what is ours: the head and the side bar of the admin are Django's.
RUN = """(rules) => axe.run("#content", {runOnly: rules}).then((found) => found.violations.map(
  (one) => one.id + ": " + one.nodes.map((node) => node.html + node.failureSummary).join("\\n")))"""
PAINTED = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  .data.some((value) => value)"""
PAGES = {
    "dashboard": "",
    "day": "?range=24h",
    "month": "?range=30d",
    "list": "list/?judged=telling",
    "group": "2/change/",
    "noise": "10/change/",
    "history": "2/history/",
    "suggestion": "suggest/",
}
DIFFERENT = ("dashboard", "list", "noise", "history", "suggestion")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Shop(NamedTuple):
    browser: Browser
    welcome: list[str]
    state: Any


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("reported")
    with reported.shop(folder) as browser:
        context = browser.new_context(viewport=WIDE)
        watch = Watch(context)
        page = reported.enter(context)
        page.goto(FRONT)
        expect(page.locator("#rp-welcome")).to_be_visible()
        welcome = [*watch.heard(page), *complaints_of_axe(page)]
        reported.fill(folder)
        yield Shop(browser, welcome, context.storage_state())


@pytest.fixture
def opened(shop: Shop) -> Iterator[Any]:
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> BrowserContext:
        contexts.append(shop.browser.new_context(storage_state=shop.state, **options))
        return contexts[-1]

    yield opened
    for context in contexts:
        context.close()


def complaints_of_axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, RULES)
    return found


def test_a_new_site_is_told_what_to_do_without_a_complaint(shop):
    assert shop.welcome == []


def test_the_console_is_quiet_and_every_chart_is_drawn(opened):
    context = opened(viewport=WIDE)
    watch = Watch(context)
    page = context.new_page()
    for path in PAGES.values():
        page.goto(FRONT + path)
        for place in page.locator("[data-chart]").all():
            assert place.locator("canvas").evaluate(PAINTED)
    page.goto(FRONT)
    assert page.locator("[data-chart] canvas").count() == 2
    page.locator("#header .theme-toggle").click()
    page.locator("summary").first.click()
    expect(page.locator("details[open] tbody tr").first).to_be_visible()
    assert watch.heard(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", DIFFERENT)
def test_everybody_can_read_it(opened, name, scheme):
    page = opened(viewport=WIDE, color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto(FRONT + PAGES[name])
    assert complaints_of_axe(page) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_nothing_hangs_over_the_edge_of_a_phone(opened, name):
    page = opened(viewport=PHONE, is_mobile=True).new_page()
    page.goto(FRONT + PAGES[name])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]
    wide = page.evaluate(
        """[...document.querySelectorAll("#content *")].filter((one) => {
          const box = one.getBoundingClientRect();
          return box.right > innerWidth + 1 && !one.closest(".rp-scroll, .rp-hidden, pre");
        }).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert wide == []


def test_without_scripts_the_tables_say_it_all(opened):
    page = opened(viewport=WIDE, java_script_enabled=False).new_page()
    page.goto(FRONT)
    page.locator("summary").first.click()
    expect(page.locator("details[open] tbody tr").first).to_be_visible()
    expect(page.locator("noscript p").first).to_be_visible()


def test_colours_follow_the_theme(opened):
    page = opened(viewport=WIDE, color_scheme="light").new_page()
    page.goto(FRONT)
    read = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].backgroundColor"
    light = page.evaluate(read)
    page.emulate_media(color_scheme="dark")
    until(page, lambda: page.evaluate(read) != light)
    assert page.locator("canvas").count() == 2


def test_a_verdict_is_overruled_with_the_keyboard_alone(opened):
    context = opened(viewport=WIDE)
    watch = Watch(context)
    page = context.new_page()
    page.goto(FRONT + PAGES["noise"])
    page.get_by_label("Overrule it").focus()
    page.keyboard.press("t")  # to look at
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".messagelist .success")).to_contain_text("Ruled by hand: to look at.")
    expect(page.locator("#rp-ruled")).to_have_value("kept")
    assert watch.heard(page) == []


def test_setting_something_aside_takes_it_off_the_dashboard(opened):
    page = opened(viewport=WIDE).new_page()
    page.goto(FRONT)
    first = page.locator("#rp-top + .rp-groups .rp-what").first
    words = first.inner_text()
    first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Ignore").click()
    expect(page.locator(".messagelist .success")).to_contain_text("1 violation is ignored now.")
    page.goto(FRONT)
    expect(page.locator("#rp-top + .rp-groups")).not_to_contain_text(words)
