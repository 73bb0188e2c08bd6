"""Reports as browsers send them, put into the database the way the sinks do."""

from __future__ import annotations

import time
from typing import Any, Final

from security.reports import noise, storage
from security.reports.entry import Arrival, enter
from security.reports.report import Disposition, Kind, Report, Shape

CHROME: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
)
PAGE: Final = "https://shop.example/basket/"
NOW: Final = 1_795_000_000  # 2026-11-18 11:06:40 UTC
HOUR: Final = 3600
DAY: Final = 24 * HOUR


def violation(
    subject: str = "img-src", blocked: str = "https://cdn.example/a.png", **rest: Any
) -> Report:
    """Return a CSP violation of a page."""
    members = {
        "kind": Kind.CSP,
        "shape": Shape.ARRAY,
        "document": PAGE,
        "disposition": Disposition.ENFORCE,
        "policy": "default-src 'self'",
        **rest,
    }
    return Report(subject=subject, blocked=blocked, **members)


def script(
    digest: str = "sha256-AAAA", url: str = "https://cdn.example/pay.js", page: str = PAGE
) -> Report:
    """Return a hash report."""
    return Report(kind=Kind.CSP_HASH, shape=Shape.ARRAY, document=page, subject=digest, blocked=url)


def arrive(
    *reports: Report, count: int = 5, at: float | None = None, browser: int | str = 156
) -> None:
    """Accept reports, each so many times, at a moment: now, if none is given."""
    agent = CHROME.format(f"{browser}.0.0.0")
    moment = int(time.time() if at is None else at)
    entries = [enter(each, noise.builtin(), lambda path: path, agent) for each in reports]
    storage.append([Arrival(entry, moment, count) for entry in entries])
