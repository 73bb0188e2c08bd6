"""What the pages about reports look like at widths that people have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import reported
from tests.browser.reported import FRONT

pytestmark = pytest.mark.requires("chromium")

WIDTHS = (1024, 1200, 1280, 1600)
PHONE = 390
ROWS = """(tiles) => Object.values(Object.groupBy(tiles, (one) => one.offsetTop))
  .map((row) => row.length)"""
CUT = "(one) => one.scrollWidth - one.clientWidth"
BAR = """() => Chart.getChart(document.querySelector("canvas")).getDatasetMeta(0)
  .data.at(-1).width"""
EDGE = """() => { const chart = Chart.getChart(document.querySelector("canvas"));
  const bar = chart.getDatasetMeta(0).data.at(-1);
  return chart.width - (bar.x + bar.width / 2); }"""
ONE_HOUR = """
import time
from tests.report_admin.rows import entry
from security.reports import storage
from security.reports.entry import Arrival
media = entry(subject="media-src", blocked="https://tunes.example")
storage.append([Arrival(media, int(time.time()), 7)])
"""
EMPTY = """
from security import models
for name in ("Total", "Count", "Daily", "Exemplar", "Group", "Policy"):
    getattr(models, f"Report{name}").objects.all().delete()
"""


class Shop(NamedTuple):
    browser: Browser
    state: Any
    hour: list[float]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("laid-out")
    with reported.shop(folder) as browser:
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        page = reported.enter(context)
        reported.within(folder, ONE_HOUR)
        page.goto(FRONT)
        hour = [page.evaluate(BAR), page.evaluate(EDGE)]
        reported.within(folder, EMPTY + reported.FILL)
        yield Shop(browser, context.storage_state(), hour)


@pytest.fixture
def opened(shop: Shop) -> Iterator[Any]:
    contexts = []

    def opened(path: str, width: int) -> Page:
        size = {"width": width, "height": 900}
        contexts.append(shop.browser.new_context(storage_state=shop.state, viewport=size))
        page = contexts[-1].new_page()
        page.goto(FRONT + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_single_busy_hour_of_a_week_is_seen(shop):
    width, edge = shop.hour
    assert width >= 4
    assert edge >= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_no_column_of_the_list_is_cut_off(opened, width):
    page = opened("list/?judged=telling", width)
    assert page.locator("#changelist .results").evaluate(CUT) <= 0


def test_an_icon_of_the_filter_lies_beside_its_text(opened):
    link = opened("list/?judged=telling", 1200).locator("#changelist-filter-extra-actions a").first
    assert link.evaluate("(one) => parseFloat(getComputedStyle(one).paddingLeft)") >= 16


@pytest.mark.parametrize("width", [PHONE, *WIDTHS])
def test_no_number_stands_in_a_row_of_its_own(opened, width):
    assert len(set(opened("", width).locator(".rp-tiles > div").evaluate_all(ROWS))) == 1


def test_the_policies_fit_on_a_phone(opened):
    page = opened("", PHONE)
    assert page.locator(".rp-scroll:has(.rp-policies)").evaluate(CUT) <= 0
    assert page.locator(".rp-policies td[data-name]").first.is_visible()
