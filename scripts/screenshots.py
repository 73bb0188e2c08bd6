"""
Take the pictures of the reports' pages for the documentation: ``docs/images/reports_*.png``.

It runs the demo shop with a month of made-up reports, and Chromium before it.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs/images"
MAX_BYTES: Final = 200_000
SETTLE: Final = 800  # milliseconds until a chart has grown

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Picture(NamedTuple):
    """A page, and how it is looked at; ``height`` cuts a long page."""

    name: str
    path: str
    width: int = 1280
    height: int = 1000
    dark: bool = False


PICTURES: Final = (
    Picture("dashboard", ""),
    Picture("dashboard_dark", "", dark=True),
    Picture("phone", "?range=24h", 390, 844),
    Picture("group", "2/change/"),
    Picture("suggest", "suggest/"),
    Picture("list", "list/?judged=telling", height=780),
)


def main() -> int:
    """Take all pictures; 1 where one is too large for the documentation."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    reported: Any = import_module("tests.browser.reported")  # found once the path is set
    IMAGES.mkdir(exist_ok=True)
    too_large = []
    with tempfile.TemporaryDirectory() as name, reported.shop(Path(name)) as browser:
        context = browser.new_context()
        reported.enter(context)
        reported.fill(Path(name))
        state = Path(name, "state.json")
        context.storage_state(path=state)
        for picture in PICTURES:
            path = IMAGES / f"reports_{picture.name}.png"
            take(browser, reported.FRONT, picture, path, state)
            size = path.stat().st_size
            print(f"{path.relative_to(ROOT)}: {size // 1000} kB")
            if size > MAX_BYTES:
                too_large.append(path)
    return 1 if too_large else 0


def take(browser: Browser, front: str, picture: Picture, path: Path, state: Path) -> None:
    """Take one picture as somebody who is signed in."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        storage_state=state,
    )
    page = context.new_page()
    page.goto(front + picture.path)
    page.wait_for_timeout(SETTLE)
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
