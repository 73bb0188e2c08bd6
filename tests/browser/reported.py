"""The demo shop with a month of reports in its database, and Chromium signed in to its admin."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.chromium import running
from tests.browser.servers import PASSWORD, SHOP, Servers, serving
from tests.browser.visitor import give_credentials

FRONT = f"{SHOP}/admin/security/reportgroup/"
SETTINGS = "tests.browser.site"
SET_UP = "import django; django.setup()"
FILL = "from tests.report_admin.rows import fill; fill()"


@contextmanager
def shop(folder: Path) -> Iterator[Browser]:
    """Run the shop, without reports yet, and a browser that finds it."""
    with (
        serving(folder, SETTINGS, ".example.test") as server,
        running(Servers(server, server)) as browser,
    ):
        yield browser


def fill(folder: Path) -> None:
    """Write the month of reports into the database of a shop that runs."""
    within(folder, FILL)


def within(folder: Path, code: str) -> None:
    """Run a program with the settings of a shop, beside it."""
    variables = {
        "DEMO_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    subprocess.run(
        [sys.executable, "-c", f"{SET_UP}\n{code}"], check=True, env=os.environ | variables
    )


def enter(context: BrowserContext) -> Page:
    """Sign in as somebody who may do everything."""
    page = context.new_page()
    page.goto(f"{SHOP}/admin/")
    give_credentials(page, "admin", PASSWORD)
    return page
