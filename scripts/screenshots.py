"""
Take the pictures for the documentation: ``docs/images/reports_*.png`` and ``uploads_demo.png``.

It runs the demo shop with a month of made-up reports, and Chromium before it. Names of pictures
as arguments take only these.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs/images"
MAX_BYTES: Final = 200_000
SETTLE: Final = 800  # milliseconds until a chart has grown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


class Picture(NamedTuple):
    """A page, by its path below ``front``, and how it is looked at; ``height`` cuts a long page."""

    name: str
    path: str
    width: int = 1280
    height: int = 1000
    dark: bool = False
    front: str = "/admin/security/reportgroup/"


PICTURES: Final = (
    Picture("reports_dashboard", ""),
    Picture("reports_dashboard_dark", "", dark=True),
    Picture("reports_phone", "?range=24h", 390, 844),
    Picture("reports_group", "2/change/"),
    Picture("reports_suggest", "suggest/"),
    Picture("reports_list", "list/?judged=telling", height=780),
    Picture("uploads_demo", "#attacks", height=1080, front="/customs/"),
)


def main(names: Sequence[str]) -> int:
    """Take the pictures of these names, or all; 1 where one is too large for the documentation."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    reported: Any = import_module("tests.browser.reported")  # found once the path is set
    IMAGES.mkdir(exist_ok=True)
    too_large = []
    with tempfile.TemporaryDirectory() as name, reported.shop(Path(name)) as browser:
        context = browser.new_context()
        reported.enter(context)
        reported.fill(Path(name))
        attack(context, reported.SHOP + "/customs/")
        state = Path(name, "state.json")
        context.storage_state(path=state)
        for picture in PICTURES:
            if names and picture.name not in names:
                continue
            path = IMAGES / f"{picture.name}.png"
            take(browser, reported.SHOP, picture, path, state)
            size = path.stat().st_size
            print(f"{path.relative_to(ROOT)}: {size // 1000} kB")
            if size > MAX_BYTES:
                too_large.append(path)
    return 1 if too_large else 0


def attack(context: BrowserContext, hall: str) -> None:
    """Send every attack of the demo through its upload form."""
    page = context.new_page()
    page.goto(hall)
    page.locator("#send-all").click()
    page.locator("#tally").wait_for()
    page.close()


def take(browser: Browser, site: str, picture: Picture, path: Path, state: Path) -> None:
    """Take one picture as somebody who is signed in."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        storage_state=state,
    )
    page = context.new_page()
    page.goto(site + picture.front + picture.path)
    page.wait_for_timeout(SETTLE)
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
